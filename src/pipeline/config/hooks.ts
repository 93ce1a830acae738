/** The opaque ids under which systems call back; one id leads to one connection of one tenant. */
import type { Sealer } from '../../kernel/seal.js'
import type { PlannedConnection } from './connections.js'
import type { ReadTenant } from './read-tenant.js'

export type HookOf = (tenant: string, connection: Pick<PlannedConnection, 'name' | 'hook'>) => string

const LENGTH = 24

/** Keyed, so that names alone do not give an address away. */
export function hookMaker(sealer: Pick<Sealer, 'blind'>): HookOf {
  return (tenant, { name, hook }) => hook ?? `hk_${sealer.blind(`${tenant}/${name}`).slice(0, LENGTH)}`
}

/** A hook that two connections claim is a problem of the later one; a tenant that stands there twice is told as such. */
export function takeHooks(tenants: readonly ReadTenant[], hookOf: HookOf): void {
  const taken = new Map<string, string>()
  const names = tenants.map(({ tenant }) => tenant)
  const distinct = tenants.filter(({ tenant }, index) => names.indexOf(tenant) === index)
  for (const { tenant, connections } of distinct)
    for (const connection of connections?.connections.values() ?? []) {
      const hook = hookOf(tenant, connection)
      const other = taken.get(hook)
      if (other === undefined) taken.set(hook, `${tenant}/${connection.name}`)
      else
        connections?.list.add(
          'CONFIG_NAME_TAKEN',
          connection.at,
          `\`${connection.name}\` and ${other} have one hook`,
        )
    }
}
