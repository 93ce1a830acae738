/**
 * Flows as the pipeline runs them. One that has a problem is told and left out; the rest are still built, so
 * that every problem of the folder is found at once.
 */
import { parseDuration } from '../../kernel/duration.js'
import type { OutMapping, ReadPath } from '../../mapping/types.js'
import type { Catalog } from './catalog.js'
import { HUB } from './connections.js'
import { externalReads } from './externals.js'
import { type Connections, type FoundEnd, findEnd, findMapping } from './flow-ends.js'
import { compileFlowExpressions, type FlowExpressions } from './flow-expressions.js'
import type { FlowEnds, FlowSource } from './flow-source.js'
import { checkWords } from './flow-words.js'
import type { HubFlow, InFlow, OutFlow, VendorFlow } from './types.js'

/** A flow with where it stands, for the checks that look at all of them. */
export type BuiltFlow =
  | { readonly source: FlowSource; readonly end: FoundEnd; readonly in: InFlow }
  | { readonly source: FlowSource; readonly end: FoundEnd | undefined; readonly out: OutFlow }

const DEFAULT_UNTIL = 3_600_000
const DEFAULT_WAIT = 86_400_000
/** The pipeline loads so many references in a row (plan/views.ts). */
const MOST_REFERENCES = 4

export function compileFlows(
  sources: readonly FlowSource[],
  connections: Connections,
  catalog: Catalog,
): BuiltFlow[] {
  return sources.flatMap(source => {
    checkWords(source)
    const built = BUILD[source.ends.leads](source, connections, catalog)
    return built ? [built] : []
  })
}

type Build = (source: FlowSource, connections: Connections, catalog: Catalog) => BuiltFlow | undefined

const BUILD: Readonly<Record<FlowEnds['leads'], Build>> = { in: buildIn, out: buildOut, hub: buildHub }

function buildIn(source: FlowSource, connections: Connections, catalog: Catalog): BuiltFlow | undefined {
  const { ends, entry } = source
  if (ends.leads !== 'in') return undefined
  const end = findEnd(source, 'from', ends.from, connections)
  if (!end) return undefined
  const from = `${end.connector.name}.${end.resource}`
  const mapping = findMapping(source, 'mapping', { use: 'in', from, to: ends.kind }, catalog)
  if (mapping?.direction !== 'in') return undefined
  const { connection, resource } = end
  return { source, end, in: { id: entry.flow, connection, resource, kind: ends.kind, mapping } }
}

function buildOut(source: FlowSource, connections: Connections, catalog: Catalog): BuiltFlow | undefined {
  const { ends } = source
  if (ends.leads !== 'out') return undefined
  const { kind } = ends
  const expressions = compileFlowExpressions(source, kind)
  const end = findEnd(source, 'to', ends.to, connections)
  if (!end) return undefined
  const to = `${end.connector.name}.${end.resource}`
  const mapping = findMapping(source, 'mapping', { use: 'out', from: kind, to }, catalog)
  const answer = findMapping(source, 'answer', { use: 'answer', from: to, to: kind }, catalog)
  if (mapping?.direction !== 'out') return undefined
  const { connection, resource } = end
  const flow: VendorFlow = {
    ...headOf(source, kind, expressions, [
      ...mapping.reads,
      ...externalReads(mapping, kind, expressions.each),
    ]),
    to: 'vendor',
    connection,
    resource,
    mapping: mapping satisfies OutMapping,
    answer: answer?.direction === 'in' ? answer : undefined,
  }
  return { source, end, out: flow }
}

function buildHub(source: FlowSource, _connections: Connections, catalog: Catalog): BuiltFlow | undefined {
  const { ends } = source
  if (ends.leads !== 'hub') return undefined
  const { kind, target } = ends
  const expressions = compileFlowExpressions(source, kind)
  const wanted = { use: 'in', from: kind, to: `${HUB}.${target}` } as const
  const mapping = findMapping(source, 'mapping', wanted, catalog)
  if (mapping?.direction !== 'in') return undefined
  const flow: HubFlow = {
    ...headOf(source, kind, expressions, mapping.reads),
    to: 'hub',
    connection: HUB,
    resource: target,
    mapping,
  }
  return { source, end: undefined, out: flow }
}

function headOf(
  source: FlowSource,
  kind: string,
  expressions: FlowExpressions,
  mappingReads: readonly ReadPath[],
) {
  const { entry, list, at } = source
  const { reads, ...parts } = expressions
  const all = distinct([...reads, ...mappingReads])
  const deep = all.find(({ via }) => via.length > MOST_REFERENCES)
  if (deep)
    list.add(
      'CONFIG_READ_DEEP',
      [...at, 'flow'],
      `it reads ${[...deep.via, deep.path].join(' → ')}: ${deep.via.length} references in a row`,
    )
  return {
    id: entry.flow,
    was: entry.was ?? [],
    kind,
    ...parts,
    until: duration(entry.until) ?? (entry.at === undefined ? undefined : DEFAULT_UNTIL),
    everyChange: entry.every === 'change',
    backfill: entry.backfill ?? false,
    waitFor: duration(entry.wait_for) ?? DEFAULT_WAIT,
    ifGone: entry.if_gone ?? 'recreate',
    reads: all,
  } as const
}

const duration = (text: string | undefined) => (text === undefined ? undefined : parseDuration(text))

function distinct(reads: readonly ReadPath[]): readonly ReadPath[] {
  return [...new Map(reads.map(read => [`${read.via.join('>')}\n${read.path}`, read])).values()]
}
