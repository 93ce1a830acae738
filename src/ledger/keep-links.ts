/** Links of what deliveries made: kept with their delivery, retired when it is removed, gone when the vendor lost it. */
import { texts } from './engine/parameters.js'
import type { Tx } from './engine/types.js'
import { type LinkRow, links } from './schema.js'
import { asRows, insertRows } from './table.js'

export type KeptLink = Pick<
  LinkRow,
  | 'tenant'
  | 'id'
  | 'connection'
  | 'resource'
  | 'external_id'
  | 'kind'
  | 'record'
  | 'delivery'
  | 'keep'
  | 'created_at'
>

const COLUMNS = [
  'tenant',
  'id',
  'connection',
  'resource',
  'external_id',
  'kind',
  'record',
  'state',
  'image',
  'delivery',
  'keep',
  'created_at',
] as const

/**
 * @returns the links that now stand, and those under which another record was known before we could say it is
 *   ours (`held`): the vendor's news was faster than its answer
 */
export async function keepLinks(
  tx: Tx,
  wanted: readonly KeptLink[],
): Promise<{ kept: LinkRow[]; strangers: (KeptLink & { held: string })[] }> {
  const rows = [
    ...new Map(
      wanted.map(row => [`${row.connection}\n${row.resource}\n${row.external_id}\n${row.kind}`, row]),
    ).entries(),
  ]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, row]) => ({ ...row, state: 'active', image: {} }))
  const written = await insertRows<
    (typeof links)['columns'],
    (typeof COLUMNS)[number],
    Record<string, unknown>
  >(
    tx,
    { ...links, name: 'links as t' } as typeof links,
    COLUMNS,
    rows,
    `on conflict (tenant, connection, resource, external_id, kind) do update
       set state = case when t.state = 'erased' then t.state else 'active' end, keep = coalesce(excluded.keep, t.keep),
           delivery = case when t.record = excluded.record then excluded.delivery else t.delivery end
     returning t.*`,
  )
  const kept = asRows(links, written)
  const strangers = rows.flatMap(row => {
    const found = kept.find(
      link =>
        link.connection === row.connection &&
        link.resource === row.resource &&
        link.external_id === row.external_id &&
        link.kind === row.kind,
    )
    return found && found.record !== row.record ? [{ ...row, held: found.record }] : []
  })
  return { kept, strangers }
}

/**
 * Links that were given up as gone and that their system speaks of again stand again, unless something of the same
 * delivery took their place meanwhile.
 */
export async function reviveLinks(tx: Tx, tenant: string, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return
  await tx.query(
    {
      name: 'revive_links',
      text: `update hrhub.links t set state = 'active' where t.tenant = $1 and t.id = any($2::text[]) and t.state = 'gone'
               and not exists (select from hrhub.links o where o.tenant = t.tenant and o.record = t.record
                 and o.connection = t.connection and o.resource = t.resource and o.kind = t.kind
                 and o.state = 'active' and o.delivery is not distinct from t.delivery)`,
    },
    [tenant, texts([...ids].sort())],
  )
}

export async function retireLinks(
  tx: Tx,
  tenant: string,
  gone: readonly {
    readonly connection: string
    readonly resource: string
    readonly externalId: string
    readonly kind: string
    readonly as: 'retired' | 'gone'
  }[],
): Promise<void> {
  if (gone.length === 0) return
  await tx.query(
    {
      name: 'retire_links',
      text: `update hrhub.links t set state = v.state from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[]) as v(connection, resource, external_id, state, kind)
             where t.tenant = $1 and t.connection = v.connection and t.resource = v.resource and t.external_id = v.external_id
               and t.kind = v.kind and t.state <> 'erased'`,
    },
    [
      tenant,
      texts(gone.map(one => one.connection)),
      texts(gone.map(one => one.resource)),
      texts(gone.map(one => one.externalId)),
      texts(gone.map(one => one.as)),
      texts(gone.map(one => one.kind)),
    ],
  )
}
