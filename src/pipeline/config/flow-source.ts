/**
 * flows/*.yaml as written: every flow with its file and place, names that are unique, and its two ends told
 * apart. What the flow means is compiled elsewhere.
 */
import type { YamlPath } from '../../kernel/yaml.js'
import { createProblemList, type ProblemList } from '../../mapping/problems.js'
import { didYouMean } from '../../mapping/suggest.js'
import { KINDS } from '../../model/kinds.js'
import { entriesOf, SHAPES, soundPart } from './check-shape.js'
import { HUB } from './connections.js'
import type { FlowEntry } from './grammar.js'
import { isKind } from './kinds.js'
import type { SourceFile } from './source-file.js'

/** One end of a flow at a system. */
export interface SystemEnd {
  readonly connection: string
  readonly resource: string
}

export type FlowEnds =
  | { readonly leads: 'in'; readonly from: SystemEnd; readonly kind: string }
  | { readonly leads: 'out'; readonly kind: string; readonly to: SystemEnd }
  | { readonly leads: 'hub'; readonly kind: string; readonly target: string }

export interface FlowSource {
  readonly entry: FlowEntry
  readonly ends: FlowEnds
  readonly list: ProblemList
  /** Place of the flow in its file. */
  readonly at: YamlPath
}

export interface FlowSources {
  readonly flows: readonly FlowSource[]
  readonly lists: readonly ProblemList[]
  /** Of every flow it is known where it leads. */
  readonly complete: boolean
}

export function readFlows(files: readonly SourceFile[]): FlowSources {
  const names = new Set<string>()
  const flows: FlowSource[] = []
  const lists: ProblemList[] = []
  let complete = true
  for (const { yaml } of files) {
    const list = createProblemList(yaml)
    lists.push(list)
    for (const [index, value] of entriesOf(yaml.value, 'flows', [], list).entries()) {
      const at = ['flows', index]
      const entry = soundPart<FlowEntry>(SHAPES.flow, value, at, list, ['flow', 'from', 'to'])
      if (entry) takeNames(entry, at, names, list)
      const ends = entry && endsOf(entry, at, list)
      if (entry && ends) flows.push({ entry, ends, list, at })
      else complete = false
    }
  }
  return { flows, lists, complete }
}

function takeNames({ flow, was = [] }: FlowEntry, at: YamlPath, names: Set<string>, list: ProblemList): void {
  const take = (name: string, place: YamlPath) => {
    if (names.has(name)) list.add('CONFIG_NAME_TAKEN', place, `another flow is, or was, called \`${name}\``)
    names.add(name)
  }
  take(flow, [...at, 'flow'])
  for (const [index, name] of was.entries()) take(name, [...at, 'was', index])
}

type End = SystemEnd | { readonly kind: string } | { readonly hub: string } | undefined

function endsOf({ from, to }: FlowEntry, at: YamlPath, list: ProblemList): FlowEnds | undefined {
  const source = endOf(from, [...at, 'from'], list)
  const target = endOf(to, [...at, 'to'], list)
  if (!source || !target) return undefined
  if ('resource' in source && 'kind' in target) return { leads: 'in', from: source, kind: target.kind }
  if ('kind' in source && 'resource' in target) return { leads: 'out', kind: source.kind, to: target }
  if ('kind' in source && 'hub' in target) return { leads: 'hub', kind: source.kind, target: target.hub }
  const hint =
    'kind' in source && 'kind' in target
      ? `write \`to: hub.${target.kind}\` for a kind made from a kind`
      : 'one side is connection.resource, the other a kind'
  list.add('CONFIG_FLOW_ENDS_INVALID', [...at, 'to'], `\`${from}\` to \`${to}\`: ${hint}`)
  return undefined
}

function endOf(text: string, at: YamlPath, list: ProblemList): End {
  const [first = '', second, ...more] = text.split('.')
  if (second === undefined) {
    if (isKind(first)) return { kind: first }
    const hint = didYouMean(first, KINDS.keys()) || '; a system is written connection.resource'
    list.add('CONFIG_KIND_UNKNOWN', at, `\`${first}\` is no kind${hint}`)
    return undefined
  }
  if (more.length > 0 || first === '' || second === '') {
    list.add('CONFIG_FLOW_ENDS_INVALID', at, `\`${text}\` is neither connection.resource nor a kind`)
    return undefined
  }
  if (first !== HUB) return { connection: first, resource: second }
  if (isKind(second)) return { hub: second }
  list.add('CONFIG_KIND_UNKNOWN', at, `\`${second}\` is no kind${didYouMean(second, KINDS.keys())}`)
  return undefined
}
