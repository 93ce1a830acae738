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
