/** When to try again: exponential with jitter; what the vendor asks for is obeyed. */

const FIRST_MS = 1000
const LONGEST_MS = 60 * 60_000
/** At least 75 h: weekends with a dead vendor on both ends. */
export const RETRY_WINDOW_MS = 80 * 60 * 60_000

/** @param jitter 0 to 1; half of the wait is random, so that a vendor coming back is not met by everyone at once */
export function retryAt(now: number, tries: number, askedMs: number | undefined, jitter: number): number {
  if (askedMs !== undefined) return now + Math.max(askedMs, 50)
  const full = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(tries, 20))
  return now + full / 2 + (full / 2) * jitter
}
