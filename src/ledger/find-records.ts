/** Loads records by id, locked in one order where they are about to change; merged ones lead to their successor. */
import { texts } from './engine/parameters.js'
import type { Querying, Tx } from './engine/types.js'
import { type RecordRow, records } from './schema.js'
import { selectRows } from './table.js'

export async function findRecords(
  tx: Querying,
  tenant: string,
  ids: readonly string[],
): Promise<RecordRow[]> {
  if (ids.length === 0) return []
  return selectRows(tx, records, 'where t.tenant = $1 and t.id = any($2::text[])', [tenant, texts(ids)])
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
