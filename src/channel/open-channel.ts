/**
 * The channel: rings out in batches, batches of ids in. Whatever goes wrong with it costs time and never a row:
 * a ring that cannot be handed over is counted and left to the sweep.
 */
import { HubError, isHubError } from '../kernel/errors.js'
import type { Carrier } from './carrier.js'
import { carryOnPostgres, type RingPool } from './carry-on-postgres.js'
import { carryOnRedis } from './carry-on-redis.js'
import type { Channel, Log } from './types.js'

export interface ChannelOptions {
  /** Redis where given, else the pool. */
  readonly redisUrl?: string
  readonly pool?: RingPool
  /** Keeps hubs that share a carrier apart: letters, digits, `-` and `_`. */
  readonly prefix: string
  readonly log: Log
}

/** Ids a ring carries at most; more ids are more rings, so that several listeners share them. */
const IDS_PER_RING = 500
const RING_TIMEOUT_MS = 2_000
const HEALTH_TIMEOUT_MS = 1_000
const CLOSE_TIMEOUT_MS = 1_000
/** While the channel is away it is said once in this time, not at every ring. */
const SAY_AGAIN_MS = 30_000

/** Every ring is new, is tried once and leaves nothing behind: the ledger's claim makes doubles harmless. */
const RING = { attempts: 1, removeOnComplete: true, removeOnFail: true }

/** @throws HubError `CHANNEL_AWAY` when the tables of the carrier cannot be made; a Redis that is away only degrades */
export async function openChannel(options: ChannelOptions): Promise<Channel> {
  const { log } = options
  let lost = 0
  let saidAt = Number.NEGATIVE_INFINITY
  const away = (error: unknown) => {
    if (performance.now() - saidAt < SAY_AGAIN_MS) return
    saidAt = performance.now()
    log.warn({ err: error, lost }, 'the channel is away; the sweep finds what is due')
  }
  const carrier = await openCarrier(options, away)
  const queue = carrier.queue({ streams: { events: { maxLen: 100 } } })
  queue.on('error', away)
  await within(RING_TIMEOUT_MS, queue.waitUntilReady()).catch(away)
  const stops = new Set<() => Promise<void>>()
  const health = () =>
    within(HEALTH_TIMEOUT_MS, carrier.ping()).then(
      () => 'ok' as const,
      () => 'degraded' as const,
    )
  /** Handlers that run are waited for; a carrier that is away is not. */
  const closed = async (closing: Promise<void>) => {
    const patience = (await health()) === 'ok' ? closing : within(CLOSE_TIMEOUT_MS, closing)
    await patience.catch(away)
  }

  return {
    carrier: carrier.name,
    get lost() {
      return lost
    },
    async ring(ids, { delayMs } = {}) {
      if (ids.length === 0) return
      const opts = delayMs === undefined || delayMs <= 0 ? RING : { ...RING, delay: Math.ceil(delayMs) }
      try {
        // One by one: adding in bulk makes temporary tables on Postgres, ten times the work for one ring.
        const rings = batches(ids, IDS_PER_RING).map(batch => queue.add('ring', batch, opts))
        await within(RING_TIMEOUT_MS, Promise.all(rings))
        saidAt = Number.NEGATIVE_INFINITY
      } catch (error) {
        // A ring inside an open transaction is a mistake of ours, and no carrier's.
        if (isHubError(error) && error.kind === 'defect') throw error
        lost += ids.length
        away(error)
      }
    },
    async listen(handler, { concurrency }) {
      const worker = carrier.worker(job => handler(idsIn(job.data)), {
        concurrency,
        maxStalledCount: 0,
        removeOnComplete: { count: 0 },
        removeOnFail: { count: 0 },
      })
      worker.on('error', away)
      worker.on('failed', (_job, error) =>
        log.error({ err: error }, 'a handler of rings failed; the sweep repeats'),
      )
      const stop = async () => {
        stops.delete(stop)
        await closed(worker.close())
      }
      stops.add(stop)
      // A carrier that is away now is listened to as soon as it is back.
      await within(RING_TIMEOUT_MS, worker.waitUntilReady()).catch(away)
      return stop
    },
    health,
    async close() {
      await Promise.all([...stops].map(stop => stop()))
      await closed(queue.close())
      await carrier.close()
    },
  }
}

async function openCarrier(options: ChannelOptions, away: (error: unknown) => void): Promise<Carrier> {
  if (options.redisUrl !== undefined) return carryOnRedis(options.redisUrl, options.prefix, away)
  if (!options.pool) throw new HubError('CHANNEL_AWAY', { detail: 'neither REDIS_URL nor a pool was given' })
  try {
    return await carryOnPostgres(options.pool, `${options.prefix}-rings`)
  } catch (cause) {
    throw new HubError('CHANNEL_AWAY', { detail: 'the tables of the channel cannot be made', cause })
  }
}

function batches(ids: readonly string[], size: number): (readonly string[])[] {
  if (ids.length <= size) return [ids]
  return Array.from({ length: Math.ceil(ids.length / size) }, (_, i) => ids.slice(i * size, (i + 1) * size))
}

/** What comes back from outside is looked at before it is used, our own carrier included. */
function idsIn(data: unknown): readonly string[] {
  return Array.isArray(data) ? data.filter(id => typeof id === 'string') : []
}

/** Rejects after `ms`; what was begun goes on, its own end is not lost track of. */
async function within<T>(ms: number, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new HubError('CHANNEL_AWAY', { detail: `no answer within ${ms} ms` })),
      ms,
    )
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}
