/**
 * What is only remembered for a time is forgotten after it: event ids and signatures of callbacks, counts of a day,
 * answers to repeated requests. News, records and deliveries are none of these.
 */
import type { Querying } from './engine/types.js'

const DAY_MS = 86_400_000

/** Longer than the last repeat that anything here is asked for. */
const KEPT: readonly { readonly table: string; readonly at: string; readonly days: number }[] = [
  // Vendors repeat an event for 24 h at most (vendors.md: Standard Webhooks); a week outlives an outage of ours too.
  { table: 'seen', at: 'at', days: 8 },
  // An answer is given again for 24 h (kept-answers.ts).
  { table: 'idempotency', at: 'at', days: 2 },
  // Only today's count is asked for.
  { table: 'contested', at: 'day::date', days: 2 },
  { table: 'refusals', at: 'day', days: 31 },
]

/** Rows of one statement: a table that grew for months must not hold its locks for minutes. */
const MOST = 5000

/** @returns how many rows went */
export async function forgetOld(ledger: Querying, now: number): Promise<number> {
  let gone = 0
  for (const { table, at, days } of KEPT) {
    const statement = {
      name: `forget_${table}`,
      text: `delete from hrhub.${table} where ctid = any(array(select ctid from hrhub.${table} where ${at} < $1 limit ${MOST}))`,
    }
    for (let went = MOST; went === MOST; gone += went)
      went = (await ledger.query(statement, [new Date(now - days * DAY_MS)])).rowCount
  }
  return gone
}
