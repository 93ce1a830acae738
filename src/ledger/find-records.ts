/** Loads records by id, locked in one order where they are about to change; and who answers for merged ones. */
import type { Json } from '../kernel/json.js'
import { texts } from './engine/parameters.js'
import type { Querying, Tx } from './engine/types.js'
import { type RecordRow, records, recordViews, stampedViews } from './schema.js'
import { type RowOf, selectRows } from './table.js'

export async function findRecords(
  tx: Querying,
  tenant: string,
  ids: readonly string[],
): Promise<RecordRow[]> {
  if (ids.length === 0) return []
  return selectRows(tx, records, 'where t.tenant = $1 and t.id = any($2::text[])', [tenant, texts(ids)])
}

/** @param stamped whether the stamps of the leaves are wanted too: as much again as the data */
export async function findViews(
  tx: Querying,
  tenant: string,
  ids: readonly string[],
  stamped: boolean,
): Promise<(RowOf<typeof recordViews> & { readonly stamps?: Json })[]> {
  if (ids.length === 0) return []
  const where = 'where t.tenant = $1 and t.id = any($2::text[])'
  const params = [tenant, texts(ids)]
  return stamped ? selectRows(tx, stampedViews, where, params) : selectRows(tx, recordViews, where, params)
}

/** Sorted by id: two batches that share records take them in one order and cannot block each other. */
export async function lockRecords(tx: Tx, tenant: string, ids: readonly string[]): Promise<RecordRow[]> {
  if (ids.length === 0) return []
  return selectRows(
    tx,
    records,
    'where t.tenant = $1 and t.id = any($2::text[]) order by t.id for update of t',
    [tenant, texts([...ids].sort())],
  )
}

/** Merged records → who answers for them now; the others are not in it. Never a chain: a merge points all at its end. */
export async function survivorsOf(
  tx: Querying,
  tenant: string,
  ids: readonly string[],
): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map()
  const { rows } = await tx.query<{ id: string; was_merged_into: string }>(
    {
      name: 'survivors_of',
      text: `select id, was_merged_into from hrhub.records
             where tenant = $1 and id = any($2::text[]) and was_merged_into is not null`,
    },
    [tenant, texts([...new Set(ids)])],
  )
  return new Map(rows.map(row => [row.id, row.was_merged_into]))
}
