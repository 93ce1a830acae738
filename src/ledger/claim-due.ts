/**
 * Claims rows that are due, by lease. A claim says who may act; the lease outlives the longest call, and when it
 * expires with an effect open, that effect is unknown, never free.
 */
import { texts } from './engine/parameters.js'
import type { Querying } from './engine/types.js'
import { type DeliveryRow, deliveries } from './schema.js'
import { asRows } from './table.js'
import type { Due } from './want-deliveries.js'

export type Claimed = DeliveryRow & { readonly lost: boolean }

/** A row of `every: change` goes after all earlier ones of its record: every step, in order. */
const EARLIER = `select from hrhub.deliveries e where e.tenant = d.tenant and e.flow = d.flow and e.record = d.record
        and e.change < d.change and e.done < e.wanted and e.state not in ('dead', 'cancelled', 'lapsed', 'superseded')`

const CLAIM = `with due as (
    select tenant, id, claim from hrhub.deliveries d
    where tenant = $1 and id = any($2::text[]) and due_at <= $3 and (claim is null or lease_until < $3)
      and not (connection = any($6::text[]))
      and (change is null or not exists (${EARLIER}))
    order by id for update skip locked)
  update hrhub.deliveries t set claim = $4, lease_until = $5, state = 'in_flight', because = null
  from due where t.tenant = due.tenant and t.id = due.id
  returning t.*, due.claim is not null as lost`

export async function claimDue(
  ledger: Querying,
  tenant: string,
  ids: readonly string[],
  options: {
    readonly claim: string
    readonly now: number
    readonly leaseMs: number
    readonly paused: readonly string[]
  },
): Promise<Claimed[]> {
  if (ids.length === 0) return []
  const { claim, now, leaseMs, paused } = options
  const { rows } = await ledger.query<Record<string, unknown>>({ name: 'claim_due', text: CLAIM }, [
    tenant,
    texts(ids),
    new Date(now),
    claim,
    new Date(now + leaseMs),
    texts(paused),
  ])
  return asRows(deliveries, rows) as unknown as Claimed[]
}

/**
 * Due rows that nobody rings for: what the sweep finds. The oldest wish first within a connection (what others refer to
 * was wanted before them, whatever each was tried last), and the connections in turn: the backlog of one must not hide the reminders of another.
 * @param tenants whose rows this process can work on
 */
export async function findDue(
  ledger: Querying,
  now: number,
  most: number,
  paused: readonly string[],
  tenants: readonly string[],
): Promise<{ tenant: string; connection: string; id: string }[]> {
  const { rows } = await ledger.query<{ tenant: string; connection: string; id: string }>(
    {
      name: 'find_due',
      text: `select tenant, connection, id from (
               select d.tenant, connection, id, wanted, row_number() over (partition by d.tenant, connection order by wanted, id) as turn
               from hrhub.due u join hrhub.deliveries d on d.tenant = u.tenant and d.id = u.delivery
               where u.due_at <= $1 and d.due_at <= $1 and (claim is null or lease_until < $1) and u.tenant = any($4::text[])
                 and not (d.tenant || '/' || connection = any($3::text[])) and (change is null or not exists (${EARLIER}))) d
             order by turn, wanted limit $2`,
    },
    [new Date(now), most, texts(paused), texts(tenants)],
  )
  return rows
}

/** The rows of `every: change` that come next for these records, once the ones before them are done. */
export async function nextInOrder(
  tx: Querying,
  tenant: string,
  flows: readonly string[],
  records: readonly string[],
): Promise<Due[]> {
  if (records.length === 0) return []
  const { rows } = await tx.query<{ id: string; connection: string; due_at: Date }>(
    {
      name: 'next_in_order',
      text: `select distinct on (flow, record) id, connection, due_at from hrhub.deliveries
             where tenant = $1 and flow = any($2::text[]) and record = any($3::text[]) and change is not null
               and due_at is not null and claim is null order by flow, record, change`,
    },
    [tenant, texts(flows), texts(records)],
  )
  return rows.map(({ id, connection, due_at }) => ({ id, connection, due_at: due_at.getTime() }))
}
