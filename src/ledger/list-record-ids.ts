/** Ids of the records of a kind, in order, for work that walks them all. */
import type { Querying } from './engine/types.js'

export async function listRecordIds(
  ledger: Querying,
  tenant: string,
  kind: string,
  after: string,
  most: number,
): Promise<string[]> {
  const { rows } = await ledger.query<{ id: string }>(
    {
      name: 'list_record_ids',
      text: 'select id from hrhub.records where tenant = $1 and kind = $2 and id > $3 and was_merged_into is null order by id limit $4',
    },
    [tenant, kind, after, most],
  )
  return rows.map(row => row.id)
}
