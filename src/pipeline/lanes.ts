/**
 * Who goes next: a lane for each connection of a tenant, with the ids that wait for it and the number of rows at
 * work. Tenants take turns, then their connections; no lane takes the whole room, and each may always have a few
 * rows at work, so a vendor that does not answer holds up nobody but itself.
 */

export interface Portion {
  readonly tenant: string
  readonly connection: string
  readonly ids: readonly string[]
}

export interface Lanes {
  /** @returns what did not fit: left in the ledger, to be found again */
  add(tenant: string, connection: string, ids: readonly string[]): readonly string[]
  /** Takes the next portion out of its queue and counts it as at work; undefined = nobody can go. */
  next(): Portion | undefined
  /** Rows of a lane that are no longer at work. */
  rested(tenant: string, connection: string, rows: number): void
  /** True where the lane has at least twice as much as it can work on. */
  busy(tenant: string, connection: string): boolean
  forget(): void
  readonly queued: number
  readonly under: number
}

export interface LanesOptions {
  /** Rows at work at a time, in all lanes together. */
  readonly room: number
  /** Rows of one lane at work at a time. */
  readonly capOf: (tenant: string, connection: string) => number
}

interface Lane {
  readonly cap: number
  readonly queue: Set<string>
  under: number
}

/** Rows of one portion: they share the statements of their claim. */
const PORTION = 128
/** Rows that each lane may have at work however full the room is. */
const FLOOR = 8
/** Ids kept in memory, in one lane and in all: some megabytes. A lane may always keep a few. */
const LANE_QUEUE = 10_000
const ALL_QUEUES = 50_000
const QUEUE_FLOOR = 64

export function createLanes({ room, capOf }: LanesOptions): Lanes {
  const tenants = new Map<string, Map<string, Lane>>()
  let under = 0
  let queued = 0

  const laneOf = (tenant: string, connection: string) => tenants.get(tenant)?.get(connection)

  function open(tenant: string, connection: string): Lane {
    const known = laneOf(tenant, connection)
    if (known) return known
    const lane: Lane = { cap: capOf(tenant, connection), queue: new Set(), under: 0 }
    const lanes = tenants.get(tenant) ?? new Map<string, Lane>()
    tenants.set(tenant, lanes.set(connection, lane))
    return lane
  }

  function closeIdle(tenant: string, connection: string): void {
    const lanes = tenants.get(tenant)
    const lane = lanes?.get(connection)
    if (!lanes || !lane || lane.under + lane.queue.size > 0) return
    lanes.delete(connection)
    if (lanes.size === 0) tenants.delete(tenant)
  }

  const fits = ({ queue }: Lane) =>
    queue.size < QUEUE_FLOOR || (queue.size < LANE_QUEUE && queued < ALL_QUEUES)
  const free = (lane: Lane) =>
    Math.min(lane.queue.size, PORTION, lane.cap - lane.under, Math.max(room - under, FLOOR - lane.under))

  function take(lane: Lane, rows: number): string[] {
    const ids: string[] = []
    for (const id of lane.queue) {
      if (ids.length === rows) break
      ids.push(id)
      lane.queue.delete(id)
    }
    lane.under += ids.length
    under += ids.length
    queued -= ids.length
    return ids
  }

  return {
    add(tenant, connection, ids) {
      const lane = open(tenant, connection)
      const left: string[] = []
      for (const id of ids) {
        if (lane.queue.has(id)) continue
        if (!fits(lane)) {
          left.push(id)
          continue
        }
        lane.queue.add(id)
        queued += 1
      }
      closeIdle(tenant, connection)
      return left
    },
    next() {
      for (const [tenant, lanes] of tenants)
        for (const [connection, lane] of lanes) {
          const rows = free(lane)
          if (rows <= 0) continue
          // Whoever had a turn goes to the end: a map keeps the order of its insertions.
          lanes.delete(connection)
          lanes.set(connection, lane)
          tenants.delete(tenant)
          tenants.set(tenant, lanes)
          return { tenant, connection, ids: take(lane, rows) }
        }
      return undefined
    },
    rested(tenant, connection, rows) {
      const lane = laneOf(tenant, connection)
      if (!lane || rows === 0) return
      lane.under -= rows
      under -= rows
      closeIdle(tenant, connection)
    },
    busy(tenant, connection) {
      const lane = laneOf(tenant, connection)
      return lane !== undefined && lane.under + lane.queue.size >= lane.cap * 2
    },
    forget() {
      for (const [tenant, lanes] of tenants)
        for (const [connection, lane] of lanes) {
          lane.queue.clear()
          closeIdle(tenant, connection)
        }
      queued = 0
    },
    get queued() {
      return queued
    },
    get under() {
      return under
    },
  }
}
