/**
 * How fast a connection may call: windows per rate (20/s and 1000/min both hold), per operation or for all,
 * a rate per recipient, a number of calls at once, and pauses the vendor asked for. Kept in the memory of
 * one process; a store shared by processes implements the same interface.
 */
import type { Rate } from './manifest/connector.js'

export interface Limiter {
  /**
   * Takes a place under every rate, or none.
   * @returns 0 where the call may go now, else milliseconds until it may
   */
  take(key: string, rates: readonly Rate[], now: number): number
  /** The vendor asked for silence until then. */
  pause(key: string, until: number): void
}

/** Waits up to this long are sat out before the call; longer ones are the pipeline's. */
export const SHORT_WAIT = 1000
/** Keys that rest are forgotten beyond this many, oldest first (recipients are many). */
const MAX_KEYS = 20_000

/** Exact sliding windows: at most `count` calls in any `perMs`. */
export function memoryLimiter(): Limiter {
  const windows = new Map<string, number[]>()
  const pauses = new Map<string, number>()
  return {
    take(key, rates, now) {
      let wait = Math.max(0, (pauses.get(key) ?? 0) - now)
      const horizon = Math.max(0, ...rates.map(rate => rate.perMs))
      const times = (windows.get(key) ?? []).filter(time => time > now - horizon)
      for (const rate of rates) {
        const oldest = times[times.length - rate.count]
        if (oldest !== undefined && oldest > now - rate.perMs)
          wait = Math.max(wait, oldest + rate.perMs - now)
      }
      if (wait > 0) return wait
      pauses.delete(key)
      if (rates.length === 0) return 0
      times.push(now)
      windows.delete(key)
      windows.set(key, times)
      if (windows.size > MAX_KEYS) windows.delete(windows.keys().next().value ?? '')
      return 0
    },
    pause(key, until) {
      pauses.set(key, Math.max(pauses.get(key) ?? 0, until))
    },
  }
}

/** At most `size` at once, first come first served; who waits too long is sent away. */
export class Gate {
  private free: number
  private readonly waiting = new Set<() => void>()

  constructor(size: number) {
    this.free = size
  }

  /** @returns undefined where no place came free in time; the work was not begun */
  async run<T>(patienceMs: number, work: () => Promise<T>): Promise<T | undefined> {
    if (this.free > 0) this.free--
    else if (!(await this.wait(patienceMs))) return undefined
    try {
      return await work()
    } finally {
      const [next] = this.waiting
      if (next) next()
      else this.free++
    }
  }

  private wait(patienceMs: number): Promise<boolean> {
    return new Promise(resolve => {
      const enter = () => {
        clearTimeout(timer)
        this.waiting.delete(enter)
        resolve(true)
      }
      const timer = setTimeout(() => {
        this.waiting.delete(enter)
        resolve(false)
      }, patienceMs)
      this.waiting.add(enter)
    })
  }
}

const UNITS: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}

/** `20/s`, `1000/min`, `5/30s`; the manifest's schema has checked the form. */
export function parseRate(text: string): Rate {
  const [, count = '1', times, unit = 's'] = /^(\d+)\/(\d+)?(s|min|m|h|d)$/.exec(text) ?? []
  return { count: Number(count), perMs: Number(times ?? 1) * (UNITS[unit] ?? 1000) }
}
