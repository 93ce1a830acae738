/** Records that refer to some records by one field. */
import { texts } from './engine/parameters.js'
import type { Querying } from './engine/types.js'

export async function referringTo(
  tx: Querying,
  tenant: string,
  to: readonly string[],
  path: string,
): Promise<string[]> {
  if (to.length === 0) return []
  const { rows } = await tx.query<{ from_record: string }>(
    {
      name: 'referring_to',
      text: 'select distinct from_record from hrhub.refs where tenant = $1 and to_record = any($2::text[]) and path = $3',
    },
    [tenant, texts(to), path],
  )
  return rows.map(row => row.from_record)
}
