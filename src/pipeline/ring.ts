/**
 * RING: who delivers what is due. The process that made it due delivers it itself while it has room (same claim as
 * everybody), and rings the channel for the rest; rows due within ten minutes are rung with a delay, the sweep
 * finds all others.
 */
import type { Channel, Stop } from '../channel/types.js'
import type { Due } from '../ledger/want-deliveries.js'
import type { Deliverer } from './deliver/deliver.js'
import type { Parts } from './parts.js'

export interface Bell {
  ring(tenant: string, due: readonly Due[]): void
  listen(): Promise<void>
  /** Resolves when nothing is under way here. */
  idle(): Promise<void>
  stop(): Promise<void>
  readonly load: number
}

export interface BellOptions {
  readonly parts: Parts
  readonly channel: Channel
  readonly deliverer: Deliverer
  /** Rows this process works on at a time. */
  readonly room: number
  /** False in a process that only receives. */
  readonly delivers: boolean
}

/** A row further away is left to the sweep. */
const RING_AHEAD_MS = 10 * 60_000
/** Ids claimed by one statement. */
const BATCH = 128
/** Delays are rounded up to this, so that retries of one moment share a ring. */
const GRAIN_MS = 100

export function createBell({ parts, channel, deliverer, room, delivers }: BellOptions): Bell {
  const waiting = new Map<string, Set<string>>()
  let under = 0
  let queued = 0
  let stopped = false
  let scheduled = false
  let stopListening: Stop | undefined
  const idlers: (() => void)[] = []

  function take(tenant: string, ids: readonly string[]): void {
    const set = waiting.get(tenant) ?? new Set<string>()
    for (const id of ids) {
      if (!set.has(id)) queued += 1
      set.add(id)
    }
    waiting.set(tenant, set)
    schedule()
  }

  function schedule(): void {
    if (scheduled || stopped) return
    scheduled = true
    setImmediate(() => {
      scheduled = false
      drain()
    })
  }

  function drain(): void {
    for (const [tenant, set] of waiting) {
      while (set.size > 0 && under < room && !stopped) {
        const ids = [...set].slice(0, BATCH)
        for (const id of ids) set.delete(id)
        queued -= ids.length
        under += ids.length
        void deliverer
          .deliver(tenant, ids)
          .catch(error =>
            parts.log.error(
              { tenant, error: error instanceof Error ? error.message : String(error) },
              'ring.deliver-failed',
            ),
          )
          .finally(() => {
            under -= ids.length
            if (queued > 0) schedule()
            else if (under === 0) for (const idler of idlers.splice(0)) idler()
          })
      }
      if (set.size === 0) waiting.delete(tenant)
    }
  }

  const address = (tenant: string, id: string) => `${tenant}/${id}`

  function ring(tenant: string, due: readonly Due[]): void {
    if (due.length === 0 || stopped) return
    const now = parts.clock.now()
    const soon = due.filter(row => row.due_at <= now).map(row => row.id)
    if (soon.length > 0) {
      if (delivers && under + queued < room * 2) take(tenant, soon)
      else void channel.ring(soon.map(id => address(tenant, id)))
    }
    const later = new Map<number, string[]>()
    for (const row of due) {
      const delay = Math.ceil((row.due_at - now) / GRAIN_MS) * GRAIN_MS
      if (row.due_at > now && delay <= RING_AHEAD_MS) later.set(delay, [...(later.get(delay) ?? []), row.id])
    }
    for (const [delayMs, ids] of later)
      void channel.ring(
        ids.map(id => address(tenant, id)),
        { delayMs },
      )
  }

  return {
    ring,
    async listen() {
      if (!delivers) return
      stopListening = await channel.listen(
        async addresses => {
          const byTenant = new Map<string, string[]>()
          for (const text of addresses) {
            const cut = text.lastIndexOf('/')
            byTenant.set(text.slice(0, cut), [
              ...(byTenant.get(text.slice(0, cut)) ?? []),
              text.slice(cut + 1),
            ])
          }
          for (const [tenant, ids] of byTenant) take(tenant, ids)
        },
        { concurrency: 4 },
      )
    },
    idle: () => (under + queued === 0 ? Promise.resolve() : new Promise(resolve => idlers.push(resolve))),
    async stop() {
      stopped = true
      await stopListening?.()
      queued = 0
      waiting.clear()
      if (under > 0) await new Promise<void>(resolve => idlers.push(resolve))
    },
    get load() {
      return under + queued
    },
  }
}
