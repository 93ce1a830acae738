/** How much needs somebody, by its code, and how late the latest due row is. */
import type { Querying } from './engine/types.js'

export interface StateCounts {
  /** Only those that are not at rest: new, waiting, invalid, unrouted, defect. */
  readonly messages: Readonly<Record<string, number>>
  /** Only those that are not at rest: waiting, unknown, held, parked, dead. */
  readonly deliveries: Readonly<Record<string, number>>
  /** What waits for a person, each by its code: findings, open merge proposals, deliveries that are parked or dead. */
  readonly findings: Readonly<Record<string, number>>
  readonly proposals: number
  readonly stopped: Readonly<Record<string, number>>
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
    `select state, count(*)::int as times from hrhub.restless group by state order by state`,
  )
  const findings = await counts(
    'select code as state, count(*)::int as times from hrhub.findings group by code order by code',
  )
  const stopped = await counts(
    `select coalesce(last_error->>'code', because, state) as state, count(*)::int as times from hrhub.deliveries
     where shown in ('parked', 'dead') group by 1 order by 1`,
  )
  const open = await ledger.query<{ times: number }>(
    `select count(*)::int as times from hrhub.merge_proposals where state = 'open'`,
  )
  const { rows } = await ledger.query<{ oldest: Date | null }>('select min(due_at) as oldest from hrhub.due')
  const oldest = rows[0]?.oldest?.getTime() ?? now
  const proposals = open.rows[0]?.times ?? 0
  return { messages, deliveries, findings, proposals, stopped, oldestDueMs: Math.max(0, now - oldest) }
}

/** Milliseconds since the epoch by the database's clock. */
export async function databaseNow(ledger: Querying): Promise<number> {
  const { rows } = await ledger.query<{ now: Date }>('select clock_timestamp() as now')
  return rows[0]?.now.getTime() ?? 0
}
