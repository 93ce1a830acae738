/** Which connection and resource a file belongs to: named, or told by the one mapping that reads it. */
import { HubError } from '../../kernel/errors.js'
import { didYouMean } from '../../mapping/suggest.js'
import type { InFlow, TenantConfig } from '../config/types.js'

export interface TargetWords {
  readonly mapping?: string | undefined
  readonly connection?: string | undefined
  readonly resource?: string | undefined
}

export interface Target {
  readonly connection: string
  readonly resource: string
  /** Every flow that takes the rows, as it takes any message of that resource. */
  readonly flows: readonly InFlow[]
}

/**
 * @throws HubError `PIPELINE_CONNECTION_UNKNOWN`, `PIPELINE_RESOURCE_UNKNOWN`, `PIPELINE_IMPORT_FLOW_MISSING`,
 *   `PIPELINE_IMPORT_FLOW_UNCLEAR`
 */
export function findTarget(config: TenantConfig, { mapping, connection, resource }: TargetWords): Target {
  checkNames(config, connection, resource)
  const all = [...config.inbound.values()]
  const found = all.filter(flows =>
    flows.some(
      flow =>
        (mapping === undefined || flow.mapping.name === mapping) &&
        (connection === undefined || flow.connection === connection) &&
        (resource === undefined || flow.resource === resource),
    ),
  )
  const [flows, ...others] = found
  const [flow] = flows ?? []
  if (!flows || !flow) {
    const ends = [connection, resource].filter(word => word !== undefined).join('.')
    const names = all.flat().map(one => one.mapping.name)
    const by = mapping === undefined ? '' : ` through the mapping ${mapping}${didYouMean(mapping, names)}`
    throw new HubError('PIPELINE_IMPORT_FLOW_MISSING', {
      detail: `no flow reads ${ends === '' ? 'anything' : ends}${by}`,
    })
  }
  if (others.length > 0)
    throw new HubError('PIPELINE_IMPORT_FLOW_UNCLEAR', {
      detail: `flows read ${found.map(([one]) => `${one?.connection}.${one?.resource}`).join(', ')}`,
    })
  return { connection: flow.connection, resource: flow.resource, flows }
}

function checkNames(
  config: TenantConfig,
  connection: string | undefined,
  resource: string | undefined,
): void {
  if (connection === undefined) return
  const found = config.connections.get(connection)
  if (!found)
    throw new HubError('PIPELINE_CONNECTION_UNKNOWN', {
      detail: `there is no connection ${connection}${didYouMean(connection, config.connections.keys())}`,
    })
  if (resource !== undefined && !found.connection.resource(resource))
    throw new HubError('PIPELINE_RESOURCE_UNKNOWN', { detail: `${connection} has no resource ${resource}` })
}
