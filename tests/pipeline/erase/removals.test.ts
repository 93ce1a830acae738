import { expect, it } from 'vitest'
import type { OutFlow } from '../../../src/pipeline/config/types.js'
import { askErasure, erasureState } from '../../../src/pipeline/erase/ask.js'
import { forEachEngine, type TestEngine } from '../../support/engines.js'
import { configOf, outMapping, type Rig, rig, vendorFlow } from '../rig.js'
import { TENANT } from '../support.js'
import { FakeVendor } from '../vendor.js'

const MINUTE = 60_000

const flowTo = (connection: string, more: object = {}) =>
  vendorFlow(
    `candidate-to-${connection}`,
    'candidate',
    connection,
    'candidate',
    outMapping(['name', 'source'], ({ data }) => ({
      name: data['name'] ?? null,
      source: data['source'] ?? null,
    })),
    more,
  )
const open = async (engine: TestEngine, flows: readonly OutFlow[], vendors: readonly FakeVendor[]) =>
  rig(await engine.open(), configOf(vendors, flows))
const ask = (hub: Rig, id: string) =>
  askErasure({ parts: hub.parts, bell: hub.pipeline.bell }, TENANT, id, 'key_dpo')
const idOf = async (hub: Rig) => (await hub.record('candidate'))?.id ?? ''
const verbs = (vendor: FakeVendor) => vendor.calls.map(call => call.verb)

/** Something happens while the next call is on its way. */
function during(vendor: FakeVendor, work: () => Promise<unknown>): void {
  const send = vendor.send.bind(vendor)
  vendor.send = async (call, progress) => {
    vendor.send = send
    await work()
    return send(call, progress)
  }
}

forEachEngine('what an erasure removes elsewhere', engine => {
  it('never a vendor’s own thing, also when a call about it was open and not at work', async () => {
    const ehr = new FakeVendor('ehr', { verbs: ['update', 'delete'] })
    ehr.things.set('own', { resource: 'candidate', body: {}, token: '' })
    ehr.faults.push('unreachable')
    const hub = await open(engine, [flowTo('ehr')], [ehr])
    await hub.say('ehr', 'candidate', 'own', { name: '欧阳' })
    await hub.rest()
    expect(await hub.rows()).toMatchObject([{ open: true, claim: null, state: 'waiting' }])
    const id = await idOf(hub)
    await ask(hub, id)
    await hub.pass(10 * MINUTE)
    expect(verbs(ehr)).toEqual(['update', 'update'])
    expect([...ehr.things.keys()]).toEqual(['own'])
    expect((await erasureState(hub.parts, TENANT, id)).rows).toMatchObject([{ done_at: expect.any(Number) }])
  })

  it('never a vendor’s own thing, also when a call about it was at work', async () => {
    const ehr = new FakeVendor('ehr', { verbs: ['update', 'delete'] })
    ehr.things.set('own', { resource: 'candidate', body: {}, token: '' })
    const hub = await open(engine, [flowTo('ehr')], [ehr])
    during(ehr, async () => ask(hub, await idOf(hub)))
    await hub.say('ehr', 'candidate', 'own', { name: '欧阳' })
    await hub.rest()
    expect(verbs(ehr)).toEqual(['update'])
    expect([...ehr.things.keys()]).toEqual(['own'])
  })

  it('what a call made that was at work when the erasure was asked for', async () => {
    const ai = new FakeVendor('ai')
    const hub = await open(engine, [flowTo('ai')], [ai])
    during(ai, async () => ask(hub, await idOf(hub)))
    await hub.say('ehr', 'candidate', 'EHR-000017', { name: '欧阳' })
    await hub.rest()
    expect(verbs(ai)).toEqual(['create', 'delete'])
    expect(ai.things.size).toBe(0)
  })

  it('not what was sent once, also when it was on its way', async () => {
    const mail = new FakeVendor('mail')
    const once = { once: [{ text: 'id', reads: [], records: [], evaluate: () => 'x' }] }
    const hub = await open(engine, [flowTo('mail', once)], [mail])
    during(mail, async () => ask(hub, await idOf(hub)))
    await hub.say('ehr', 'candidate', 'EHR-000017', { name: '欧阳' })
    await hub.rest()
    expect(verbs(mail)).toEqual(['create'])
  })

  it('not a vendor’s own thing that took the place of what the hub had made and the vendor had lost', async () => {
    const ats = new FakeVendor('ats')
    const hub = await open(engine, [flowTo('ats', { ifGone: 'recreate' })], [ats])
    await hub.say('ehr', 'candidate', 'EHR-000017', { name: '欧阳' })
    await hub.rest()
    const id = await idOf(hub)
    ats.things.clear()
    ats.things.set('own', { resource: 'candidate', body: {}, token: '' })
    await hub.say('ats', 'candidate', 'own', { name: '欧阳' }, { ours: id })
    await hub.say('ehr', 'candidate', 'EHR-000017', { name: '欧阳', source: 'b' })
    await hub.rest()
    expect(await hub.rows()).toMatchObject([{ external_id: 'own', state: 'delivered' }])
    await ask(hub, id)
    await hub.rest()
    expect([...ats.things.keys()]).toEqual(['own'])
  })
})
