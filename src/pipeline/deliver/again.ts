/**
 * What a call came to is known to this process alone until it is written: a ledger that is away for a moment must not
 * make it a doubt that a person has to settle. So it is written again, for as long as the claim holds.
 */
import { setTimeout as wait } from 'node:timers/promises'
import type { Clock } from '../../kernel/clock.js'
import { isHubError } from '../../kernel/errors.js'
import { isRepeatable } from '../../ledger/engine/database-error.js'

const FIRST_MS = 100
const LONGEST_MS = 5000
/** Of the lease, kept for the last try: later it is somebody else's row. */
const LAST_MS = 5000

/** True where the same work may well pass later. */
export function passes(error: unknown): boolean {
  return isHubError(error) ? error.kind === 'unreachable' || error.kind === 'unknown' : isRepeatable(error)
}

/**
 * @param until the end of the lease
 * @param work must be safe to repeat, also where it was done and its answer lost (LEDGER_COMMIT_UNKNOWN)
 */
export async function againUntil<T>(clock: Clock, until: number, work: () => Promise<T>): Promise<T> {
  for (let pause = FIRST_MS; ; pause = Math.min(pause * 2, LONGEST_MS)) {
    try {
      return await work()
    } catch (error) {
      if (!passes(error) || clock.now() + pause + LAST_MS > until) throw error
    }
    await wait(pause)
  }
}
