/** Records as they were in a change. */
import type { JsonObject } from '../kernel/json.js'
import { bigints, texts } from './engine/parameters.js'
import type { Querying } from './engine/types.js'
import { changes } from './schema.js'
import { selectRows } from './table.js'

export interface RecordThen {
  readonly id: string
  readonly kind: string
  readonly data: JsonObject
  readonly gone: boolean
  readonly claimedAt: number
}

export async function recordsThen(
  tx: Querying,
  tenant: string,
  seqs: readonly number[],
): Promise<Map<number, RecordThen>> {
  if (seqs.length === 0) return new Map()
  const rows = await selectRows(tx, changes, 'where t.tenant = $1 and t.seq = any($2::bigint[])', [
    tenant,
    bigints(seqs),
  ])
  return new Map(
    rows.map(row => [
      row.seq,
      {
        id: row.record,
        kind: row.kind,
        data: row.data,
        gone: row.paths.includes('$gone'),
        claimedAt: row.at,
      },
    ]),
  )
}

/** How many hub flows in a row led to the newest change of each record. */
export async function chainDepths(
  tx: Querying,
  tenant: string,
  records: readonly string[],
): Promise<Map<string, number>> {
  if (records.length === 0) return new Map()
  const { rows } = await tx.query<{ record: string; depth: number }>(
    {
      name: 'chain_depths',
      text: `select distinct on (record) record, coalesce((cause->>'depth')::int, 0) as depth from hrhub.changes
             where tenant = $1 and record = any($2::text[]) order by record, seq desc`,
    },
    [tenant, texts(records)],
  )
  return new Map(rows.map(({ record, depth }) => [record, depth]))
}
