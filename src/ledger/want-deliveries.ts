/**
 * Sets what deliveries want: new rows are made, known rows raised. An open effect is never disturbed (its end
 * decides), a claimed row is judged by its settle, a once-row that has had its effect is left alone.
 */

import { texts } from './engine/parameters.js'
import type { Querying, Tx } from './engine/types.js'
import { type DeliveryRow, deliveries } from './schema.js'
import { asRows, insertRows, type RowOf, table } from './table.js'

export type WantRow = Pick<
  DeliveryRow,
  | 'tenant'
  | 'id'
  | 'flow'
  | 'key'
  | 'record'
  | 'connection'
  | 'resource'
  | 'item'
  | 'change'
  | 'state'
  | 'because'
  | 'wants'
  | 'wanted'
  | 'due_at'
  | 'created_at'
  | 'updated_at'
>

export interface Due {
  readonly id: string
  /** Whose lane it goes in. */
  readonly connection: string
  readonly due_at: number
}

const COLUMNS = [
  'tenant',
  'id',
  'flow',
  'key',
  'record',
  'connection',
  'resource',
  'item',
  'change',
  'state',
  'because',
  'wants',
  'wanted',
  'due_at',
  'created_at',
  'updated_at',
] as const

/** Parked for a person's answer: a new wanted state does not answer the question. */
const STAYS_PARKED = `(t.state = 'parked' and t.because in ('gone at the vendor', 'unknown', 'exists'))`

/** A change with a lower number may commit later: raised all the same, so that whoever works on the row sees it was wanted anew. */
const RAISE = `on conflict (tenant, flow, key) do update set
  wanted = case when excluded.wanted > t.wanted then excluded.wanted else t.wanted + 1 end, wants = excluded.wants, record = excluded.record, updated_at = excluded.updated_at,
  item = excluded.item,
  due_at = case when t.open or t.claim is not null or ${STAYS_PARKED} then t.due_at else excluded.due_at end,
  because = case when t.open or t.claim is not null or ${STAYS_PARKED} then t.because else excluded.because end,
  tries = case when t.open then t.tries else 0 end,
  state = case when t.open or t.claim is not null or ${STAYS_PARKED} then t.state else excluded.state end`

const RETURNING = 'returning t.id, t.connection, t.due_at'

/** @returns rows that are due at some time, with that time */
export async function wantDeliveries(tx: Tx, rows: readonly WantRow[], once: boolean): Promise<Due[]> {
  const sorted = [...rows].sort((a, b) => (a.flow + a.key < b.flow + b.key ? -1 : 1))
  const tail = once
    ? `${RAISE} where t.effect = 0 and t.state <> 'lapsed' ${RETURNING}`
    : `${RAISE} ${RETURNING}`
  const made = await insertRows<
    (typeof deliveries)['columns'],
    (typeof COLUMNS)[number],
    Record<string, unknown>
  >(tx, { ...deliveries, name: 'deliveries as t' } as typeof deliveries, COLUMNS, sorted, tail)
  return asRows(deliveries, made).flatMap(row =>
    row.due_at === null ? [] : [{ id: row.id, connection: row.connection, due_at: row.due_at }],
  )
}

/** What the system holds is not what we thought: the next judgement sends even an unchanged body. */
export async function forgetFingerprints(tx: Tx, tenant: string, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return
  await tx.query(
    {
      name: 'forget_fingerprints',
      text: 'update hrhub.deliveries set fingerprint = null where tenant = $1 and id = any($2::text[])',
    },
    [tenant, texts(ids)],
  )
}

const { id, flow, key, record, item, state, effect, external_id, due_at } = deliveries.columns
const standing = table('deliveries', { id, flow, key, record, item, state, effect, external_id, due_at })
/** Record by record, as links are looked up (find-links.ts): no plan can come to read all rows of a flow. */
const STANDING = `select t.* from unnest($2::text[]) r(id) cross join lateral (
    select ${Object.keys(standing.columns).join(', ')} from hrhub.deliveries d
    where d.tenant = $1 and d.record = r.id and d.flow = any($3::text[]) offset 0) t`
/** What planning asks of a row that is there. */
export type StandingRow = RowOf<typeof standing>

/** Rows that flows have for records. */
export async function deliveriesOf(
  tx: Querying,
  tenant: string,
  flows: readonly string[],
  records: readonly string[],
): Promise<StandingRow[]> {
  if (flows.length === 0 || records.length === 0) return []
  const { rows } = await tx.query({ name: 'standing_rows', text: STANDING }, [
    tenant,
    texts(records),
    texts(flows),
  ])
  return asRows(standing, rows)
}
