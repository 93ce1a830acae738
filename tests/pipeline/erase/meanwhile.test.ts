import { expect, it } from 'vitest'
import type { Ledger } from '../../../src/ledger/engine/types.js'
import { links } from '../../../src/ledger/schema.js'
import { selectRows } from '../../../src/ledger/table.js'
import type { OutFlow } from '../../../src/pipeline/config/types.js'
import { askErasure, erasureState } from '../../../src/pipeline/erase/ask.js'
import { finishErasures } from '../../../src/pipeline/erase/finish.js'
import { forEachEngine, type TestEngine } from '../../support/engines.js'
import { configOf, hubFlow, inMapping, outMapping, type Rig, rig, vendorFlow } from '../rig.js'
import { TENANT } from '../support.js'
import { FakeVendor } from '../vendor.js'

const WEEK_AND_A_DAY = 8 * 24 * 60 * 60_000

const flowTo = (connection: string, kind = 'candidate') =>
  vendorFlow(
    `${kind}-to-${connection}`,
    kind,
    connection,
    kind,
    outMapping(['custom'], ({ data }) => ({ of: data['custom'] ?? null })),
  )
const open = async (engine: TestEngine, flows: readonly OutFlow[], vendors: readonly FakeVendor[]) =>
  rig(await engine.open(), configOf(vendors, flows))
const ask = (hub: Rig, id: string) =>
  askErasure({ parts: hub.parts, bell: hub.pipeline.bell }, TENANT, id, 'key_dpo')
const idOf = async (hub: Rig) => (await hub.record('candidate'))?.id ?? ''

forEachEngine('what happens while an erasure goes on', engine => {
  it('a record about the person that came after it was asked goes too, here and elsewhere', async () => {
    const ai = new FakeVendor('ai')
    const hub = await open(engine, [flowTo('ai', 'application')], [ai])
    await hub.say('ehr', 'candidate', 'EHR-000017', { name: '欧阳' })
    const id = await idOf(hub)
    await ask(hub, id)
    await hub.say('ats', 'application', 'a', { candidate: id, custom: { of: 'secret note' } })
    // What the sweep takes along it works on in its next rounds.
    for (let round = 0; round < 3; round++) await hub.rest()
    expect(ai.calls.map(call => call.verb)).toEqual(['create', 'delete'])
    const { rows } = await erasureState(hub.parts, TENANT, id)
    expect(rows.map(row => [row.record.split('_')[0], row.done_at !== null])).toEqual([
      ['application', true],
      ['candidate', true],
    ])
    expect(await hub.records('application')).toMatchObject([{ data: {}, gone: true }])
  })

  it('a flow of the hub says nothing of it any more', async () => {
    const says = inMapping('offer', () => ({ identity: 'o', fields: { custom: { of: 'secret note' } } }), [
      'name',
    ])
    const hub = await open(engine, [hubFlow('offers', 'candidate', 'offer', says)], [])
    hub.parts.paused.add(`${TENANT}/hub`)
    await hub.say('ehr', 'candidate', 'EHR-000017', { name: '欧阳' })
    await hub.ledger.query(`update hrhub.deliveries set due_at = now() - interval '100 years'`)
    const id = await idOf(hub)
    await hub.ledger.query('update hrhub.records set erased_at = now() where id = $1', [id])
    hub.parts.paused.clear()
    await hub.rest()
    expect(await hub.rows()).toMatchObject([{ state: 'cancelled', because: 'erased' }])
    expect(await hub.records('offer')).toEqual([])
  })

  it('its time may be over, a call at work is not: no id of what it made stays behind', async () => {
    const ai = new FakeVendor('ai')
    const hub = await open(engine, [flowTo('ai')], [ai])
    const send = ai.send.bind(ai)
    let early: number | undefined
    ai.send = async (call, progress) => {
      ai.send = send
      await ask(hub, await idOf(hub))
      await hub.ledger.query(`update hrhub.erasures set asked_at = asked_at - interval '8 days'`)
      early = await finishErasures(hub.parts)
      return send(call, progress)
    }
    await hub.say('ehr', 'candidate', 'EHR-000017', { name: '欧阳' })
    await hub.rest()
    expect(early).toBe(0)
    expect(ai.things.size).toBe(0)
    expect((await erasureState(hub.parts, TENANT, await idOf(hub))).rows).toMatchObject([
      { done_at: expect.any(Number) },
    ])
    const known = await selectRows(hub.ledger, links, 'where t.tenant = $1', [TENANT])
    expect(known.filter(link => !link.external_id.startsWith('erased:'))).toEqual([])
  })

  it('one that fails does not stop the others', async () => {
    const hub = await open(engine, [], [])
    for (const id of ['EHR-000017', 'EHR-000018']) await hub.say('ehr', 'candidate', id, { name: id })
    for (const { id } of await hub.records('candidate')) await ask(hub, id)
    hub.clock.pass(WEEK_AND_A_DAY)
    let fails = true
    const ledger = new Proxy(hub.ledger, {
      get: (of, name: keyof Ledger) => {
        const member = of[name]
        if (name === 'transaction' && fails) {
          fails = false
          return () => Promise.reject(new Error('this one fails'))
        }
        return typeof member === 'function' ? member.bind(of) : member
      },
    })
    const told: unknown[] = []
    const log = { ...hub.parts.log, error: (fields: object) => void told.push(fields) }
    expect(await finishErasures({ ...hub.parts, ledger, log })).toBe(1)
    expect(told).toMatchObject([{ tenant: TENANT, error: expect.stringContaining('this one fails') }])
    expect(await finishErasures(hub.parts)).toBe(1)
  })
})
