import { expect, it } from 'vitest'
import type { Json } from '../../../src/kernel/json.js'
import { messagesById } from '../../../src/ledger/messages.js'
import { askErasure } from '../../../src/pipeline/erase/ask.js'
import { forEachEngine, type TestEngine } from '../../support/engines.js'
import { configOf, inMapping, type Rig, rig } from '../rig.js'
import { input, TENANT } from '../support.js'
import { FakeVendor } from '../vendor.js'

const NAME = '欧阳娜娜'

const open = async (engine: TestEngine) =>
  rig(
    await engine.open(),
    configOf(
      [new FakeVendor('ats'), new FakeVendor('ehr')],
      [],
      [
        {
          id: 'application-from-ats',
          connection: 'ats',
          resource: 'application',
          kind: 'application',
          mapping: inMapping('application', (source: never) => source),
        },
      ],
    ),
  )
const ask = (hub: Rig, id: string) =>
  askErasure({ parts: hub.parts, bell: hub.pipeline.bell }, TENANT, id, 'key_dpo')

const application = (id: string, of: string, note: string): Json => {
  const candidate = { $reference: { kind: 'candidate', of: 'ehr.candidate', id: of, missing: 'wait' } }
  return input('ats', 'application', id, 2, { candidate, custom: { note } } as never).said as never
}

const page = (hub: Rig, items: readonly Json[]) =>
  hub.pipeline.receiver.take(TENANT, {
    tenant: TENANT,
    id: 'message_page',
    connection: 'ats',
    source: 'poll',
    resource: 'application',
    received_at: hub.clock.now(),
    sent_at: null,
    head: { cursor: 'c1' },
    body: JSON.stringify(items),
    state: 'new',
    verdicts: [],
    tries: 0,
  })

const kept = async (hub: Rig) => (await messagesById(hub.ledger, TENANT, ['message_page']))[0]

forEachEngine('a page about an erased person and about others', engine => {
  it('loses what is about the erased one and keeps what waits until it is folded', async () => {
    const hub = await open(engine)
    await hub.say('ehr', 'candidate', 'X', { name: NAME })
    await ask(hub, (await hub.record('candidate'))?.id ?? '')
    await hub.rest()
    await page(hub, [application('a1', 'X', NAME), application('a2', 'Y', 'of another')])
    await hub.rest()
    const waiting = await kept(hub)
    expect(waiting).toMatchObject({ state: 'waiting', head: { cursor: 'c1' } })
    expect(waiting?.body).not.toContain(NAME)
    expect(waiting?.body).toContain('of another')
    await hub.say('ehr', 'candidate', 'Y', { name: '别人' })
    await hub.rest()
    expect(await hub.records('application')).toMatchObject([{ data: { custom: { note: 'of another' } } }])
    expect(await kept(hub)).toMatchObject({
      body: '',
      head: {},
      verdicts: [{ verdict: 'erased' }, { verdict: 'folded' }],
    })
  })

  it('that waits while the bytes go is emptied when its wait is over', async () => {
    const hub = await open(engine)
    await hub.say('ehr', 'candidate', 'X', { name: NAME })
    await page(hub, [application('a1', 'X', NAME), application('a2', 'Y', 'of another')])
    await hub.rest()
    expect(await kept(hub)).toMatchObject({ state: 'waiting' })
    await ask(hub, (await hub.record('candidate'))?.id ?? '')
    await hub.rest()
    expect(await kept(hub)).toMatchObject({ state: 'waiting' })
    await hub.say('ehr', 'candidate', 'Y', { name: '别人' })
    await hub.rest()
    expect((await hub.records('application')).filter(row => row.erased_at === null)).toMatchObject([
      { data: { custom: { note: 'of another' } } },
    ])
    expect(await kept(hub)).toMatchObject({ body: '', head: {} })
  })
})
