/**
 * `each: record.<list>` in the head of an `.out` mapping: `item` is an entry of that list, so its references can be
 * followed (`item.person.name`) and what is read there wakes the flow.
 */
import type { RootOptions } from './expression.js'
import type { Head } from './head.js'
import { parsePath } from './path.js'
import type { ProblemList } from './problems.js'
import { resolveSteps, type Start } from './resolve.js'
import { entryOf } from './schema.js'
import type { CompileContext } from './types.js'

const ROOT = 'record'

/** Undefined where the mapping is for whole records, or the word is wrong, which is told. */
export function eachItem(
  { node, sourceKind }: Head,
  root: Start,
  list: ProblemList,
  compile: CompileContext,
): (RootOptions & { readonly entryOf: { readonly path: string } }) | undefined {
  const written = node['each']
  if (written === undefined || sourceKind === undefined) return undefined
  const parsed = typeof written === 'string' ? parsePath(written) : undefined
  const steps = parsed && 'steps' in parsed ? parsed.steps : []
  const names = steps.flatMap(step => (step.step === 'name' ? [step.name] : []))
  if (names[0] !== ROOT || names.length < 2 || names.length !== steps.length) {
    list.add('MAPPING_PATH_INVALID', ['each'], '`each` names a list of the record: record.interviewers')
    return undefined
  }
  const { schema, problem } = resolveSteps(root, steps.slice(1), kind => compile.schemaOf(kind))
  const entry = entryOf(schema)
  if (problem !== undefined || entry === 'none') {
    list.add('MAPPING_PATH_UNKNOWN', ['each'], `\`${String(written)}\`: ${problem ?? 'this is not a list'}`)
    return undefined
  }
  return { schema: entry.schema, entryOf: { kind: sourceKind, path: names.slice(1).join('.') } }
}

/** Where a path or expression that begins with `item` starts. */
export function itemStart(item: RootOptions | undefined): Start {
  const of = item?.entryOf
  if (!of) return { schema: item?.schema }
  const names = of.path.split('.')
  return { schema: item.schema, kind: of.kind, origin: { via: [], names, aboveList: names.length } }
}
