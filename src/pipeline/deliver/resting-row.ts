/** The row of a delivery that begins nothing now: at rest, waiting, or parked for a person. */
import type { Claimed } from '../../ledger/claim-due.js'
import type { Wants } from '../effect/wants.js'
import type { Parts } from '../parts.js'
import type { Prepared } from './prepare.js'
import { errorOf, settledRow } from './settlement.js'

export function restingRow(
  parts: Parts,
  row: Claimed,
  prepared: Exclude<Prepared, { do: 'begin' | 'adopt' }>,
  now: number,
) {
  const wants = prepared.wants satisfies Wants
  switch (prepared.do) {
    case 'rest':
      return settledRow(parts, row, {
        state: prepared.state,
        because: prepared.because ?? null,
        done: prepared.done ? row.wanted : row.done,
        above: row.wanted,
        wants,
        // Refused before, and nothing can be done about it: why it was refused stays to be read.
        last_error: prepared.state === 'dead' ? row.last_error : null,
      })
    case 'later':
      return settledRow(parts, row, {
        state: 'waiting',
        because: 'due',
        due_at: prepared.at,
        above: row.wanted,
        wants,
      })
    case 'link':
      return settledRow(parts, row, { state: 'waiting', because: 'link', above: row.wanted, wants })
    case 'park':
      return settledRow(parts, row, {
        state: 'parked',
        because: 'mapping',
        above: row.wanted,
        last_error: {
          ...errorOf(
            {
              is: 'misconfigured',
              code: prepared.error.code,
              detail: prepared.error.message,
              status: undefined,
            },
            now,
          ),
          where: { ...prepared.error.where },
        },
      })
    default:
      return prepared satisfies never
  }
}
