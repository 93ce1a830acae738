/**
 * How far a vendor's clock stands from ours, by the `Date` of its answers (RFC 9110 §6.6.1): to within a second, for
 * a `Date` has no more. Sayings are placed by their own system's time, so a clock that is off is shown to people.
 */

export interface SkewMeter {
  /** @param sentAt and `tookMs`, milliseconds: the answer was made somewhere in between */
  heard(date: string | undefined, sentAt: number, tookMs: number): void
  /** Milliseconds, positive where theirs is ahead; undefined = no answer told yet. */
  ahead(): number | undefined
}

/** One slow answer says little; the middle of several does. */
const REMEMBERED = 15
/** The second of a `Date` is cut: its middle errs least. */
const HALF_SECOND = 500

export function createSkewMeter(): SkewMeter {
  const measured: number[] = []
  return {
    heard(date, sentAt, tookMs) {
      const theirs = date === undefined ? Number.NaN : Date.parse(date)
      if (Number.isNaN(theirs)) return
      measured.push(theirs + HALF_SECOND - (sentAt + tookMs / 2))
      if (measured.length > REMEMBERED) measured.shift()
    },
    ahead() {
      const sorted = [...measured].sort((a, b) => a - b)
      const middle = sorted[sorted.length >> 1]
      return middle === undefined ? undefined : Math.round(middle)
    },
  }
}
