/** When to try again, and for how long: exponential with jitter, or as the connector says; what the vendor asks for is obeyed. */

const FIRST_MS = 1000
const LONGEST_MS = 60 * 60_000
/** At least 75 h: weekends with a dead vendor on both ends. */
export const RETRY_WINDOW_MS = 80 * 60 * 60_000
/** Of a wait that a connector names, added at random: the vendor's own times are the shortest. */
const SCHEDULE_JITTER = 0.1

/**
 * @param tries made so far and counted; `schedule` = the connector's waits before the second try, the third …
 * @param jitter 0 to 1; half of the wait is random, so that a vendor coming back is not met by everyone at once
 */
export function retryAt(
  now: number,
  tries: number,
  askedMs: number | undefined,
  jitter: number,
  schedule?: readonly number[],
): number {
  // A vendor may ask for a year by mistake: within the window somebody looks.
  if (askedMs !== undefined && !Number.isNaN(askedMs))
    return now + Math.min(Math.max(askedMs, 50), RETRY_WINDOW_MS)
  if (schedule) {
    const wait = schedule[Math.min(Math.max(tries, 1), schedule.length) - 1] ?? LONGEST_MS
    return now + wait * (1 + SCHEDULE_JITTER * jitter)
  }
  const full = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(tries, 20))
  return now + full / 2 + (full / 2) * jitter
}

/** No further try: the window is over, or the connector's schedule is. @param tries made so far and counted */
export function triesAreOver(ageMs: number, tries: number, schedule?: readonly number[]): boolean {
  if (!schedule) return ageMs > RETRY_WINDOW_MS
  // Waits that the vendor asked for are counted no tries, and the window must hold the whole schedule.
  const whole = schedule.reduce((sum, wait) => sum + wait * (1 + SCHEDULE_JITTER), 0)
  return tries > schedule.length || ageMs > Math.max(RETRY_WINDOW_MS, whole)
}
