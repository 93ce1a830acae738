/** Waits that last longer than anybody expected: found once each, and what is no longer so is forgotten. */
import { texts } from './engine/parameters.js'
import type { Querying } from './engine/types.js'

export const OVERDUE = 'wait_overdue'

export interface OverdueWait {
  readonly tenant: string
  readonly who_kind: 'message' | 'delivery'
  readonly who: string
  readonly since: number
  readonly what: readonly string[]
  readonly connection: string
  /** Of a delivery. */
  readonly flow: string | null
}

/** Whoever waits still waits: what a row waited for once may outlive the row's own wish for it. */
const WAITING = `select w.tenant, w.who_kind, w.who, w.since, w.what, d.flow, coalesce(d.connection, m.connection) as connection
  from hrhub.waits w
  left join hrhub.deliveries d on w.who_kind = 'delivery' and d.tenant = w.tenant and d.id = w.who
    and d.state = 'waiting' and d.because = 'link'
  left join hrhub.messages m on w.who_kind = 'message' and m.tenant = w.tenant and m.id = w.who and m.state = 'waiting'
  where w.since <= $1 and (d.id is not null or m.id is not null)`

/** Waits older than `before` that no finding tells of yet, the oldest first. */
export async function findOverdue(
  ledger: Querying,
  before: number,
  tenants: readonly string[],
  most: number,
): Promise<OverdueWait[]> {
  const { rows } = await ledger.query<Omit<OverdueWait, 'since'> & { since: Date }>(
    {
      name: 'find_overdue',
      text: `select w.tenant, w.who_kind, w.who, min(w.since) as since, array_agg(w.what order by w.what) as what,
               min(w.connection) as connection, min(w.flow) as flow
             from (${WAITING}) w where w.tenant = any($2::text[]) and not exists (select from hrhub.findings f
               where f.tenant = w.tenant and f.code = '${OVERDUE}' and f.about = w.who)
             group by w.tenant, w.who_kind, w.who order by since limit $3`,
    },
    [new Date(before), texts(tenants), most],
  )
  return rows.map(row => ({ ...row, since: row.since.getTime() }))
}

/** Forgets findings of waits that have ended; one that began anew since is told of when it is overdue itself. */
export async function clearOverdue(ledger: Querying, now: number): Promise<number> {
  const { rowCount } = await ledger.query(
    {
      name: 'clear_overdue',
      text: `delete from hrhub.findings f where f.code = '${OVERDUE}' and not exists (select from (${WAITING}) w
               where w.tenant = f.tenant and w.who = f.about and w.since < f.first_at)`,
    },
    [new Date(now)],
  )
  return rowCount
}
