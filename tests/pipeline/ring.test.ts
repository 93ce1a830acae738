import { describe, expect, it, vi } from 'vitest'
import type { Channel } from '../../src/channel/types.js'
import type { Outcome } from '../../src/connector/types.js'
import { createBell } from '../../src/pipeline/ring.js'
import { forEachEngine } from '../support/engines.js'
import { configOf, outMapping, rig, silentChannel, TestClock, vendorFlow } from './rig.js'
import { bareConfig, TENANT } from './support.js'
import { FakeVendor } from './vendor.js'

const title = outMapping(['title'], record => ({ title: record.data['title'] ?? null }))
const until = (check: () => void | Promise<void>) => vi.waitFor(check, { timeout: 20_000, interval: 20 })

/** Takes calls and does not answer before it is told to. */
class MuteVendor extends FakeVendor {
  private readonly unanswered: (() => void)[] = []
  private mute = true

  get held(): number {
    return this.unanswered.length
  }
  override async send(...call: Parameters<FakeVendor['send']>): Promise<Outcome> {
    if (this.mute) await new Promise<void>(resolve => this.unanswered.push(resolve))
    return super.send(...call)
  }
  speak(): void {
    this.mute = false
    for (const answer of this.unanswered.splice(0)) answer()
  }
}

forEachEngine('ring', engine => {
  it('lets a vendor that never answers hold its own rows and nobody else’s', async () => {
    const dead = new MuteVendor('dead', { tokens: true })
    const well = new FakeVendor('well', { tokens: true })
    const hub = rig(
      await engine.open(),
      configOf(
        [dead, well],
        [
          vendorFlow('to-dead', 'interview', 'dead', 'event', title),
          vendorFlow('to-well', 'position', 'well', 'job', title),
        ],
      ),
    )
    await Promise.all(
      Array.from({ length: 600 }, (_, n) => hub.say('ehr', 'interview', `i${n}`, { title: `${n}` })),
    )
    await hub.pipeline.sweep()
    await until(() => expect(dead.held).toBeGreaterThan(100))
    await hub.say('ehr', 'position', 'p1', { title: 'engineer' })
    await until(() => expect(well.bodies()).toEqual([{ title: 'engineer' }]))
    expect(dead.bodies()).toEqual([])
    dead.speak()
    await hub.rest()
    expect(dead.things.size).toBe(600)
  })
})

describe('the bell', () => {
  interface Portion {
    readonly tenant: string
    readonly ids: readonly string[]
    rest(rows: number): void
    end(): void
  }
  function bellOver(room: number, concurrency?: number, channel: Channel = silentChannel) {
    const at: Portion[] = []
    const vendor = new FakeVendor('well')
    const config = configOf([concurrency === undefined ? vendor : Object.assign(vendor, { concurrency })], [])
    const bell = createBell({
      parts: {
        clock: new TestClock(),
        log: { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() },
        tenants: () => [config, bareConfig({ tenant: 'other' })],
      },
      channel,
      room,
      delivers: true,
      deliverer: {
        deliver: (tenant, _connection, ids, rested) =>
          new Promise<void>(resolve => at.push({ tenant, ids, rest: rested, end: resolve })),
      },
    })
    const due = (connection: string, from: number, rows: number) =>
      Array.from({ length: rows }, (_, n) => ({ id: `d${from + n}`, connection, due_at: 0 }))
    return { bell, at, due }
  }
  const turn = () => new Promise(resolve => setImmediate(resolve))
  const rowsOf = (at: readonly Portion[], tenant: string) =>
    at.reduce((sum, portion) => sum + (portion.tenant === tenant ? portion.ids.length : 0), 0)

  it('gives a row its turn however many rows of another tenant are at work and wait', async () => {
    const { bell, at, due } = bellOver(512)
    for (const n of [0, 1, 2, 3]) bell.ring(TENANT, due(`c${n}`, n * 500, 500))
    await turn()
    expect(rowsOf(at, TENANT)).toBe(512)
    bell.ring('other', due('well', 9000, 1))
    await turn()
    expect(rowsOf(at, 'other')).toBe(1)
  })

  it('shares what comes free between tenants', async () => {
    const { bell, at, due } = bellOver(512)
    for (const n of [0, 1, 2, 3]) bell.ring(TENANT, due(`c${n}`, n * 500, 500))
    await turn()
    bell.ring('other', due('well', 9000, 100))
    await turn()
    expect(rowsOf(at, 'other')).toBe(8)
    for (const portion of at.slice(0, 2)) {
      portion.rest(60)
      await turn()
    }
    expect(rowsOf(at, 'other')).toBeGreaterThanOrEqual(60)
  })

  it('frees a row as it rests, not the whole portion', async () => {
    const { bell, at, due } = bellOver(512, 8)
    bell.ring(TENANT, due('well', 0, 100))
    await turn()
    expect(rowsOf(at, TENANT)).toBe(32)
    at[0]?.rest(5)
    await turn()
    expect(rowsOf(at, TENANT)).toBe(37)
    at[0]?.end()
    at[1]?.end()
    await turn()
    await turn()
    expect(rowsOf(at, TENANT)).toBe(37 + 32)
    expect(bell.load).toBe(100 - 37)
  })

  it('claims rows of one fold together', async () => {
    const { bell, at, due } = bellOver(512, 64)
    bell.ring(TENANT, due('well', 0, 250))
    await turn()
    expect(at.map(portion => portion.ids.length)).toEqual([128, 122])
  })

  it('keeps no more in memory than it may, and hands the rest to the channel', async () => {
    const rung: string[] = []
    const channel: Channel = { ...silentChannel, ring: async ids => void rung.push(...ids) }
    const { bell, due } = bellOver(512, 8, channel)
    bell.ring(TENANT, due('well', 0, 12_000))
    await turn()
    expect(bell.load).toBe(10_000)
    expect(rung).toHaveLength(2000)
    bell.ring(TENANT, due('well', 20_000, 1))
    expect(rung.at(-1)).toBe(`${TENANT}/well/d20000`)
  })
})
