import { expect, it } from 'vitest'
import type { Json } from '../../../src/kernel/json.js'
import { messagesById } from '../../../src/ledger/messages.js'
import { messages } from '../../../src/ledger/schema.js'
import { selectRows } from '../../../src/ledger/table.js'
import { askErasure } from '../../../src/pipeline/erase/ask.js'
import { forEachEngine, type TestEngine } from '../../support/engines.js'
import { configOf, inMapping, type Rig, rig } from '../rig.js'
import { input, reference, TENANT } from '../support.js'
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

forEachEngine('a message that names a number of an erased person', engine => {
  const MAIL = 'Nana@Example.com'
  const refused = (hub: Rig, id: string, custom: object) =>
    hub.say('ehr', 'interview', id, {
      candidate: reference('candidate', 'nobody', 'refuse'),
      custom,
    } as never)
  const bodies = async (hub: Rig) =>
    (await selectRows(hub.ledger, messages, 'where t.tenant = $1 order by t.id', [TENANT])).map(
      row => row.body,
    )

  it('loses its body however the number is spelled there', async () => {
    const hub = await open(engine)
    await hub.say('ehr', 'candidate', 'X', { name: NAME, emails: [MAIL] })
    await refused(hub, 'i1', { to: MAIL })
    await refused(hub, 'i2', { to: MAIL.toUpperCase() })
    await refused(hub, 'i3', { to: 'another@example.com' })
    await ask(hub, (await hub.record('candidate'))?.id ?? '')
    await hub.rest()
    const [x, one, two, other] = await bodies(hub)
    expect([x, one, two]).toEqual(['', '', ''])
    expect(other).toContain('another@example.com')
  })

  it('stays where it is about somebody else, or where others go by that number too', async () => {
    const hub = await open(engine)
    const shared = 'jobs@agency.example'
    await hub.say('ehr', 'candidate', 'Y', { name: '别人', emails: [shared], custom: { friend: MAIL } })
    await hub.say('ehr', 'candidate', 'X', { name: NAME, emails: [MAIL, shared] })
    await refused(hub, 'i1', { to: shared })
    const x = (await hub.records('candidate')).find(row => row.data['name'] === NAME)
    await ask(hub, x?.id ?? '')
    await hub.rest()
    const [y, own, agency] = await bodies(hub)
    expect(y).toContain('别人')
    expect(own).toBe('')
    expect(agency).toContain(shared)
  })

  it('stays where the operator says that the number stands for nobody', async () => {
    const hub = await open(engine)
    Object.assign(hub.parts.config(TENANT), { ignoredIdentities: new Set(['hr@example.com']) })
    await hub.say('ehr', 'candidate', 'X', { name: NAME, emails: ['HR@example.com'] })
    await refused(hub, 'i1', { to: 'hr@example.com' })
    await ask(hub, (await hub.record('candidate'))?.id ?? '')
    await hub.rest()
    expect((await bodies(hub)).at(-1)).toContain('hr@example.com')
  })
})
