import { expect, it } from 'vitest'
import type { PollPage, ResourceAbility } from '../../src/connector/types.js'
import { findDue } from '../../src/ledger/claim-due.js'
import { plantPoll } from '../../src/ledger/polls.js'
import { wantDeliveries } from '../../src/ledger/want-deliveries.js'
import type { TenantConfig } from '../../src/pipeline/config/types.js'
import { takeUpFlows } from '../../src/pipeline/start-flows.js'
import { forEachEngine } from '../support/engines.js'
import { configOf, outMapping, type Rig, rig, vendorFlow } from './rig.js'
import { TENANT } from './support.js'
import { FakeVendor } from './vendor.js'

const mapped = (word: string, version: string) => ({
  ...outMapping(['title'], record => ({ [word]: record.data['title'] ?? null })),
  version,
})
const flowTo = (connection: string, mapping = mapped('title', 'v1'), more = {}) =>
  vendorFlow('out', 'interview', connection, 'event', mapping, more)

/** The same ledger under another configuration. */
async function reloaded(hub: Rig, config: TenantConfig): Promise<Rig> {
  const next = rig(hub.ledger, config)
  next.clock.at = hub.clock.at
  await takeUpFlows(next.parts, config)
  return next
}

class Polled extends FakeVendor {
  polled = 0
  readonly broken: boolean
  constructor(name: string, broken: boolean) {
    super(name)
    this.broken = broken
  }
  override resource(name: string): ResourceAbility {
    return { ...super.resource(name), poll: { everyMs: 60_000, consumes: false } }
  }
  override async poll(): Promise<never> {
    this.polled += 1
    if (this.broken) throw new TypeError('a defect of one connector')
    return {
      items: [],
      sentAt: 0,
      more: false,
      state: { since: undefined, cursor: undefined },
    } satisfies PollPage as never
  }
}

forEachEngine('reload', engine => {
  it('a mapping mended while an effect is under way is sent after its end', async () => {
    const vendor = new FakeVendor('v', { tokens: true })
    const old = configOf([vendor], [flowTo('v')])
    const hub = rig(await engine.open(), old)
    await takeUpFlows(hub.parts, old)
    vendor.faults.push('throttled')
    await hub.say('ehr', 'interview', 'i1', { title: 'A' })
    await hub.pipeline.bell.idle()
    const next = await reloaded(hub, configOf([vendor], [flowTo('v', mapped('subject', 'v2'))]))
    await next.pass(10_000)
    expect(vendor.bodies()).toEqual([{ subject: 'A' }])
  })

  it('a flow that was missing for a while goes on where it was', async () => {
    const vendor = new FakeVendor('v', { tokens: true })
    const config = configOf([vendor], [flowTo('v')])
    const hub = rig(await engine.open(), config)
    await takeUpFlows(hub.parts, config)
    vendor.faults.push('throttled')
    await hub.say('ehr', 'interview', 'i1', { title: 'A' })
    await hub.pipeline.bell.idle()
    const without = await reloaded(hub, configOf([vendor], []))
    await without.pass(10_000)
    expect(await without.rows()).toMatchObject([{ state: 'parked', because: 'the flow is gone' }])
    await without.say('ehr', 'interview', 'i1', { title: 'B' })
    const back = await reloaded(without, config)
    await back.rest()
    expect(vendor.bodies()).toEqual([{ title: 'B' }])
  })

  it('a flow that leads elsewhere never uses the id of the old system there', async () => {
    const a = new FakeVendor('a', { tokens: true })
    const b = new FakeVendor('b', { tokens: true })
    b.things.set('a-1', { resource: 'event', body: { title: 'a stranger’s' }, token: '' })
    const old = configOf([a, b], [flowTo('a')])
    const hub = rig(await engine.open(), old)
    await takeUpFlows(hub.parts, old)
    await hub.say('ehr', 'interview', 'i1', { title: 'A' })
    await hub.say('ehr', 'interview', 'i2', { title: 'B' })
    await hub.rest()
    a.faults.push('throttled')
    await hub.say('ehr', 'interview', 'i2', { title: 'B2' })
    await hub.pipeline.bell.idle()
    const next = await reloaded(hub, configOf([a, b], [flowTo('b')]))
    await next.pass(10_000)
    expect(a.bodies()).toEqual([{ title: 'A' }, { title: 'B2' }])
    expect(b.bodies()).toEqual([{ title: 'a stranger’s' }, { title: 'A' }, { title: 'B2' }])
    expect(await next.rows()).toMatchObject([{ connection: 'b' }, { connection: 'b' }])
    await next.say('ehr', 'interview', 'i1', { title: 'A2' })
    await next.rest()
    expect(b.things.size).toBe(3)
  })

  it('a backfill that was cut goes on at the next start', async () => {
    const vendor = new FakeVendor('v', { tokens: true })
    const config = configOf([vendor], [flowTo('v', undefined, { backfill: true })])
    const before = rig(await engine.open(), configOf([vendor], []))
    await before.say('ehr', 'interview', 'i1', { title: 'A' })
    const hub = rig(before.ledger, config)
    const dying = {
      ...hub.ledger,
      query: async () => {
        throw new Error('the process dies here')
      },
    }
    await expect(takeUpFlows({ ...hub.parts, ledger: dying }, config)).rejects.toThrow('dies here')
    await takeUpFlows(hub.parts, config)
    await hub.pass(1000)
    expect(vendor.bodies()).toEqual([{ title: 'A' }])
    expect(await takeUpFlows(hub.parts, config)).toEqual({ fresh: [], changed: [] })
  })

  it('the backlog of one connection hides nobody else’s rows from the sweep, nor does a tenant that is gone', async () => {
    const { ledger, clock } = rig(await engine.open(), configOf([], []))
    const row = (n: number, connection: string, tenant: string) => ({
      tenant,
      id: `delivery_${tenant}_${n}`,
      flow: connection,
      key: `k${n}`,
      record: `r${n}`,
      connection,
      resource: 'event',
      item: null,
      change: null,
      state: 'waiting',
      because: 'due',
      wants: 'there',
      wanted: n,
      due_at: clock.now() - 10_000 + n,
      created_at: 0,
      updated_at: 0,
    })
    await ledger.transaction(tx =>
      wantDeliveries(
        tx,
        [
          row(1, 'a', 'gone'),
          row(2, 'v', TENANT),
          row(3, 'v', TENANT),
          row(4, 'v', TENANT),
          row(5, 'w', TENANT),
        ],
        false,
      ),
    )
    const found = await findDue(ledger, clock.now(), 2, [], [TENANT])
    expect(found.map(one => one.id)).toEqual([`delivery_${TENANT}_2`, `delivery_${TENANT}_5`])
  })

  it('a poll that fails in a way nobody foresaw holds up no other', async () => {
    const broken = new Polled('a', true)
    const sound = new Polled('b', false)
    const hub = rig(await engine.open(), configOf([broken, sound], []))
    hub.parts.log.error = () => undefined
    await plantPoll(hub.ledger, TENANT, 'a', 'event', hub.clock.now() - 2)
    await plantPoll(hub.ledger, TENANT, 'b', 'event', hub.clock.now() - 1)
    await hub.pipeline.poll()
    expect([broken.polled, sound.polled]).toEqual([1, 1])
  })
})
