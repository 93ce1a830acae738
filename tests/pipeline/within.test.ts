import { expect, it } from 'vitest'
import type { ResourceAbility } from '../../src/connector/types.js'
import type { JsonObject } from '../../src/kernel/json.js'
import { links } from '../../src/ledger/schema.js'
import { selectRows } from '../../src/ledger/table.js'
import { forEachEngine } from '../support/engines.js'
import { configOf, expression, outMapping, rig, vendorFlow } from './rig.js'
import { FakeVendor } from './vendor.js'

/** A calendar whose attendees go with their event, and can be added and removed but not changed. */
class Calendar extends FakeVendor {
  override resource(name: string): ResourceAbility {
    const ability = super.resource(name)
    return name === 'attendee' ? { ...ability, verbs: ['create', 'delete'] } : ability
  }
  /** Somebody deletes the event over there. */
  lose(id: string): void {
    this.things.delete(id)
    for (const [attendee, thing] of this.things)
      if (thing.body['event_id'] === id) this.things.delete(attendee)
  }
}

const calendar = vendorFlow(
  'calendar',
  'interview',
  'feishu',
  'event',
  outMapping(['title', 'organizer'], ({ data }) => ({ title: data['title'] ?? null })),
  {
    ifGone: 'recreate',
    replaceWhen: [expression('record.organizer', ({ record }) => record.data['organizer'])],
  },
)
const needsEvent = [{ of: 'self', resource: 'event', missing: 'wait' }]
const eventOf = (record: { id: string }, external: (id: string, resource?: string) => string | undefined) =>
  external(record.id, 'event')
const attendees = vendorFlow(
  'attendees',
  'interview',
  'feishu',
  'attendee',
  outMapping(
    ['interviewers'],
    (record, { item, external }) => {
      const event = eventOf(record, external)
      if (event === undefined) return { verdict: 'waits', for: [{ record: record.id, resource: 'event' }] }
      return { event_id: event, user: (item as JsonObject)['person'] ?? null }
    },
    needsEvent,
  ),
  { each: { list: 'interviewers', key: expression('item.person', ({ item }) => item?.['person']) } },
)
const card = vendorFlow(
  'card',
  'interview',
  'feishu',
  'card',
  outMapping(
    ['title'],
    (record, { external }) => ({
      event: eventOf(record, external) ?? null,
      title: record.data['title'] ?? null,
    }),
    [{ of: 'self', resource: 'event', missing: 'ignore' }],
  ),
)

forEachEngine('things inside other things', engine => {
  async function start() {
    const feishu = new Calendar('feishu', { tokens: true })
    const hub = rig(await engine.open(), configOf([feishu], [calendar, attendees, card]))
    await hub.say('ehr', 'interview', 'i1', {
      title: '一面',
      organizer: 'person_1',
      interviewers: [{ person: 'person_a' }, { person: 'person_b' }],
    })
    await hub.rest()
    const of = (resource: string) =>
      [...feishu.things].flatMap(([id, thing]) =>
        thing.resource === resource ? [{ id, ...thing.body } as JsonObject & { id: string }] : [],
      )
    const invited = () =>
      feishu.calls.filter(({ verb, resource }) => verb === 'create' && resource === 'attendee')
    expect(of('attendee')).toHaveLength(2)
    expect(invited()).toHaveLength(2)
    return { feishu, hub, of, invited }
  }

  it('are made again, once, when what they are in was replaced', async () => {
    const { feishu, hub, of, invited } = await start()
    const [old] = of('event')
    await hub.say('ehr', 'interview', 'i1', { organizer: 'person_2' })
    const remove = feishu.send.bind(feishu)
    feishu.send = async (...call) => {
      const outcome = await remove(...call)
      if (call[1].verb === 'delete' && call[1].resource === 'event') feishu.lose(call[1].id ?? '')
      return outcome
    }
    await hub.rest()
    const [event] = of('event')
    expect(event?.id).not.toBe(old?.id)
    expect(
      of('attendee')
        .map(one => [one['event_id'], one['user']])
        .sort(),
    ).toEqual([
      [event?.id, 'person_a'],
      [event?.id, 'person_b'],
    ])
    expect(invited()).toHaveLength(4)
    // What can be updated is told of the new event and stays what it is.
    expect(of('card')).toMatchObject([{ event: event?.id }])
    await hub.say('ehr', 'interview', 'i1', { title: '二面' })
    await hub.pass(60_000)
    expect(invited()).toHaveLength(4)
    const known = await selectRows(hub.ledger, links, `where t.resource = 'attendee' order by t.created_at`)
    expect(known.map(link => link.state).sort()).toEqual(['active', 'active', 'gone', 'gone'])
  })

  it('are made again, once, when what they are in was lost over there', async () => {
    const { feishu, hub, of, invited } = await start()
    feishu.lose(of('event')[0]?.id ?? '')
    expect(of('attendee')).toEqual([])
    await hub.say('ehr', 'interview', 'i1', { title: '二面' })
    await hub.rest()
    expect(of('event')).toMatchObject([{ title: '二面' }])
    expect(of('attendee')).toMatchObject([{ event_id: of('event')[0]?.id }, { event_id: of('event')[0]?.id }])
    expect(invited()).toHaveLength(4)
  })

  for (const [fault, ends] of [
    ['unreachable', 'is tried again'],
    ['refused', 'is refused'],
  ] as const)
    it(`leave no link of what is gone where their making ${ends}`, async () => {
      const { feishu, hub, of } = await start()
      feishu.lose(of('event')[0]?.id ?? '')
      const send = feishu.send.bind(feishu)
      const faulty = new Set<string>()
      feishu.send = async (...call) => {
        const user = String(call[1].body['user'])
        if (call[1].verb === 'create' && call[1].resource === 'attendee' && !faulty.has(user)) {
          faulty.add(user)
          feishu.faults.unshift(fault)
        }
        return send(...call)
      }
      await hub.say('ehr', 'interview', 'i1', { title: '二面' })
      await hub.rest()
      await hub.pass(60_000)
      expect(faulty.size).toBe(2)
      const known = await selectRows(hub.ledger, links, `where t.resource = 'attendee' order by t.created_at`)
      expect(known.slice(0, 2).map(link => link.state)).toEqual(['gone', 'gone'])
      expect(known.slice(2).map(link => link.external_id)).toEqual(of('attendee').map(one => one.id))
      expect(of('attendee')).toHaveLength(fault === 'refused' ? 0 : 2)
    })

  it('are left alone by everything else', async () => {
    const { feishu, hub, invited } = await start()
    const calls = feishu.calls.filter(call => call.resource === 'attendee').length
    await hub.say('ehr', 'interview', 'i1', { title: '二面' })
    await hub.rest()
    await hub.say('ehr', 'interview', 'i1', {
      interviewers: [{ person: 'person_a' }, { person: 'person_b' }, { person: 'person_c' }],
    })
    await hub.rest()
    expect(invited()).toHaveLength(3)
    expect(feishu.calls.filter(call => call.resource === 'attendee')).toHaveLength(calls + 1)
  })
})
