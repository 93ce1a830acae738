/**
 * Case a, Feishu's calendar: people found by mobile alone, an event and its attendees as calls of their own, a replaced
 * interviewer without any difference of sets, answers read where they stand.
 */
import { expect, it } from 'vitest'
import type { JsonObject } from '../../src/kernel/json.js'
import { encryptFeishu, signFeishu } from '../../src/sandbox/feishu/crypto.js'
import { forEachEngine } from '../support/engines.js'
import { expectSound, openCase } from './kit.js'
import { startVendor } from './vendor.js'

const env = (url: string) => ({
  FEISHU_URL: url,
  FEISHU_SECRET: 'secret',
  FEISHU_ENCRYPT_KEY: 'kudryavka',
  FEISHU_TOKEN: 'token',
})
const CALENDAR = '/open-apis/calendar/v4/calendars/{calendar_id}/events'

it('the folder of case a is sound', () => expectSound('a-feishu', env('https://feishu.example')), 30_000)

interface Attendee {
  readonly attendee_id: string
  readonly user_id: string
  rsvp_status: string
}

async function startFeishu() {
  const members: Record<string, string> = {
    '13800138001': 'ou_1',
    '13800138002': 'ou_2',
    '13800138003': 'ou_3',
  }
  const events = new Map<string, { body: JsonObject; key: string; attendees: Attendee[] }>()
  const faults: ('cut' | 'html')[] = []
  let made = 0
  let born = 0
  const ok = (data: object = {}) => ({ json: { code: 0, msg: 'success', data } })
  const gone = { json: { code: 193003, msg: 'event is deleted' } }
  const shown = (id: string) => {
    const event = events.get(id)
    const attendees = event?.attendees.map(one => ({ ...one, type: 'user', is_optional: false }))
    return { ...event?.body, event_id: id, attendees }
  }
  const vendor = await startVendor({
    'POST /open-apis/auth/v3/tenant_access_token/internal': () => ({
      json: { code: 0, msg: 'ok', tenant_access_token: 't-1', expire: 7200 },
    }),
    'POST /open-apis/contact/v3/users/batch_get_id': ({ body }) => {
      const list = (body['mobiles'] as readonly string[]).map(mobile => ({
        mobile,
        ...(members[mobile] && { user_id: members[mobile] }),
      }))
      return ok({ user_list: list })
    },
    [`POST ${CALENDAR}`]: ({ body, query }) => {
      const key = query['idempotency_key'] ?? ''
      const known = [...events].find(([, event]) => event.key === key)?.[0]
      const id = known ?? `E${++born}`
      if (!known) events.set(id, { body, key, attendees: [] })
      const fault = faults.shift()
      if (fault === 'cut') return 'cut'
      if (fault === 'html') return { text: '<html>gateway</html>', type: 'text/html' }
      return ok({ event: shown(id) })
    },
    [`PATCH ${CALENDAR}/{event_id}`]: ({ path, body }) => {
      const event = events.get(path['event_id'] ?? '')
      if (!event) return gone
      event.body = { ...event.body, ...body }
      return ok({ event: shown(path['event_id'] ?? '') })
    },
    [`DELETE ${CALENDAR}/{event_id}`]: ({ path }) => (events.delete(path['event_id'] ?? '') ? ok() : gone),
    [`GET ${CALENDAR}/{event_id}`]: ({ path }) => ok({ event: shown(path['event_id'] ?? '') }),
    [`POST ${CALENDAR}/{event_id}/attendees`]: ({ path, body }) => {
      const [asked] = body['attendees'] as readonly { user_id: string }[]
      const attendee = {
        attendee_id: `user_${++made}`,
        user_id: asked?.user_id ?? '',
        rsvp_status: 'needs_action',
      }
      events.get(path['event_id'] ?? '')?.attendees.push(attendee)
      return ok({ attendees: [{ ...attendee, type: 'user' }] })
    },
    [`POST ${CALENDAR}/{event_id}/attendees/batch_delete`]: ({ path, body }) => {
      const event = events.get(path['event_id'] ?? '')
      const ids = body['attendee_ids'] as readonly string[]
      if (event) event.attendees = event.attendees.filter(one => !ids.includes(one.attendee_id))
      return ok()
    },
  })
  const who = () => [...events.values()].map(event => event.attendees.map(one => one.user_id).sort())
  return { vendor, events, faults, who }
}

forEachEngine('case a: Feishu’s calendar', engine => {
  async function start() {
    const feishu = await startFeishu()
    const hub = await openCase(await engine.open(), 'a-feishu', env(feishu.vendor.url))
    const candidate = await hub.say('candidate', 'c1', { name: '张三' })
    const people: string[] = []
    for (const n of [1, 2, 3])
      people.push(await hub.say('person', `p${n}`, { name: `面试官${n}`, phones: [`+861380013800${n}`] }))
    const at = (day: number) => ({
      start: `2026-12-0${day}T02:00:00Z`,
      end: `2026-12-0${day}T03:00:00Z`,
      zone: 'Asia/Shanghai',
    })
    const interview = async (who: readonly number[], over: JsonObject = {}) => {
      const id = await hub.say('interview', 'i1', {
        candidate,
        state: 'scheduled',
        schedule: at(2),
        interviewers: who.map(n => ({ person: people[n - 1] ?? '' })),
        ...over,
      })
      await hub.rest()
      return id
    }
    const changed = async (event: string) => {
      const news = {
        schema: '2.0',
        header: {
          event_id: `ev-${hub.clock.now()}`,
          event_type: 'calendar.calendar.event.changed_v4',
          token: 'token',
        },
        event: { calendar_id: 'primary', calendar_event_id: event, change_type: 'rsvp' },
      }
      const body = JSON.stringify({ encrypt: encryptFeishu(JSON.stringify(news), 'kudryavka') })
      const time = String(Math.floor(hub.clock.now() / 1000))
      await hub.callback('feishu', {
        body,
        headers: {
          'content-type': 'application/json',
          'x-lark-request-timestamp': time,
          'x-lark-request-nonce': 'n',
          'x-lark-signature': signFeishu(time, 'n', 'kudryavka', body),
        },
      })
      await hub.rest()
    }
    return { ...feishu, hub, interview, people, changed, at }
  }

  it('people are found by mobile, once, and the event asks them by the ids that were found', async () => {
    const { hub, vendor, interview, who, events } = await start()
    await interview([1, 2])
    expect(who()).toEqual([['ou_1', 'ou_2']])
    const asked = vendor.bodies('POST /open-apis/contact/v3/users/batch_get_id')
    expect(asked.map(body => (body['mobiles'] as readonly string[])[0]).sort()).toEqual([
      '13800138001',
      '13800138002',
      '13800138003',
    ])
    const [event] = events.values()
    expect(event?.key).toMatch(/^[0-9a-f-]{32,128}$/)
    expect(event?.body).toMatchObject({
      summary: expect.stringContaining('张三') as string,
      description: expect.stringContaining('12月2日 10:00') as string,
      start_time: { timestamp: '1796176800', timezone: 'Asia/Shanghai' },
    })
    await hub.pass(3_600_000)
    expect(vendor.count('POST /open-apis/contact/v3/users/batch_get_id')).toBe(3)
  })

  it('a replaced interviewer goes and another comes; the third is not asked again; the event moves as it is', async () => {
    const { vendor, interview, who, events, at } = await start()
    await interview([1, 2])
    await interview([1, 3], { schedule: at(4) })
    expect(who()).toEqual([['ou_1', 'ou_3']])
    expect(events.size).toBe(1)
    expect([...events.values()][0]?.body).toMatchObject({ start_time: { timestamp: '1796349600' } })
    expect(vendor.count(`POST ${CALENDAR}/{event_id}/attendees`)).toBe(3)
    expect(vendor.count(`POST ${CALENDAR}/{event_id}/attendees/batch_delete`)).toBe(1)
  })

  it('a cancelled interview disappears, and everybody is told', async () => {
    const { vendor, interview, events } = await start()
    await interview([1])
    await interview([1], { state: 'cancelled' })
    expect(events.size).toBe(0)
    const [call] = vendor.calls.filter(({ route }) => route === `DELETE ${CALENDAR}/{event_id}`)
    expect(call?.query).toMatchObject({ need_notification: 'true' })
  })

  it.each(['cut', 'html'] as const)(
    'an answer that is %s is no answer: the same key again, one event',
    async fault => {
      const { hub, vendor, interview, events, faults, who } = await start()
      faults.push(fault)
      await interview([1])
      await hub.pass(600_000)
      const made = vendor.calls.filter(({ route }) => route === `POST ${CALENDAR}`)
      expect(made).toHaveLength(2)
      expect(made[0]?.query['idempotency_key']).toBe(made[1]?.query['idempotency_key'])
      expect(events.size).toBe(1)
      expect(who()).toEqual([['ou_1']])
    },
  )

  it('an event that somebody deleted over there is made anew, with those who were in it', async () => {
    const { hub, interview, events, who, at } = await start()
    await interview([1, 2])
    events.clear()
    await interview([1, 2], { schedule: at(4) })
    await hub.pass(600_000)
    expect(who()).toEqual([['ou_1', 'ou_2']])
  })

  it('who accepts and who declines is read from the event; strangers’ meetings make no interview', async () => {
    const { hub, interview, events, changed, people } = await start()
    const id = await interview([1, 2])
    const [event] = events.values()
    for (const one of event?.attendees ?? []) one.rsvp_status = one.user_id === 'ou_1' ? 'accept' : 'decline'
    await changed('E1')
    const answers = (await hub.record(id)).data['interviewers'] as readonly JsonObject[]
    expect(
      Object.fromEntries(answers.map(one => [people.indexOf(String(one['person'])), one['response']])),
    ).toEqual({
      0: 'accepted',
      1: 'declined',
    })
    events.set('E9', { body: { start_time: {}, end_time: {} }, key: '', attendees: [] })
    await changed('E9')
    expect(await hub.all('interview')).toHaveLength(1)
  })
})
