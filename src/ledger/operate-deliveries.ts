/**
 * What an operator does to deliveries, in statements that leave alone whatever is claimed: a row at work is never
 * taken out of the hands of who works on it, an effect in doubt is never sent again by the way.
 */
import { texts } from './engine/parameters.js'
import type { Querying, Tx } from './engine/types.js'
import { filtered } from './filter.js'
import { type DeliveryFilter, deliveryClauses } from './list-deliveries.js'
import { type DeliveryRow, deliveries } from './schema.js'
import { selectRows } from './table.js'
import type { Due } from './want-deliveries.js'

/** Parked with an effect whose end nobody knows: a person answers that first. */
const DOUBTFUL = `(t.open and t.state = 'parked' and t.because in ('unknown', 'exists'))`
/** $2: flows with `once`. Their rows have one accepted effect in their life; a refused one may be tried again by hand. */
const SPENT = '(t.flow = any($2::text[]) and t.done > 0 and not t.open)'

/** Tries of an open effect go on being numbered: each has its own row in the history. */
const AGAIN = `update hrhub.deliveries t set state = 'waiting', because = 'due', due_at = $4, updated_at = $4,
    tries = case when t.open then t.tries else 0 end, fingerprint = case when t.open then t.fingerprint else null end
  where t.tenant = $1 and t.id = any($3::text[]) and t.claim is null and not ${DOUBTFUL} and not ${SPENT}
  returning t.id, t.connection, t.wanted`

/**
 * Makes rows due now, whatever they wait for.
 * @returns those that are, the oldest wish first; the others may not be sent again like this
 */
export async function makeDue(
  ledger: Querying,
  tenant: string,
  ids: readonly string[],
  onceFlows: readonly string[],
  now: number,
): Promise<Due[]> {
  if (ids.length === 0) return []
  const { rows } = await ledger.query<{ id: string; connection: string; wanted: number }>(
    { name: 'make_due', text: AGAIN },
    [tenant, texts(onceFlows), texts([...ids].sort()), new Date(now)],
  )
  return rows
    .sort((a, b) => a.wanted - b.wanted)
    .map(({ id, connection }) => ({ id, connection, due_at: now }))
}

export interface Redrivable {
  readonly id: string
  readonly wanted: number
}

/** A page of rows that `makeDue` would take, the oldest wish first; without a state, those that rest unwillingly. */
export async function findRedrivable(
  ledger: Querying,
  tenant: string,
  onceFlows: readonly string[],
  filter: DeliveryFilter,
  after: Redrivable | undefined,
  limit: number,
): Promise<Redrivable[]> {
  const { where, params } = redrivable(tenant, onceFlows, filter)
  params.push(after?.wanted ?? -1, after?.id ?? '', limit)
  const n = params.length
  const { rows } = await ledger.query<{ id: string; wanted: number }>(
    `select t.id, t.wanted from hrhub.deliveries t ${where} and (t.wanted, t.id) > ($${n - 2}::bigint, $${n - 1}::text)
     order by t.wanted, t.id limit $${n}`,
    params,
  )
  return rows
}

export async function countRedrivable(
  ledger: Querying,
  tenant: string,
  onceFlows: readonly string[],
  filter: DeliveryFilter,
): Promise<number> {
  const { where, params } = redrivable(tenant, onceFlows, filter)
  const { rows } = await ledger.query<{ times: number }>(
    `select count(*)::int as times from hrhub.deliveries t ${where}`,
    params,
  )
  return rows[0]?.times ?? 0
}

function redrivable(tenant: string, onceFlows: readonly string[], filter: DeliveryFilter) {
  const { where, params } = filtered(tenant, [
    { sql: SPENT.replace('$2', ':value').replace(/^/, 'not '), value: texts(onceFlows) },
    ...deliveryClauses(filter),
  ])
  const resting = filter.state === undefined ? ` and t.shown in ('dead', 'parked')` : ''
  return { where: `${where}${resting} and t.claim is null and not ${DOUBTFUL}`, params }
}

/** Locked for the answer of a person; undefined = no such row. */
export async function lockDelivery(tx: Tx, tenant: string, id: string): Promise<DeliveryRow | undefined> {
  const [row] = await selectRows(tx, deliveries, 'where t.tenant = $1 and t.id = $2 for update of t', [
    tenant,
    id,
  ])
  return row
}

/** Writes what a person decided about a locked row. */
export async function decideDelivery(
  tx: Tx,
  row: Pick<
    DeliveryRow,
    'tenant' | 'id' | 'state' | 'because' | 'due_at' | 'wanted' | 'done' | 'fingerprint'
  >,
  now: number,
): Promise<void> {
  await tx.query(
    `update hrhub.deliveries set state = $3, because = $4, due_at = $5, done = $6, fingerprint = $7, tries = case when open then tries else 0 end, updated_at = $8, wanted = $9
     where tenant = $1 and id = $2`,
    [
      row.tenant,
      row.id,
      row.state,
      row.because,
      row.due_at === null ? null : new Date(row.due_at),
      row.done,
      row.fingerprint,
      new Date(now),
      row.wanted,
    ],
  )
}
