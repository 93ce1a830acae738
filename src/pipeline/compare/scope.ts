/**
 * Which flows a mapping reads for, and so which messages and whose sayings a change of its file can touch. Two flows
 * of one place and kind cannot be told apart by their sayings: both are in it.
 */
import { HubError } from '../../kernel/errors.js'
import type { InFlow, TenantConfig } from '../config/types.js'

export interface Scope {
  readonly mapping: string
  /** Of the mapping as it is in the configuration. */
  readonly version: string
  readonly flows: readonly InFlow[]
}

/**
 * @param connection only the flows of this one
 * @throws HubError `PIPELINE_MAPPING_UNUSED`
 */
export function scopeOf(config: TenantConfig, mapping: string, connection?: string): Scope {
  const named: InFlow[] = []
  const all = [...config.inbound.values()].flat()
  for (const flow of all)
    if (flow.mapping.name === mapping && (connection === undefined || flow.connection === connection))
      named.push(flow)
  const [first] = named
  if (!first)
    throw new HubError('PIPELINE_MAPPING_UNUSED', {
      detail: `no inbound flow ${connection === undefined ? '' : `from ${connection} `}reads by ${mapping}`,
    })
  return { mapping, version: first.mapping.version, flows: all.filter(flow => named.some(sameEnds(flow))) }
}

const sameEnds =
  (flow: InFlow) =>
  ({ connection, resource, kind }: InFlow) =>
    flow.connection === connection && flow.resource === resource && flow.kind === kind
