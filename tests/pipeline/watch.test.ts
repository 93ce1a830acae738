import { expect, it } from 'vitest'
import type { Fetched, ResourceAbility } from '../../src/connector/types.js'
import type { Json } from '../../src/kernel/json.js'
import { markDirty } from '../../src/ledger/dirty.js'
import { dirty, messages } from '../../src/ledger/schema.js'
import { selectRows } from '../../src/ledger/table.js'
import { refetchDue } from '../../src/pipeline/refetch.js'
import { forEachEngine } from '../support/engines.js'
import { configOf, expression, inMapping, outMapping, rig, vendorFlow } from './rig.js'
import { TENANT } from './support.js'
import { FakeVendor } from './vendor.js'

const EVERY = 600_000

/** Tells nothing by itself; shows its things as they stand. */
class SilentVendor extends FakeVendor {
  status = 'PENDING'
  now = () => 0
  readonly asked: { readonly id: string; readonly event: Json | undefined }[] = []
  /** What happens while it is asked. */
  meanwhile: () => Promise<void> = async () => undefined

  override resource(name: string): ResourceAbility {
    return { ...super.resource(name), read: { everyMs: EVERY } }
  }
  override async fetch(resource: string, id: string, event: Json | undefined): Promise<Fetched> {
    this.asked.push({ id, event })
    await this.meanwhile()
    const outcome = { ...(await super.check()), is: this.things.has(id) ? 'accepted' : 'absent' } as const
    const sentAt = this.now()
    if (outcome.is === 'absent') return { sentAt, outcome, item: undefined, done: false }
    const item = { resource, event: undefined, body: { id, title: this.status }, refetch: undefined }
    return { sentAt, outcome, item, done: event === undefined && this.status !== 'PENDING' }
  }
}

const mapped = outMapping(['provider', 'title'], record => ({ by: record.data['provider'] ?? null }))
const seen = inMapping('interview', (source: { id: string; title: string }) => ({
  identity: source.id,
  fields: { title: source.title },
}))

forEachEngine('what we made and nobody speaks of', engine => {
  async function start(taken = true) {
    const feishu = new SilentVendor('feishu', { tokens: true })
    const flow = vendorFlow('calendar', 'interview', 'feishu', 'event', mapped, {
      removeWhen: expression('gone', ({ record }) => record.data['title'] === 'gone'),
    })
    const inbound = taken
      ? [{ id: 'seen', connection: 'feishu', resource: 'event', kind: 'interview', mapping: seen }]
      : []
    const hub = rig(await engine.open(), configOf([feishu], [flow], inbound))
    feishu.now = () => hub.clock.now()
    await hub.say('ehr', 'interview', 'i1', { title: 'A', provider: 'nova' })
    await hub.rest()
    const look = async (ms: number) => {
      hub.clock.pass(ms)
      await refetchDue(hub.parts, hub.pipeline.refolder)
      await hub.rest()
    }
    const marks = () => selectRows(hub.ledger, dirty, '')
    const hint = () =>
      hub.ledger.transaction(tx =>
        markDirty(
          tx,
          TENANT,
          [{ connection: 'feishu', resource: 'event', id: 'feishu-1', event: { news: 1 } }],
          hub.clock.now(),
        ),
      )
    return { feishu, hub, look, marks, hint }
  }
  const fetched = (hub: Awaited<ReturnType<typeof start>>['hub']) =>
    selectRows(hub.ledger, messages, "where t.source = 'fetch'")

  it('is read every while until it is done, and what is read is folded', async () => {
    const { feishu, hub, look, marks } = await start()
    expect(feishu.bodies()).toEqual([{ by: 'nova' }])
    await look(EVERY - 1000)
    expect(feishu.asked).toEqual([])
    await look(1000)
    await look(1000)
    expect(feishu.asked).toEqual([{ id: 'feishu-1', event: undefined }])
    expect((await hub.record('interview'))?.data['title']).toBe('PENDING')
    feishu.status = 'APPROVED'
    await look(EVERY)
    expect((await hub.record('interview'))?.data['title']).toBe('APPROVED')
    expect(await marks()).toEqual([])
    await look(EVERY)
    expect(feishu.asked).toHaveLength(2)
    expect(await fetched(hub)).toHaveLength(2)
  })

  it('is read at once by a hint, and goes on being read while it is not done', async () => {
    const { feishu, look, marks, hint } = await start()
    await hint()
    await look(0)
    expect(feishu.asked).toEqual([{ id: 'feishu-1', event: { news: 1 } }])
    await look(EVERY)
    expect(feishu.asked[1]).toEqual({ id: 'feishu-1', event: undefined })
    expect(await marks()).toMatchObject([{ event: null, tries: 0 }])
  })

  it('loses no hint that comes while it is read', async () => {
    const { feishu, look, hint } = await start()
    feishu.meanwhile = hint
    await look(EVERY)
    feishu.meanwhile = async () => undefined
    await look(0)
    expect(feishu.asked.map(({ event }) => event)).toEqual([undefined, { news: 1 }])
  })

  it('is no longer read when it is gone over there, or was taken away by us', async () => {
    const gone = await start()
    gone.feishu.things.clear()
    await gone.look(EVERY)
    await gone.look(EVERY)
    expect(gone.feishu.asked).toHaveLength(1)
    const removed = await start()
    await removed.hub.say('ehr', 'interview', 'i1', { title: 'gone' })
    await removed.hub.rest()
    expect(removed.feishu.bodies()).toEqual([])
    await removed.look(EVERY)
    expect(removed.feishu.asked).toEqual([])
    expect(await removed.marks()).toEqual([])
  })

  it('is left alone where no flow takes what would be read', async () => {
    const { feishu, look, marks } = await start(false)
    expect(feishu.bodies()).toHaveLength(1)
    expect(await marks()).toEqual([])
    await look(EVERY)
    expect(feishu.asked).toEqual([])
  })
})
