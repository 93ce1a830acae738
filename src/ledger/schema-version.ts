/** Which migrations a ledger has had; none where the hub never started on it. */
import { SCHEMA } from './engine/kysely-dialect.js'
import type { Querying } from './engine/types.js'

/** @returns names in the order they ran */
export async function appliedMigrations(ledger: Querying): Promise<string[]> {
  const { rows: found } = await ledger.query<{ there: boolean }>(
    'select to_regclass($1) is not null as there',
    [`${SCHEMA}.migrations`],
  )
  if (found[0]?.there !== true) return []
  const { rows } = await ledger.query<{ name: string }>(`select name from ${SCHEMA}.migrations order by name`)
  return rows.map(row => row.name)
}
