import { describe, expect, it } from 'vitest'
import { RETRY_WINDOW_MS, retryAt, triesAreOver } from '../../src/pipeline/deliver/retry.js'

const HOUR = 3_600_000
const SCHEDULE = [5000, 300_000, HOUR]

describe('the wait before the next try', () => {
  it('grows from a second to an hour, half of it random', () => {
    expect([0, 1, 5, 40].map(tries => retryAt(0, tries, undefined, 0))).toEqual([500, 1000, 16_000, HOUR / 2])
    expect(retryAt(0, 5, undefined, 1)).toBe(32_000)
  })

  it('is the connector’s own where it names them, up to a tenth longer, and its last one from then on', () => {
    expect([1, 2, 3, 9].map(tries => retryAt(0, tries, undefined, 0, SCHEDULE))).toEqual([
      5000,
      300_000,
      HOUR,
      HOUR,
    ])
    expect(retryAt(0, 1, undefined, 1, SCHEDULE)).toBe(5500)
  })

  it('is what they ask for, whatever is named', () => {
    expect(retryAt(1000, 3, 60_000, 1, SCHEDULE)).toBe(61_000)
    expect(retryAt(1000, 3, 0, 1)).toBe(1050)
  })

  it('is never longer than the window: a vendor may ask for a thousand years', () => {
    expect(retryAt(0, 3, 99_999_999_999_000, 1)).toBe(RETRY_WINDOW_MS)
    expect(retryAt(0, 0, Number.NaN, 0)).toBe(500)
  })
})

describe('the end of all tries', () => {
  it('is the window, or the schedule, whichever the connector has', () => {
    expect(triesAreOver(RETRY_WINDOW_MS, 500)).toBe(false)
    expect(triesAreOver(RETRY_WINDOW_MS + 1, 1)).toBe(true)
    expect(triesAreOver(0, 3, SCHEDULE)).toBe(false)
    expect(triesAreOver(0, 4, SCHEDULE)).toBe(true)
  })

  it('leaves room for a schedule longer than the window, and none for waits without end', () => {
    const long = [100 * HOUR]
    expect(triesAreOver(109 * HOUR, 1, long)).toBe(false)
    expect(triesAreOver(111 * HOUR, 1, long)).toBe(true)
  })
})
