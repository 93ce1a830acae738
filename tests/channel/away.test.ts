import { randomBytes } from 'node:crypto'
import { Redis } from 'ioredis'
import { afterEach, describe, expect, it } from 'vitest'
import { openChannel } from '../../src/channel/open-channel.js'
import { breakableLine } from '../support/breakable-line.js'
import { forEachEngine, redisUrl, silent } from '../support/engines.js'

const prefix = `hrhub-away-${randomBytes(4).toString('hex')}`

const endings: (() => Promise<unknown> | unknown)[] = []
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end()
})

describe('a channel whose Redis was never there', () => {
  it('takes rings and listeners, says that it is degraded, counts what is lost and closes', async () => {
    const channel = await openChannel({ redisUrl: 'redis://127.0.0.1:9', prefix, log: silent })
    const started = performance.now()
    await channel.ring(['a', 'b'])
    await channel.ring(['c'])
    expect(performance.now() - started).toBeLessThan(5_000)
    expect(channel.lost).toBe(3)
    expect(await channel.health()).toBe('degraded')
    await channel.listen(async () => undefined, { concurrency: 1 })
    await channel.close()
  })
})

if (redisUrl !== undefined) {
  const redis = redisUrl
  describe('a channel on Redis', () => {
    it('goes on by itself after the line was cut and mended', async () => {
      const server = new URL(redis)
      const line = await breakableLine({ host: server.hostname, port: Number(server.port) || 6379 })
      server.port = String(line.port)
      server.hostname = '127.0.0.1'
      const channel = await openChannel({ redisUrl: server.href, prefix, log: silent })
      endings.push(
        () => sweepAway(redis),
        () => line.close(),
        () => channel.close(),
      )
      const heard: string[] = []
      await channel.listen(async ids => void heard.push(...ids), { concurrency: 2 })
      await channel.ring(['before'])
      await expect.poll(() => heard, { timeout: 5_000 }).toEqual(['before'])
      await line.cut()
      await channel.ring(['lost'])
      expect(channel.lost).toBe(1)
      expect(await channel.health()).toBe('degraded')
      await line.mend()
      await expect.poll(() => channel.health(), { timeout: 10_000 }).toBe('ok')
      await channel.ring(['after'])
      await expect.poll(() => heard, { timeout: 20_000 }).toEqual(['before', 'after'])
    })

    it('wakes listeners after everything in Redis was wiped', async () => {
      // A database of its own: what is wiped is nobody else's.
      const own = new URL(redis)
      own.pathname = '/14'
      const client = new Redis(own.href)
      const channel = await openChannel({ redisUrl: own.href, prefix, log: silent })
      endings.push(
        () => client.disconnect(),
        () => channel.close(),
      )
      const heard = new Set<string>()
      await channel.listen(async ids => ids.forEach(id => void heard.add(id)), { concurrency: 2 })
      let wiped = 0
      for (let n = 0; n < 200; n++) {
        await channel.ring([`id${n}`], n % 3 === 0 ? { delayMs: 50 } : {})
        if (n % 50 === 25) {
          await client.flushdb()
          wiped++
        }
      }
      expect(wiped).toBe(4)
      await channel.ring(['last'])
      await expect.poll(() => heard.has('last'), { timeout: 5_000 }).toBe(true)
      expect(heard.size).toBeGreaterThan(100)
      await client.flushdb()
    })
  })
}

forEachEngine('a channel on the ledger', engine => {
  it('says at once that a ring inside a transaction is a mistake', async () => {
    const ledger = await engine.open({ empty: true })
    const channel = await openChannel({ pool: ledger.pool, prefix, log: silent })
    endings.push(() => channel.close())
    await expect(ledger.transaction(() => channel.ring(['a']))).rejects.toMatchObject({
      code: 'LEDGER_TRANSACTION_OPEN',
    })
    expect(channel.lost).toBe(0)
  })

  if (engine.name !== 'postgres') return

  it('listens again after the server cut every connection', async () => {
    const ledger = await engine.open({ empty: true })
    const channel = await openChannel({ pool: ledger.pool, prefix, log: silent })
    endings.push(() => channel.close())
    const heard: string[] = []
    await channel.listen(async ids => void heard.push(...ids), { concurrency: 2 })
    await channel.ring(['before'])
    await expect.poll(() => heard, { timeout: 5_000 }).toEqual(['before'])
    await ledger
      .query(`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database()`)
      .catch(() => undefined)
    await expect.poll(() => channel.health(), { timeout: 5_000 }).toBe('ok')
    await channel.ring(['after'])
    await expect.poll(() => heard.includes('after'), { timeout: 20_000 }).toBe(true)
  })
})

async function sweepAway(url: string): Promise<void> {
  const redis = new Redis(url)
  const keys = await redis.keys(`{${prefix}}:*`)
  if (keys.length > 0) await redis.del(...keys)
  redis.disconnect()
}
