import { randomBytes } from 'node:crypto'
import { Redis } from 'ioredis'
import pg from 'pg'
import { describe, expect, it } from 'vitest'
import { agreements } from '../../src/sandbox/journey/table.js'
import { postgresUrl, redisUrl } from '../support/engines.js'
import { expectOneEach, settled } from './one-each.js'
import { personalIn } from './personal.js'
import { atEnd, openSandbox, type RunningSandbox, rememberedEffects } from './rig.js'

/** While the journey runs, Redis is emptied this often. */
const WIPE_EVERY_MS = 400

async function journeyOn(
  settings: Readonly<Record<string, string>>,
  server: string,
): Promise<RunningSandbox> {
  const url = await ownDatabase(server)
  return openSandbox({
    settings: { ...settings, DATABASE_URL: url, HRHUB_KEY: randomBytes(32).toString('base64') },
  })
}

async function expectGoodEnd(sandbox: RunningSandbox): Promise<void> {
  expect(await sandbox.run.journey, sandbox.tale()).toBe(true)
  await settled(sandbox)
  expect((await agreements(sandbox.access)).flatMap(({ problems }) => problems)).toEqual([])
  expectOneEach(rememberedEffects(sandbox.folder))
  expect(sandbox.log.flatMap(personalIn)).toEqual([])
}

// Without a server vitest.config.ts leaves this file out: the journey on the embedded ledger is candidate.test.ts.
if (postgresUrl !== undefined) {
  const server = postgresUrl
  describe('the journey of a candidate', () => {
    it('comes to a good end on Postgres', async () => {
      const sandbox = await journeyOn({}, server)
      expect(sandbox.run.hub.channel.carrier).toBe('postgres')
      await expectGoodEnd(sandbox)
    }, 180_000)

    if (redisUrl !== undefined) {
      const redis = redisUrl
      it('comes to a good end on Postgres and Redis, however often Redis is emptied', async () => {
        let clean = async () => {}
        // Registered first, runs last: after the hub has stopped.
        atEnd(() => clean())
        const sandbox = await journeyOn({ REDIS_URL: redis }, server)
        expect(sandbox.run.hub.channel.carrier).toBe('redis')
        const hub = redisOf(redis, sandbox)
        clean = hub.close
        const wiped = wiping(hub.wipe, sandbox)
        await expectGoodEnd(sandbox)
        expect(wiped().times).toBeGreaterThan(3)
        expect(wiped().keys).toBeGreaterThan(0)
      }, 180_000)
    }
  })
}

async function ownDatabase(server: string): Promise<string> {
  const name = `hrhub_journey_${randomBytes(6).toString('hex')}`
  const admin = async (sql: string) => {
    const client = new pg.Client(server)
    await client.connect()
    try {
      await client.query(sql)
    } finally {
      await client.end()
    }
  }
  await admin(`create database ${name} template template0`)
  atEnd(() => admin(`drop database if exists ${name} with (force)`))
  const url = new URL(server)
  url.pathname = `/${name}`
  return url.href
}

/** Takes every key of this hub out of Redis in one step: for the hub a FLUSHALL, while tests beside it keep theirs. */
function redisOf(url: string, { run }: RunningSandbox) {
  const redis = new Redis(url)
  const instance = run.hub.parts.instance.split('/')[0] ?? ''
  const script = `local keys = redis.call('keys', ARGV[1])
    for _, key in ipairs(keys) do redis.call('del', key) end
    return #keys`
  const wipe = async () => Number(await redis.eval(script, 0, `{hrhub-${instance}}*`))
  return {
    wipe,
    async close() {
      await wipe()
      redis.disconnect()
    },
  }
}

/** Again and again, until the journey is over. */
function wiping(wipe: () => Promise<number>, { run }: RunningSandbox): () => { times: number; keys: number } {
  let times = 0
  let keys = 0
  let over = false
  const done = (async () => {
    while (!over) {
      keys += await wipe()
      times++
      await new Promise(resolve => setTimeout(resolve, WIPE_EVERY_MS))
    }
  })()
  const stop = async () => {
    over = true
    await done
  }
  atEnd(stop)
  void run.journey.finally(stop)
  return () => ({ times, keys })
}
