/**
 * A draft held to what `hrhub check` asks: what the checkers find wrong is taken out and leaves a question, until
 * nothing is. A mapping gets a test whose expectation is what the mapping gave, so that a later change shows.
 */
import { commented, flow, type Part, type Rendered, render } from '../../connector/draft/draft-text.js'
import type { Connector } from '../../connector/manifest/connector.js'
import { loadManifest } from '../../connector/manifest/load.js'
import type { ApiDocument } from '../../connector/manifest/openapi.js'
import { isHubError, type Problem } from '../../kernel/errors.js'
import type { Json, JsonObject } from '../../kernel/json.js'
import { parseYaml } from '../../kernel/yaml.js'
import { compileMapping } from '../../mapping/compile.js'
import { plainIds } from '../../mapping/test-expect.js'
import { runMappingTests } from '../../mapping/test-file.js'
import { testInput, testView } from '../../mapping/test-input.js'
import type { CompileContext } from '../../mapping/types.js'
import { expressionsFor } from '../config/expressions.js'
import { type MappingDraft, nested, type Rule } from './mapping-draft.js'

/** Each round takes at least one part out. */
const MAX_ROUNDS = 60

export interface ProvenManifest {
  readonly text: string
  readonly connector: Connector
}

/** @returns the problems where the manifest is wrong in a part that cannot be taken out */
export async function proveManifest(
  parts: readonly Part[],
  document: ApiDocument,
  folder: string,
): Promise<ProvenManifest | { readonly problems: readonly Problem[] }> {
  const dropped = new Map<string, string>()
  for (let round = 0; ; round++) {
    const rendered = render(parts, dropped)
    const yaml = parseYaml(rendered.text, `${folder}/connector.yaml`)
    const { connector, problems } = await loadManifest(yaml, folder, expressionsFor(), async () => document)
    const wrong = problems.filter(({ severity }) => severity === 'error')
    if (connector && wrong.length === 0) {
      const unused = parts.filter(part => isUnused(part, rendered.text) && !dropped.has(part.id))
      if (unused.length === 0) return { text: rendered.text, connector }
      for (const { id } of unused) dropped.set(id, '')
      continue
    }
    const out = wrong.filter(problem => takeOut(rendered, problem, dropped))
    if (out.length === 0 || round === MAX_ROUNDS) return { problems: wrong }
  }
}

/** A setting that only parts asked for which were taken out. */
function isUnused({ id }: Part, text: string): boolean {
  const [word, name = ''] = id.split('.')
  return (
    word === 'settings' &&
    name !== '' &&
    name !== 'base_url' &&
    !new RegExp(`settings\\.${name}\\b`).test(text)
  )
}

/** Notes why a part goes; false where nothing can go. */
function takeOut(rendered: Rendered, problem: Problem, dropped: Map<string, string>): boolean {
  const part = rendered.partAt(problem.line)
  if (!part || KEPT.has(part.id) || dropped.has(part.id)) return false
  const key = part.id.split('.').at(-1) ?? part.id
  dropped.set(part.id, `${key} could not be drafted: ${problem.message}`)
  return true
}
const KEPT = new Set(['connector', 'title', 'openapi', 'settings', 'resources', 'mapping', 'from', 'to'])

/** Undefined where no field is left. */
export function proveMapping(draft: MappingDraft, context: CompileContext): string | undefined {
  const dropped = new Map<string, string>()
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const live = draft.rules.filter(rule => !dropped.has(`fields.${rule.key}`))
    const refs = draft.refs.filter(rule => !dropped.has(`refs.${rule.key}`))
    if (live.length + refs.length === 0) return undefined
    const bare = render(partsOf(draft, live, undefined), dropped)
    const tried = attempt(draft, bare, [...live, ...refs], context)
    if ('problems' in tried) {
      const out = tried.problems.filter(problem => takeOut(bare, problem, dropped))
      if (out.length === 0) return undefined
      continue
    }
    const whole = render(partsOf(draft, live, tried.test), dropped)
    const report = runMappingTests(parseYaml(whole.text, draft.name), context)
    const wrong = report.problems.filter(({ severity }) => severity === 'error')
    if (wrong.length === 0) return whole.text
    if (wrong.filter(problem => takeOut(whole, problem, dropped)).length === 0) return undefined
  }
  return undefined
}

/** Every rule of the draft as a part, also those taken out: their questions stay. */
function partsOf(draft: MappingDraft, live: readonly Rule[], test: JsonObject | undefined): readonly Part[] {
  const rulesUnder = (word: 'refs' | 'fields', rules: readonly Rule[]): readonly Part[] =>
    rules.length === 0
      ? []
      : [
          { id: word, indent: 0, line: `${word}:`, holds: true },
          ...rules.map(
            (rule): Part => ({
              id: `${word}.${rule.key}`,
              parent: word,
              indent: 2,
              line: `${keyOf(rule.key)}: ${flow(rule.rule)}  # ${rule.certainty}`,
              questions: (rule.questions ?? []).map(question => question),
            }),
          ),
        ]
  const fields = rulesUnder('fields', draft.rules)
  const none: Part = { id: 'fields', indent: 0, line: 'fields: {}' }
  return [
    ...draft.head,
    ...rulesUnder('refs', draft.refs),
    ...(live.length > 0 ? fields : [none]),
    ...(draft.left.length > 0 || draft.questions.length > 0
      ? [
          {
            id: 'left',
            indent: 2,
            line: commented(draft.left.map(line => ` ${line}`)),
            questions: draft.questions,
          },
        ]
      : []),
    ...(test ? [{ id: 'tests', indent: 0, line: `tests:\n  - ${testLines(test)}` }] : []),
  ]
}

const keyOf = (key: string) => (/^[\w.]+$/.test(key) ? key : flow(key))

const testLines = (test: JsonObject) =>
  Object.entries(test)
    .map(([word, value]) => `${word}: ${flow(value)}`)
    .join('\n    ')

/** What the mapping makes of its own example. */
function attempt(
  draft: MappingDraft,
  bare: Rendered,
  rules: readonly Rule[],
  context: CompileContext,
): { readonly test: JsonObject } | { readonly problems: readonly Problem[] } {
  const file = parseYaml(bare.text, draft.name)
  const { mapping, problems } = compileMapping(file, context)
  if (!mapping) return { problems: problems.filter(({ severity }) => severity === 'error') }
  const given = nested([...draft.given, ...rules.flatMap(rule => rule.given)])
  const external = Object.assign({}, ...rules.map(rule => rule.external ?? {})) as JsonObject
  const spec: JsonObject = {
    name: 'as drafted from the document',
    given,
    ...(Object.keys(external).length > 0 ? { external } : {}),
  }
  try {
    if (mapping.direction === 'out') {
      const { record, env } = testView(spec, mapping.from)
      const result = mapping.write(record, env)
      return { test: { ...spec, expect: result.verdict === 'mapped' ? result.body : {} } }
    }
    const { source, env } = testInput(spec, mapping)
    const result = mapping.read(source, env)
    if (result.verdict === 'ignored') return { test: { ...spec, ignored: true } }
    const expect = plainIds(result.fields) as Json
    return {
      test: { ...spec, expect, ...(result.identity === undefined ? {} : { identity: result.identity }) },
    }
  } catch (error) {
    if (!isHubError(error)) throw error
    const { line = 1, column = 1 } = error.where ?? {}
    return {
      problems: [
        { code: error.code, severity: 'error', message: error.message, file: draft.name, line, column },
      ],
    }
  }
}
