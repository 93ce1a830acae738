/** What the pipeline asks of the flows, worked out once: by source, by kind, by what is read behind references. */
import type { BuiltFlow } from './compile-flows.js'
import { HUB } from './connections.js'
import { externalRoutes } from './externals.js'
import { kindAtEnd } from './kinds.js'
import { type InFlow, inboundKey, type OutFlow, type TenantConfig, type VendorFlow } from './types.js'

export type FlowIndexes = Pick<
  TenantConfig,
  'inbound' | 'outbound' | 'outboundOf' | 'readersOf' | 'externalReadersOf' | 'resourceOf'
>

export function indexFlows(flows: readonly BuiltFlow[]): FlowIndexes {
  const inbound = new Map<string, InFlow[]>()
  const outbound = new Map<string, OutFlow>()
  const outboundOf = new Map<string, OutFlow[]>()
  const readersOf = new Map<string, { flow: OutFlow; read: OutFlow['reads'][number] }[]>()
  for (const built of flows) {
    if ('in' in built) {
      push(inbound, inboundKey(built.in.connection, built.in.resource), built.in)
      continue
    }
    const { out: flow } = built
    for (const id of [flow.id, ...flow.was]) outbound.set(id, flow)
    push(outboundOf, flow.kind, flow)
    for (const read of flow.reads) {
      const kind = read.via.length === 0 ? undefined : kindAtEnd(flow.kind, read.via)
      if (kind !== undefined) push(readersOf, kind, { flow, read })
    }
  }
  const resourceOf = resourceFinder(flows)
  const vendorFlows = [...new Set(outbound.values())].flatMap(flow => (flow.to === 'vendor' ? [flow] : []))
  const externalReadersOf = indexExternals(vendorFlows, resourceOf)
  return { inbound, outbound, outboundOf, readersOf, externalReadersOf, resourceOf }
}

export function indexExternals(
  flows: readonly VendorFlow[],
  resourceOf: TenantConfig['resourceOf'],
): TenantConfig['externalReadersOf'] {
  const readers = new Map<string, { flow: VendorFlow; via: readonly string[] }[]>()
  for (const flow of flows)
    for (const { via, kind, resource } of externalRoutes(flow.mapping, flow.kind, flow.each?.list)) {
      const holder = resource ?? resourceOf(flow.connection, kind)
      if (holder !== undefined) push(readers, inboundKey(flow.connection, holder), { flow, via })
    }
  return readers
}

function push<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key)
  if (list) list.push(value)
  else map.set(key, [value])
}

interface Holder {
  readonly resource: string
  /** A thing there is made or found by us, so its id is known. */
  readonly gives: boolean
}

/** Of several resources that hold a kind, one that gives ids goes first, then the first flow's. */
export function resourceFinder(flows: readonly BuiltFlow[]): TenantConfig['resourceOf'] {
  const holders = new Map<string, Holder>()
  for (const { connection, kind, holder } of flows.flatMap(holdingOf)) {
    const key = `${connection}\n${kind}`
    const known = holders.get(key)
    if (!known || (holder.gives && !known.gives)) holders.set(key, holder)
  }
  return (connection, kind) => (connection === HUB ? kind : holders.get(`${connection}\n${kind}`)?.resource)
}

function holdingOf(built: BuiltFlow): { connection: string; kind: string; holder: Holder }[] {
  const { end } = built
  if (!end) return []
  const flow = 'in' in built ? built.in : built.out
  // A row per entry, per key or per change is no picture of the record itself.
  if ('out' in built && (built.out.each || built.out.once || built.out.everyChange)) return []
  const { slots, lookup } = end.ability
  const gives = slots.create !== undefined || lookup !== undefined
  return [{ connection: flow.connection, kind: flow.kind, holder: { resource: flow.resource, gives } }]
}
