/** What an operator sees of connections at a glance: what is left to do, what failed last, who was refused. */
import type { JsonObject } from '../kernel/json.js'
import type { Querying } from './engine/types.js'

export interface ConnectionFigures {
  readonly connection: string
  readonly state: string
  readonly because: string | null
  readonly skewMs: number | null
  /** Deliveries that do not rest well, by state. */
  readonly open: Readonly<Record<string, number>>
  readonly lastError: JsonObject | null
  readonly pollErrors: Readonly<Record<string, JsonObject>>
  /** Callbacks refused today (UTC), by code. */
  readonly refused: Readonly<Record<string, number>>
}

export async function connectionFigures(
  ledger: Querying,
  tenant: string,
  names: readonly string[],
  now: number,
): Promise<ConnectionFigures[]> {
  const [states, open, polls, refusals] = await Promise.all([
    ledger.query<{ connection: string; state: string; because: string | null; skew_ms: number | null }>(
      'select connection, state, because, skew_ms from hrhub.connections where tenant = $1',
      [tenant],
    ),
    ledger.query<{ connection: string; state: string; times: number; last: JsonObject | null }>(
      `select connection, state, count(*)::int as times,
              (array_agg(last_error order by updated_at desc) filter (where last_error is not null))[1] as last
       from hrhub.restless where tenant = $1 group by connection, state`,
      [tenant],
    ),
    ledger.query<{ connection: string; resource: string; last_error: JsonObject }>(
      'select connection, resource, last_error from hrhub.polls where tenant = $1 and last_error is not null',
      [tenant],
    ),
    ledger.query<{ connection: string; code: string; times: number }>(
      'select connection, code, times from hrhub.refusals where tenant = $1 and day = $2::date',
      [tenant, new Date(now).toISOString().slice(0, 10)],
    ),
  ])
  return names.map(name => {
    const state = states.rows.find(row => row.connection === name)
    const mine = open.rows.filter(row => row.connection === name)
    const errors = mine.flatMap(row => (row.last === null ? [] : [row.last]))
    errors.sort((a, b) => (String(a['at']) < String(b['at']) ? 1 : -1))
    return {
      connection: name,
      state: state?.state ?? 'active',
      because: state?.because ?? null,
      skewMs: state?.skew_ms ?? null,
      open: Object.fromEntries(mine.map(row => [row.state, row.times])),
      lastError: errors[0] ?? null,
      pollErrors: Object.fromEntries(
        polls.rows.filter(row => row.connection === name).map(row => [row.resource, row.last_error]),
      ),
      refused: Object.fromEntries(
        refusals.rows.filter(row => row.connection === name).map(row => [row.code, row.times]),
      ),
    }
  })
}
