/** Who waits for what. A wait is committed before its link is looked up a second time, so no wake-up is lost. */
import { texts } from './engine/parameters.js'
import type { Querying, Tx } from './engine/types.js'
import { waits } from './schema.js'
import { insertRows } from './table.js'
import type { Due } from './want-deliveries.js'

export interface Wait {
  readonly what: string
  readonly who_kind: 'message' | 'delivery'
  readonly who: string
}

export async function insertWaits(tx: Tx, tenant: string, rows: readonly Wait[], now: number): Promise<void> {
  const unique = [...new Map(rows.map(row => [`${row.what}\n${row.who_kind}\n${row.who}`, row])).entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, row]) => ({ tenant, ...row, since: now }))
  // A wait that is there already is locked all the same: who makes the thing now must see us wait, or we his thing.
  await insertRows(
    tx,
    { ...waits, name: 'waits as t' } as typeof waits,
    ['tenant', 'what', 'who_kind', 'who', 'since'],
    unique,
    'on conflict (tenant, what, who_kind, who) do update set since = t.since',
  )
}

/** Ends waits; called in the transaction that made the thing. @returns who waited */
export async function endWaits(tx: Tx, tenant: string, what: readonly string[]): Promise<Wait[]> {
  if (what.length === 0) return []
  const { rows } = await tx.query<{ what: string; who_kind: 'message' | 'delivery'; who: string }>(
    {
      name: 'end_waits',
      text: 'delete from hrhub.waits where tenant = $1 and what = any($2::text[]) returning what, who_kind, who',
    },
    [tenant, texts([...new Set(what)].sort())],
  )
  return rows
}

/** Waits whose link is there after all: what slipped between two commits. */
const FULFILLED = `select w.tenant, w.what, w.who_kind, w.who from hrhub.waits w where w.tenant = any($2::text[]) and ($1::text[] is null or w.what = any($1::text[]))
  and ((w.what like E'link\\n%' and exists (select 1 from hrhub.links l where l.tenant = w.tenant
     and l.connection = split_part(w.what, E'\\n', 2) and l.resource = split_part(w.what, E'\\n', 3)
     and l.kind = split_part(w.what, E'\\n', 4) and l.external_id = substr(w.what, length(split_part(w.what, E'\\n', 1))
       + length(split_part(w.what, E'\\n', 2)) + length(split_part(w.what, E'\\n', 3)) + length(split_part(w.what, E'\\n', 4)) + 5)))
  or (w.what like E'record\\n%' and exists (select 1 from hrhub.links l where l.tenant = w.tenant and l.state = 'active'
     and l.record = split_part(w.what, E'\\n', 2) and l.connection = split_part(w.what, E'\\n', 3)
     and l.resource = split_part(w.what, E'\\n', 4)))
  or (w.what like E'effect\\n%' and not exists (select 1 from hrhub.effects e join hrhub.deliveries d
     on d.tenant = e.tenant and d.id = e.delivery where e.tenant = w.tenant and e.state = 'open' and e.verb = 'create'
     and d.connection = split_part(w.what, E'\\n', 2) and d.resource = split_part(w.what, E'\\n', 3))))
  limit 500`

/**
 * @param tenants that this process has
 * @param only what was just begun to be waited for; undefined = whatever anybody waits for
 */
export async function fulfilledWaits(
  ledger: Querying,
  tenants: readonly string[],
  only: readonly string[] | undefined,
): Promise<(Wait & { readonly tenant: string })[]> {
  const params = [only ? texts([...new Set(only)]) : null, texts(tenants)]
  return (await ledger.query<Wait & { tenant: string }>({ name: 'fulfilled_waits', text: FULFILLED }, params))
    .rows
}

/**
 * Messages whose wait ended are new again, in the transaction that ended it: a process that dies before it folds
 * them leaves them to the sweep.
 */
export async function renewMessages(tx: Tx, tenant: string, messages: readonly string[]): Promise<void> {
  if (messages.length === 0) return
  await tx.query(
    {
      name: 'renew_messages',
      text: `update hrhub.messages set state = 'new' where tenant = $1 and id = any($2::text[]) and state = 'waiting'`,
    },
    [tenant, texts([...messages].sort())],
  )
}

export async function dueNow(
  tx: Tx,
  tenant: string,
  deliveries: readonly string[],
  now: number,
): Promise<Due[]> {
  if (deliveries.length === 0) return []
  const { rows } = await tx.query<{ id: string; connection: string }>(
    {
      name: 'due_now',
      text: `update hrhub.deliveries set due_at = $3, state = 'waiting', because = 'due' where tenant = $1 and id = any($2::text[])
             and claim is null and state = 'waiting' and because = 'link' returning id, connection`,
    },
    [tenant, texts(deliveries), new Date(now)],
  )
  return rows.map(row => ({ ...row, due_at: now }))
}
