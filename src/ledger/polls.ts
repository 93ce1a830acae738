/** Cursors of polls, one row per (connection, resource). */
import type { JsonObject } from '../kernel/json.js'
import type { Querying } from './engine/types.js'
import { polls } from './schema.js'
import { asRows, type RowOf } from './table.js'

export type PollRow = RowOf<typeof polls>

export async function plantPoll(
  ledger: Querying,
  tenant: string,
  connection: string,
  resource: string,
  now: number,
): Promise<void> {
  await ledger.query(
    `insert into hrhub.polls (tenant, connection, resource, state, next_at) values ($1, $2, $3, '{}', $4) on conflict do nothing`,
    [tenant, connection, resource, new Date(now)],
  )
}

/** Takes due polls by pushing their time ahead: one process polls, and a crash only delays. */
export async function duePolls(ledger: Querying, now: number, holdMs: number): Promise<PollRow[]> {
  const { rows } = await ledger.query<Record<string, unknown>>(
    {
      name: 'due_polls',
      text: `with due as (select tenant, connection, resource from hrhub.polls where next_at <= $1 order by next_at limit 20 for update skip locked)
             update hrhub.polls t set next_at = $2 from due
             where t.tenant = due.tenant and t.connection = due.connection and t.resource = due.resource returning t.*`,
    },
    [new Date(now), new Date(now + holdMs)],
  )
  return asRows(polls, rows)
}

export async function savePoll(
  tx: Querying,
  row: PollRow,
  state: JsonObject,
  nextAt: number,
  error: JsonObject | null,
): Promise<void> {
  await tx.query(
    'update hrhub.polls set state = $4::jsonb, next_at = $5, last_error = $6::jsonb where tenant = $1 and connection = $2 and resource = $3',
    [
      row.tenant,
      row.connection,
      row.resource,
      JSON.stringify(state),
      new Date(nextAt),
      error === null ? null : JSON.stringify(error),
    ],
  )
}
