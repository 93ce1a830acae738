/** How many messages and deliveries need somebody, and how late the latest due row is. */
import type { Querying } from './engine/types.js'

export interface StateCounts {
  /** Only those that are not at rest: new, waiting, invalid, unrouted, defect. */
  readonly messages: Readonly<Record<string, number>>
  /** Only those that are not at rest: waiting, unknown, held, parked, dead. */
  readonly deliveries: Readonly<Record<string, number>>
  /** Milliseconds since the oldest due row came due; 0 where nothing is late. */
  readonly oldestDueMs: number
}

export async function countStates(ledger: Querying, now: number): Promise<StateCounts> {
  const counts = async (sql: string) => {
    const { rows } = await ledger.query<{ state: string; times: number }>(sql)
    return Object.fromEntries(rows.map(row => [row.state, row.times]))
  }
  const messages = await counts(
    `select state, count(*)::int as times from hrhub.messages
     where state in ('new', 'waiting', 'invalid', 'unrouted', 'defect') group by state order by state`,
  )
  const deliveries = await counts(
    `select state, count(*)::int as times from hrhub.deliveries
     where state in ('waiting', 'unknown', 'held', 'parked', 'dead') group by state order by state`,
  )
  const { rows } = await ledger.query<{ oldest: Date | null }>(
    'select min(due_at) as oldest from hrhub.deliveries where due_at is not null',
  )
  const oldest = rows[0]?.oldest?.getTime() ?? now
  return { messages, deliveries, oldestDueMs: Math.max(0, now - oldest) }
}

/** Milliseconds since the epoch by the database's clock. */
export async function databaseNow(ledger: Querying): Promise<number> {
  const { rows } = await ledger.query<{ now: Date }>('select clock_timestamp() as now')
  return rows[0]?.now.getTime() ?? 0
}
