/**
 * YAML that remembers where everything stands. Errors and warnings alike are problems (a bare `!has(x)` is a
 * tag to YAML and becomes an empty text), so nothing is silently misread.
 */
import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml'
import type { Problem } from './errors.js'
import type { Json } from './json.js'

/** Far above any real file; stops alias bombs. */
const MAX_ALIASES = 200

export type YamlPath = readonly (string | number)[]

export interface YamlFile {
  readonly file: string
  readonly value: Json
  readonly problems: readonly Problem[]
  /** Line and column (1-based) of the value at a path, of its key with `key: true`; the nearest parent where absent. */
  locate(
    path: YamlPath,
    options?: { readonly key?: boolean },
  ): { readonly line: number; readonly column: number }
}

export function parseYaml(text: string, file: string): YamlFile {
  const lines = new LineCounter()
  // Keys stay as written: `01` is not `1` in a lookup table.
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, stringKeys: true })
  const place = (offset: number) => {
    const { line, col } = lines.linePos(offset)
    return { line: Math.max(1, line), column: Math.max(1, col) }
  }
  const problems = [...document.errors, ...document.warnings].map(
    (error): Problem => ({
      code: 'CONFIG_YAML_BROKEN',
      severity: 'error',
      message: error.message.split('\n')[0] ?? 'broken YAML',
      file,
      ...place(error.pos[0]),
    }),
  )
  let value: Json = null
  try {
    if (document.errors.length === 0) value = document.toJS({ maxAliasCount: MAX_ALIASES }) as Json
  } catch (error) {
    // The library finds aliases that lead nowhere, or multiply, only when it makes the value.
    if (!(error instanceof ReferenceError)) throw error
    const message = error.message.split('\n')[0] ?? 'broken alias'
    problems.push({ code: 'CONFIG_YAML_BROKEN', severity: 'error', message, file, ...place(0) })
  }
  return {
    file,
    value,
    problems,
    locate(path, options) {
      let node: unknown = document.contents
      let best: unknown = node
      for (const step of path) {
        if (isMap(node)) {
          const pair = node.items.find(item => isScalar(item.key) && String(item.key.value) === String(step))
          if (!pair) break
          best = options?.key || !pair.value ? pair.key : pair.value
          node = pair.value
        } else if (isSeq(node)) {
          node = node.items[Number(step)]
          if (!node) break
          best = node
        } else break
      }
      return place((best as Node | null)?.range?.[0] ?? 0)
    },
  }
}
