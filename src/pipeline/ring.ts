/**
 * RING: who delivers what is due. The process that made it due delivers it itself while it has room (same claim as
 * everybody), and rings the channel for the rest; rows due within ten minutes are rung with a delay, the sweep
 * finds all others. Each connection has a lane of its own (lanes.ts).
 */
import type { Channel, Stop } from '../channel/types.js'
import type { Due } from '../ledger/want-deliveries.js'
import type { Deliverer } from './deliver/deliver.js'
import { createLanes, type Portion } from './lanes.js'
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
  readonly parts: Pick<Parts, 'clock' | 'log' | 'tenants'>
  readonly channel: Channel
  readonly deliverer: Deliverer
  /** Rows this process works on at a time. */
  readonly room: number
  /** False in a process that only receives. */
  readonly delivers: boolean
}

/** A row further away is left to the sweep. */
const RING_AHEAD_MS = 10 * 60_000
/** Delays are rounded up to this, so that retries of one moment share a ring. */
const GRAIN_MS = 100
/** Rows of a lane at work: some wait for the ledger while others call, and no lane has the whole room. */
const PER_CALL = 4
const LEAST_ROWS = 32
const MOST_ROWS = 256

export function createBell({ parts, channel, deliverer, room, delivers }: BellOptions): Bell {
  const lanes = createLanes({ room, capOf })
  let stopped = false
  let scheduled = false
  let stopListening: Stop | undefined
  const idlers: (() => void)[] = []

  /** More rows than the vendor takes calls only wait, under a lease that runs. */
  function capOf(tenant: string, connection: string): number {
    const config = parts.tenants().find(one => one.tenant === tenant)
    const calls = config?.connections.get(connection)?.connection.concurrency
    return calls === undefined ? MOST_ROWS : Math.min(MOST_ROWS, Math.max(LEAST_ROWS, calls * PER_CALL))
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
    while (!stopped) {
      const portion = lanes.next()
      if (!portion) return
      void work(portion)
    }
  }

  async function work({ tenant, connection, ids }: Portion): Promise<void> {
    let left = ids.length
    const rested = (rows: number) => {
      left -= rows
      lanes.rested(tenant, connection, rows)
      if (lanes.queued > 0) schedule()
      else if (lanes.under === 0) for (const idler of idlers.splice(0)) idler()
    }
    try {
      await deliverer.deliver(tenant, connection, ids, rested)
    } catch (error) {
      parts.log.error(
        { tenant, connection, error: error instanceof Error ? error.stack : String(error) },
        'ring.deliver-failed',
      )
    } finally {
      if (left > 0) rested(left)
    }
  }

  const address = (tenant: string, { connection, id }: Due) => `${tenant}/${connection}/${id}`

  function ring(tenant: string, due: readonly Due[]): void {
    if (due.length === 0 || stopped) return
    const now = parts.clock.now()
    const elsewhere: string[] = []
    for (const [connection, rows] of byConnection(due.filter(row => row.due_at <= now))) {
      const mine = delivers && !lanes.busy(tenant, connection)
      const ids = rows.map(row => row.id)
      const left = new Set(mine ? lanes.add(tenant, connection, ids) : ids)
      for (const row of rows) if (left.has(row.id)) elsewhere.push(address(tenant, row))
    }
    if (lanes.queued > 0) schedule()
    if (elsewhere.length > 0) void channel.ring(elsewhere)
    const later = new Map<number, string[]>()
    for (const row of due) {
      const delay = Math.ceil((row.due_at - now) / GRAIN_MS) * GRAIN_MS
      if (row.due_at <= now || delay > RING_AHEAD_MS) continue
      const known = later.get(delay)
      if (known) known.push(address(tenant, row))
      else later.set(delay, [address(tenant, row)])
    }
    for (const [delayMs, addresses] of later) void channel.ring(addresses, { delayMs })
  }

  /** What does not fit is dropped: it rests in the ledger, and the sweep of whoever has room finds it. */
  function heard(addresses: readonly string[]): void {
    const groups = new Map<string, string[]>()
    for (const text of addresses) {
      const cut = text.lastIndexOf('/')
      const known = groups.get(text.slice(0, cut))
      if (known) known.push(text.slice(cut + 1))
      else groups.set(text.slice(0, cut), [text.slice(cut + 1)])
    }
    for (const [lane, ids] of groups) {
      const [tenant = '', connection = ''] = lane.split('/')
      const left = lanes.add(tenant, connection, ids)
      if (left.length > 0) parts.log.debug({ tenant, connection, rows: left.length }, 'ring.full')
    }
    if (lanes.queued > 0) schedule()
  }

  return {
    ring,
    async listen() {
      if (!delivers) return
      stopListening = await channel.listen(async addresses => heard(addresses), { concurrency: 4 })
    },
    idle: () =>
      lanes.under + lanes.queued === 0 ? Promise.resolve() : new Promise(resolve => idlers.push(resolve)),
    async stop() {
      stopped = true
      await stopListening?.()
      lanes.forget()
      if (lanes.under > 0) await new Promise<void>(resolve => idlers.push(resolve))
    },
    get load() {
      return lanes.under + lanes.queued
    },
  }
}

function byConnection(due: readonly Due[]): Map<string, Due[]> {
  const groups = new Map<string, Due[]>()
  for (const row of due) {
    const known = groups.get(row.connection)
    if (known) known.push(row)
    else groups.set(row.connection, [row])
  }
  return groups
}
