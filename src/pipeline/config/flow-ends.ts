/** What a flow names must be there: its connection, that connector's resource, and a mapping made for the two. */
import type { Connector, Resource } from '../../connector/manifest/connector.js'
import { didYouMean } from '../../mapping/suggest.js'
import type { InMapping, OutMapping } from '../../mapping/types.js'
import type { Catalog, Use } from './catalog.js'
import type { PlannedConnection } from './connections.js'
import type { FlowSource, SystemEnd } from './flow-source.js'

export interface FoundEnd extends SystemEnd {
  readonly connector: Connector
  readonly ability: Resource
}

export type Connections = ReadonlyMap<string, PlannedConnection>

/** Undefined where something is missing, which is told; a connector with an error of its own is told there. */
export function findEnd(
  { list, at }: FlowSource,
  word: 'from' | 'to',
  { connection, resource }: SystemEnd,
  connections: Connections,
): FoundEnd | undefined {
  const place = [...at, word]
  const planned = connections.get(connection)
  if (!planned) {
    const hint = didYouMean(connection, connections.keys())
    list.add('CONFIG_CONNECTION_UNKNOWN', place, `there is no connection \`${connection}\`${hint}`)
    return undefined
  }
  const { connector } = planned
  if (!connector) return undefined
  const ability = Object.hasOwn(connector.resources, resource) ? connector.resources[resource] : undefined
  if (ability) return { connection, resource, connector, ability }
  const hint = didYouMean(resource, Object.keys(connector.resources))
  list.add('CONFIG_RESOURCE_UNKNOWN', place, `${connector.name} has no resource \`${resource}\`${hint}`)
  return undefined
}

export function findMapping(
  source: FlowSource,
  word: 'mapping' | 'answer',
  wanted: { readonly use: Use; readonly from: string; readonly to: string },
  catalog: Catalog,
): InMapping | OutMapping | undefined {
  const { entry, list, at } = source
  const name = entry[word]
  if (name === undefined) return undefined
  const place = [...at, word]
  const head = catalog.head(name)
  if (!catalog.source(name)) {
    const hint = didYouMean(name, catalog.mappingNames)
    list.add('CONFIG_MAPPING_UNKNOWN', place, `there is no mapping \`${name}\`${hint}`)
    return undefined
  }
  const { use, from, to } = wanted
  const mapping = catalog.mapping(name, use)
  if (head && (head.from !== from || head.to !== to)) {
    const is = `from ${String(head.from)} to ${String(head.to)}`
    list.add('CONFIG_MAPPING_UNFIT', place, `\`${name}\` maps ${is}; this needs one from ${from} to ${to}`)
    return undefined
  }
  return mapping
}
