/** Identity keys: who a phone number or an address belongs to. The unique key decides every race. */
import { newId } from '../kernel/ids.js'
import { texts } from './engine/parameters.js'
import type { Querying, Tx } from './engine/types.js'
import { identityKeys, mergeProposals } from './schema.js'
import { insertRows, type RowOf } from './table.js'

export interface IdentityKey {
  readonly kind: string
  readonly key: string
}

export const identityText = ({ kind, key }: IdentityKey) => `${kind}\n${key}`

export async function findIdentities(
  tx: Querying,
  tenant: string,
  keys: readonly IdentityKey[],
): Promise<Map<string, string>> {
  const rows = await identityRows(tx, tenant, keys)
  return new Map(rows.map(row => [identityText(row), row.record]))
}

/** Each with the record that answers for its holder now: a key left on a merged record must not lead there. */
export async function identityRows(
  tx: Querying,
  tenant: string,
  keys: readonly IdentityKey[],
): Promise<RowOf<typeof identityKeys>[]> {
  if (keys.length === 0) return []
  const { rows } = await tx.query<RowOf<typeof identityKeys>>(
    {
      name: 'identity_rows',
      text: `select t.tenant, t.kind, t.key, coalesce(r.was_merged_into, t.record) as record, t.served
             from unnest($2::text[], $3::text[]) k(kind, key)
             cross join lateral (select * from hrhub.identity_keys i
               where i.tenant = $1 and i.kind = k.kind and i.key = k.key offset 0) t
             left join hrhub.records r on r.tenant = t.tenant and r.id = t.record and r.was_merged_into is not null`,
    },
    [tenant, texts(keys.map(key => key.kind)), texts(keys.map(key => key.key))],
  )
  return rows
}

/** Counts for each key whom it served once more. @returns the keys with their new count, and who holds them */
export async function countServed(
  tx: Tx,
  tenant: string,
  keys: readonly IdentityKey[],
): Promise<RowOf<typeof identityKeys>[]> {
  if (keys.length === 0) return []
  const sorted = [...keys].sort((a, b) => (identityText(a) < identityText(b) ? -1 : 1))
  const { rows } = await tx.query<RowOf<typeof identityKeys>>(
    {
      name: 'count_served',
      text: `update hrhub.identity_keys t set served = t.served + v.times
             from (select kind, key, count(*)::int as times from unnest($2::text[], $3::text[]) u(kind, key) group by kind, key) v
             where t.tenant = $1 and t.kind = v.kind and t.key = v.key returning t.*`,
    },
    [tenant, texts(sorted.map(key => key.kind)), texts(sorted.map(key => key.key))],
  )
  return rows
}

/** Takes keys for records, sorted; what somebody else holds already is left and returned by its holder. */
export async function takeIdentities(
  tx: Tx,
  tenant: string,
  wanted: readonly (IdentityKey & { readonly record: string })[],
): Promise<Map<string, string>> {
  const rows = [...new Map(wanted.map(row => [identityText(row), { tenant, ...row }])).values()].sort(
    (a, b) => (identityText(a) < identityText(b) ? -1 : 1),
  )
  if (rows.length === 0) return new Map()
  const [, held] = await Promise.all([
    insertRows(tx, identityKeys, ['tenant', 'kind', 'key', 'record'], rows, 'on conflict do nothing'),
    findIdentities(tx, tenant, rows),
  ])
  return held
}

/** A pair that was proposed by a key is not proposed again by it, whatever was decided. @returns keys that proposed */
export async function proposeMerges(
  tx: Tx,
  tenant: string,
  pairs: readonly {
    readonly kind: string
    readonly one: string
    readonly other: string
    readonly key: string
    readonly auto?: boolean
  }[],
  now: number,
): Promise<IdentityKey[]> {
  const rows = pairs.map(({ kind, one, other, key, auto = false }) => {
    const [first = one, second = other] = [one, other].sort()
    const id = newId('proposal', { now: () => now })
    return { tenant, kind, first, second, key, state: 'open', created_at: now, id, auto }
  })
  return insertRows<
    (typeof mergeProposals)['columns'],
    'tenant' | 'kind' | 'first' | 'second' | 'key' | 'state' | 'created_at' | 'id' | 'auto',
    { kind: string; key: string }
  >(
    tx,
    mergeProposals,
    ['tenant', 'kind', 'first', 'second', 'key', 'state', 'created_at', 'id', 'auto'],
    rows.sort((a, b) => (a.first + a.second + a.key < b.first + b.second + b.key ? -1 : 1)),
    'on conflict do nothing returning kind, key',
  )
}
