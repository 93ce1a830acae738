/** Keys of the API: kept as keyed hashes, never in the clear; a revoked key stays as a row that opens nothing. */
import { jsonb, texts } from './engine/parameters.js'
import type { Querying } from './engine/types.js'
import { apiKeys } from './schema.js'
import { type RowOf, selectRows } from './table.js'

export type ApiKeyRow = RowOf<typeof apiKeys>

/** Takes the place of a key of the same id: the bootstrap key follows its setting. */
export async function putKey(ledger: Querying, row: ApiKeyRow): Promise<void> {
  await ledger.query(
    `insert into hrhub.api_keys as t (tenant, id, hash, name, scopes, connection, created_at, revoked_at)
     values ($1, $2, $3, $4, $5::jsonb, $6, $7, null)
     on conflict (tenant, id) do update set hash = excluded.hash, scopes = excluded.scopes, revoked_at = null`,
    [row.tenant, row.id, row.hash, row.name, jsonb(row.scopes), row.connection, new Date(row.created_at)],
  )
}

/** @param hashes of the one key, under each master key; a revoked key is not found */
export async function findKey(ledger: Querying, hashes: readonly string[]): Promise<ApiKeyRow | undefined> {
  const [row] = await selectRows(
    ledger,
    apiKeys,
    'where t.hash = any($1::text[]) and t.revoked_at is null limit 1',
    [texts(hashes)],
  )
  return row
}

export async function listKeys(ledger: Querying, tenant: string): Promise<ApiKeyRow[]> {
  return selectRows(ledger, apiKeys, 'where t.tenant = $1 order by t.created_at, t.id limit 1000', [tenant])
}

/** @returns whether there was such a key; revoking twice keeps the first time */
export async function revokeKey(ledger: Querying, tenant: string, id: string, now: number): Promise<boolean> {
  const { rowCount } = await ledger.query(
    'update hrhub.api_keys set revoked_at = coalesce(revoked_at, $3) where tenant = $1 and id = $2',
    [tenant, id, new Date(now)],
  )
  return rowCount > 0
}

/** Of some tenants, those that have a good key with everything. */
export async function tenantsWithAdmin(ledger: Querying, tenants: readonly string[]): Promise<Set<string>> {
  const { rows } = await ledger.query<{ tenant: string }>(
    `select distinct tenant from hrhub.api_keys
     where tenant = any($1::text[]) and revoked_at is null and scopes @> '["admin"]'::jsonb`,
    [texts(tenants)],
  )
  return new Set(rows.map(row => row.tenant))
}
