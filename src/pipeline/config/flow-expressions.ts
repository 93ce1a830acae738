/** The expressions of one flow, over `record` (its kind) and, with `each`, `item`; every problem at its place. */
import type { YamlPath } from '../../kernel/yaml.js'
import { compileExpression, type RootOptions } from '../../mapping/expression.js'
import { parsePath } from '../../mapping/path.js'
import type { Expression, ReadPath } from '../../mapping/types.js'
import type { FlowSource } from './flow-source.js'
import { fieldSchema, schemaOfKind, stateOrder } from './kinds.js'

export interface FlowExpressions {
  readonly when: Expression | undefined
  readonly removeWhen: Expression | 'otherwise' | undefined
  readonly replaceWhen: readonly Expression[]
  readonly each: { readonly list: string; readonly key: Expression } | undefined
  readonly at: Expression | undefined
  readonly once: readonly Expression[] | undefined
  /** What they read of the record and of records it refers to. */
  readonly reads: readonly ReadPath[]
}

type Gives = 'bool' | 'time' | undefined

const OTHERWISE = 'otherwise'
const ROOT = 'record'

/** What has a problem is left out; the flow is then not built. */
export function compileFlowExpressions(source: FlowSource, kind: string): FlowExpressions {
  const { entry, list, at: place } = source
  const eachList = listOf(source, kind)
  const roots: Record<string, RootOptions> = { [ROOT]: { kind } }
  if (eachList !== undefined) {
    const schema = fieldSchema(kind, eachList)?.items
    roots['item'] = { schema, entryOf: { kind, path: eachList } }
  }
  const reads: ReadPath[] = eachList === undefined ? [] : [{ via: [], path: eachList }]
  const compile = (text: string | undefined, at: YamlPath, gives?: Gives): Expression | undefined => {
    if (text === undefined) return undefined
    const compiled = compileExpression(text, { roots, gives, schemaOf: schemaOfKind, stateOrder })
    if ('problems' in compiled) {
      for (const { code, message } of compiled.problems) list.add(code, at, message)
      return undefined
    }
    reads.push(...compiled.expression.records)
    return compiled.expression
  }
  const all = (texts: readonly string[], at: YamlPath) =>
    texts.map((text, index) => compile(text, [...at, index])).filter(expression => expression !== undefined)
  const { once } = entry
  const onceAt = [...place, 'once']
  const key = eachList === undefined ? undefined : keyOf(source, kind, eachList, compile)
  return {
    when: compile(entry.when, [...place, 'when'], 'bool'),
    removeWhen:
      entry.remove_when === OTHERWISE
        ? OTHERWISE
        : compile(entry.remove_when, [...place, 'remove_when'], 'bool'),
    replaceWhen: all(entry.replace_when ?? [], [...place, 'replace_when']),
    each: eachList !== undefined && key ? { list: eachList, key } : undefined,
    at: compile(entry.at, [...place, 'at'], 'time'),
    once:
      once === undefined
        ? undefined
        : typeof once === 'string'
          ? [compile(once, onceAt)].filter(expression => expression !== undefined)
          : all(once, onceAt),
    reads,
  }
}

/** `record.interviewers` → `interviewers`, a list of the record itself. */
function listOf({ entry, list, at }: FlowSource, kind: string): string | undefined {
  const { each } = entry
  if (each === undefined) return undefined
  const place = [...at, 'each']
  const parsed = parsePath(each)
  const names =
    'steps' in parsed ? parsed.steps.map(step => (step.step === 'name' ? step.name : undefined)) : []
  const [root, ...rest] = names
  const path = rest.join('.')
  if (root !== ROOT || rest.length === 0 || rest.includes(undefined)) {
    list.add('CONFIG_EACH_INVALID', place, `\`${each}\` is no record.<list>`)
    return undefined
  }
  const schema = fieldSchema(kind, path)
  if (schema && (schema.type === undefined || schema.type === 'array')) return path
  list.add(
    'CONFIG_EACH_INVALID',
    place,
    schema ? `\`${path}\` is not a list` : `a ${kind} has no \`${path}\``,
  )
  return undefined
}

const KEYED = /^keyed\((\w+)\)$/

/** A keyed list brings its key along. */
function keyOf(
  { entry, list, at }: FlowSource,
  kind: string,
  path: string,
  compile: (text: string, at: YamlPath) => Expression | undefined,
): Expression | undefined {
  const own = KEYED.exec(fieldSchema(kind, path)?.['x-merge'] ?? '')?.[1]
  const text = entry.key ?? (own === undefined ? undefined : `item.${own}`)
  if (text !== undefined) return compile(text, [...at, entry.key === undefined ? 'each' : 'key'])
  list.add('CONFIG_EACH_INVALID', [...at, 'each'], `\`${path}\` needs a \`key\` that tells its entries apart`)
  return undefined
}
