/**
 * The channels that tests run against: BullMQ on PGlite always, on Postgres where TEST_DATABASE_URL and on Redis
 * where TEST_REDIS_URL name a server. Each file rings under a prefix of its own.
 */
import { randomBytes } from 'node:crypto'
import { Redis } from 'ioredis'
import { afterAll, describe } from 'vitest'
import { openChannel } from '../../src/channel/open-channel.js'
import type { Channel } from '../../src/channel/types.js'
import type { Ledger } from '../../src/ledger/engine/types.js'
import { forEachEngine, redisUrl, silent } from './engines.js'

export interface TestChannel {
  readonly carrier: 'pglite' | 'postgres' | 'redis'
  /** Another end of the same channel: what one rings another hears. Closed at the end of the file. */
  open(): Promise<Channel>
  /** The ledger under it, where the carrier is one. */
  ledger(): Promise<Ledger> | undefined
}

export function forEachChannel(title: string, suite: (channel: TestChannel) => void): void {
  const prefix = `hrhub-test-${randomBytes(4).toString('hex')}`
  const opened: Channel[] = []
  const keep = (channel: Channel) => {
    opened.push(channel)
    return channel
  }
  forEachEngine(title, engine => {
    let ledger: Promise<Ledger> | undefined
    const shared = () => {
      ledger ??= engine.open({ empty: true })
      return ledger
    }
    afterAll(() => Promise.all(opened.splice(0).map(channel => channel.close())))
    suite({
      carrier: engine.name,
      ledger: shared,
      open: async () => keep(await openChannel({ pool: (await shared()).pool, prefix, log: silent })),
    })
  })
  const url = redisUrl
  if (url === undefined) return
  describe(`${title} (redis)`, () => {
    afterAll(async () => {
      await Promise.all(opened.splice(0).map(channel => channel.close()))
      const redis = new Redis(url)
      for await (const keys of redis.scanStream({ match: `{${prefix}}:*`, count: 1000 })) {
        if (keys.length > 0) await redis.del(...keys)
      }
      redis.disconnect()
    })
    suite({
      carrier: 'redis',
      ledger: () => undefined,
      open: async () => keep(await openChannel({ redisUrl: url, prefix, log: silent })),
    })
  })
}
