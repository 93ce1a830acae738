/**
 * What we made and must look after ourselves: things whose `read` has `every`, where a flow takes what is read. From
 * the commit that keeps their link on they are marked to be read again; refetch.ts reads them until `until` holds.
 */

import type { Mark } from '../ledger/dirty.js'
import type { KeptLink } from '../ledger/keep-links.js'
import { inboundKey, type TenantConfig } from './config/types.js'

/** Milliseconds between two looks at a thing of ours; undefined = it is not looked after. */
export function watchedEvery(config: TenantConfig, connection: string, resource: string): number | undefined {
  if (!config.inbound.has(inboundKey(connection, resource))) return undefined
  return config.connections.get(connection)?.connection.resource(resource)?.read?.everyMs
}

export function firstLooks(config: TenantConfig, made: readonly KeptLink[], now: number): Mark[] {
  return made.flatMap(({ connection, resource, external_id }) => {
    const everyMs = watchedEvery(config, connection, resource)
    return everyMs === undefined
      ? []
      : [{ connection, resource, id: external_id, event: null, dueAt: now + everyMs }]
  })
}
