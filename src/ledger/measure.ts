/**
 * Figures for /metrics, each from an index that holds only what is not at rest: a scrape costs the same in a year.
 * What has ended is counted by the process as it happens, not by reading history.
 */
import type { Querying } from './engine/types.js'

export interface Measures {
  readonly messages: readonly { readonly state: string; readonly times: number }[]
  readonly deliveries: readonly {
    readonly state: string
    readonly connection: string
    readonly times: number
  }[]
  /** Milliseconds since the oldest due row became due; 0 = nobody waits. */
  readonly oldestDueMs: number
  readonly dueNow: number
  readonly openEffects: number
  readonly unpublished: number
}

export async function measure(ledger: Querying, now: number): Promise<Measures> {
  const messages = await ledger.query<{ state: string; times: number }>(
    `select state, count(*)::int as times from hrhub.messages where state in ('new', 'waiting') group by state
     union all
     select state, count(*)::int from hrhub.messages where state in ('invalid', 'defect', 'unrouted') group by state`,
  )
  const deliveries = await ledger.query<{ state: string; connection: string; times: number }>(
    `select state, connection, count(*)::int as times from hrhub.restless group by state, connection`,
  )
  const due = await ledger.query<{ oldest: Date | null; times: number }>(
    'select min(due_at) as oldest, count(*)::int as times from hrhub.due where due_at <= $1',
    [new Date(now)],
  )
  const rest = await ledger.query<{ effects: number; changes: number }>(
    `select (select count(*)::int from hrhub.effects where state = 'open') as effects,
            (select count(*)::int from hrhub.changes where pos is null) as changes`,
  )
  const oldest = due.rows[0]?.oldest
  return {
    messages: messages.rows,
    deliveries: deliveries.rows,
    oldestDueMs: oldest ? Math.max(0, now - oldest.getTime()) : 0,
    dueNow: due.rows[0]?.times ?? 0,
    openEffects: rest.rows[0]?.effects ?? 0,
    unpublished: rest.rows[0]?.changes ?? 0,
  }
}
