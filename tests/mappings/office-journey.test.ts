/** The office flows from end to end: what colleagues see in calendars, mailboxes and on phones, and what they answer. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/kernel/json.js'
import { PEOPLE } from '../../src/sandbox/company.js'
import { dingtalkIds } from '../../src/sandbox/dingtalk/corp.js'
import { feishuIds } from '../../src/sandbox/feishu/tenant.js'
import { forEachEngine } from '../support/engines.js'
import { eventually, type Office, openOffice } from './office-rig.js'

const MINUTE = 60_000
const JOIN = 'https://ai.example/join/t0k3n'
const mobileOf = (id: string) => PEOPLE.find(person => person.id === id)?.mobile ?? ''
const openId = (id: string) => feishuIds({ mobile: mobileOf(id) }).open_id
const unionId = (id: string) => dingtalkIds({ mobile: mobileOf(id) }).unionid
const iso = (ms: number) => new Date(ms).toISOString()

/** What a vendor holds, read as plain data. */
type Held = readonly (JsonObject & Record<string, never>)[]

forEachEngine('the office', engine => {
  let office: Office
  const people: Record<string, string> = {}
  let position = ''
  let candidate = ''
  let application = ''

  const held = (vendor: 'feishu' | 'dingtalk' | 'sms' | 'mail', list: string) =>
    (office.vendors.simulators[vendor].snapshot() as Record<string, unknown>)[list] as Held
  const feishuEvents = () => held('feishu', 'events') as readonly Record<string, never>[]
  const dingtalkEvents = () => held('dingtalk', 'events') as readonly Record<string, never>[]
  const mails = () => held('mail', 'mails') as readonly Record<string, never>[]
  const texts = () => held('sms', 'messages') as readonly Record<string, never>[]
  const responseOf = async (interview: string, person: string) => {
    const { data } = await office.record(interview)
    const list = data['interviewers'] as readonly JsonObject[]
    return list.find(entry => entry['person'] === people[person])?.['response']
  }

  beforeAll(async () => {
    office = await openOffice(await engine.open())
    for (const person of PEOPLE)
      people[person.id] = await office.say('person', person.id, {
        name: person.name,
        phones: [`+86${person.mobile}`],
        emails: [person.email],
      })
    position = await office.say('position', 'p1', {
      title: '高级后端工程师',
      hiring_team: [{ person: people['psn_su'] ?? '', role: 'recruiter' }],
    })
    candidate = await office.say('candidate', 'c1', {
      name: '林知远',
      phones: ['+8613800138021'],
      emails: ['lin.zhiyuan@example.com'],
    })
    application = await office.say('application', 'a1', { candidate, position, composite: 8.64 })
  }, 60_000)
  afterAll(() => office.close())

  describe('an interview', () => {
    const start = Math.ceil(Date.now() / MINUTE) * MINUTE + 24 * 60 * MINUTE
    let interview = ''

    it('stands in both calendars, in the mailbox and on the phone, each once', async () => {
      interview = await office.say('interview', 'i1', {
        application,
        candidate,
        position,
        type: 'ai',
        organizer: people['psn_su'] ?? '',
        interviewers: [{ person: people['psn_chen'] ?? '' }, { person: people['psn_zhao'] ?? '' }],
        schedule: { start: iso(start), end: iso(start + 45 * MINUTE), zone: 'Asia/Shanghai' },
        join_url: JOIN,
        state: 'scheduled',
      })
      await eventually(() => {
        expect(feishuEvents()).toMatchObject([
          {
            event: {
              summary: 'AI 面试｜林知远｜高级后端工程师',
              start_time: { timestamp: String(start / 1000) },
              vchat: { meeting_url: JOIN },
            },
          },
        ])
        const invited = (feishuEvents()[0]?.['attendees'] ?? []) as readonly JsonObject[]
        expect(new Set(invited.map(one => one['user_id']))).toEqual(
          new Set([openId('psn_chen'), openId('psn_zhao'), openId('psn_su')]),
        )
        expect(dingtalkEvents()).toMatchObject([
          { summary: 'AI 面试｜林知远｜高级后端工程师', organizer: { id: unionId('psn_su') } },
        ])
        const asked = (dingtalkEvents()[0]?.['attendees'] ?? []) as readonly JsonObject[]
        expect(new Set(asked.map(one => one['id']))).toEqual(
          new Set([unionId('psn_chen'), unionId('psn_zhao')]),
        )
        expect(mails()).toMatchObject([
          {
            to: ['lin.zhiyuan@example.com'],
            subject: 'AI 面试邀请｜林知远｜高级后端工程师',
            invite: { method: 'REQUEST', sequence: 0 },
          },
        ])
        expect(texts().map(({ phone, content }) => [phone, content])).toEqual([
          [
            '13800138021',
            `【云帆科技】林知远您好，您应聘高级后端工程师的AI面试已准备好，请点击 ${JOIN} 查看或改约时间。如需帮助请致电招聘团队。`,
          ],
        ])
      })
    })

    it('has its text message kept as a notification, with its receipt', async () => {
      await eventually(async () => {
        expect((await office.all('notification')).map(({ data }) => data)).toMatchObject([
          {
            about: { kind: 'interview', id: interview },
            channel: 'sms',
            template: 'interview_invitation',
            to: '+8613800138021',
            state: 'delivered',
          },
        ])
      })
    })

    it('learns what interviewers answer in either calendar, and counts the recruiter for no interviewer', async () => {
      const eventId = String((feishuEvents()[0]?.['event'] as JsonObject | undefined)?.['event_id'])
      const { feishu, dingtalk } = office.vendors.simulators
      await feishu.control('rsvp', { event_id: eventId, user_id: openId('psn_chen'), status: 'accept' })
      await feishu.control('rsvp', { event_id: eventId, user_id: openId('psn_su'), status: 'accept' })
      await dingtalk.control('respond', {
        event_id: String(dingtalkEvents()[0]?.['id']),
        union_id: unionId('psn_zhao'),
        status: 'declined',
      })
      await eventually(async () => {
        expect(await responseOf(interview, 'psn_chen')).toBe('accepted')
        expect(await responseOf(interview, 'psn_zhao')).toBe('declined')
      })
      expect((await office.record(interview)).data['interviewers']).toHaveLength(2)
    })

    it('moves: the same events, a mail with the same UID and a higher SEQUENCE, no second text message', async () => {
      const before = {
        feishu: (feishuEvents()[0]?.['event'] as JsonObject | undefined)?.['event_id'],
        dingtalk: dingtalkEvents()[0]?.['id'],
        uid: (mails()[0]?.['invite'] as JsonObject | undefined)?.['uid'],
      }
      const moved = start + 120 * MINUTE
      await office.say('interview', 'i1', {
        schedule: { start: iso(moved), end: iso(moved + 45 * MINUTE), zone: 'Asia/Shanghai' },
      })
      await eventually(() => {
        expect(feishuEvents()).toMatchObject([
          { event: { event_id: before.feishu, start_time: { timestamp: String(moved / 1000) } } },
        ])
        expect(dingtalkEvents()).toHaveLength(1)
        expect(dingtalkEvents()[0]?.['id']).toBe(before.dingtalk)
        const begins = dingtalkEvents()[0]?.['start'] as JsonObject | undefined
        expect(Date.parse(String(begins?.['dateTime']))).toBe(moved)
        expect(mails().map(mail => mail['invite'])).toMatchObject([
          { uid: before.uid, sequence: 0 },
          { uid: before.uid, sequence: 1, method: 'REQUEST' },
        ])
      })
      expect(texts()).toHaveLength(1)
      const made = office.vendors.simulators.feishu.effects.filter(effect => effect.verb === 'create')
      expect(made.map(({ resource }) => resource).sort()).toEqual([
        'attendee',
        'attendee',
        'attendee',
        'event',
      ])
    })

    it('is cancelled: both events go, the candidate gets a cancellation', async () => {
      await office.say('interview', 'i1', { state: 'cancelled' })
      await eventually(() => {
        expect(feishuEvents()).toMatchObject([{ deleted: true }])
        expect(dingtalkEvents()).toMatchObject([{ status: 'cancelled' }])
        expect(mails().at(-1)).toMatchObject({ invite: { method: 'CANCEL', sequence: 2 } })
      })
      await eventually(async () => expect(await office.stuck()).toEqual([]))
    })

    it('comes by mail as well to an interviewer who wants that, under a UID of its own', async () => {
      const later = start + 3 * 24 * 60 * MINUTE
      await office.say('person', 'psn_chen', { custom: { invitation_mail: true } })
      await office.say('interview', 'i3', {
        candidate,
        position,
        type: 'human',
        organizer: people['psn_su'] ?? '',
        interviewers: [{ person: people['psn_chen'] ?? '' }, { person: people['psn_zhao'] ?? '' }],
        schedule: { start: iso(later), zone: 'Asia/Shanghai' },
        state: 'scheduled',
      })
      await eventually(() => {
        const fresh = mails().slice(3)
        expect(new Set(fresh.map(({ subject }) => subject))).toEqual(
          new Set(['面试邀请｜林知远｜高级后端工程师', '面试安排｜林知远｜高级后端工程师']),
        )
        expect(new Set(fresh.flatMap(({ to }) => to))).toEqual(
          new Set(['lin.zhiyuan@example.com', 'chen.mo@yunfan.example']),
        )
        expect(
          new Set(
            (fresh as readonly { readonly invite?: unknown }[]).map(
              ({ invite }) => (invite as JsonObject)['uid'],
            ),
          ).size,
        ).toBe(2)
      })
    })

    it('that nobody came to is told to the recruiter, once', async () => {
      const began = Date.now() - 16 * MINUTE
      await office.say('interview', 'i2', {
        candidate,
        position,
        type: 'phone',
        organizer: people['psn_su'] ?? '',
        schedule: { start: iso(began), zone: 'Asia/Shanghai' },
        state: 'scheduled',
      })
      await eventually(() =>
        expect(texts().map(({ phone }) => phone)).toEqual(['13800138021', mobileOf('psn_su')]),
      )
      expect(String(texts()[1]?.['content'])).toMatch(
        /^【云帆科技】林知远的高级后端工程师面试原定\d+月\d+日 \d\d:\d\d开始，目前仍未进入，请及时跟进。$/,
      )
      // Without interviewers it is in the recruiter's calendar all the same.
      await eventually(() =>
        expect(feishuEvents().at(-1)?.['attendees']).toMatchObject([{ user_id: openId('psn_su') }]),
      )
    })
  })

  describe('an offer', () => {
    const instances = () => held('feishu', 'instances') as readonly Record<string, never>[]
    const draft = (key: string) =>
      office.say('offer', key, {
        application,
        candidate,
        position,
        salary: 38000,
        currency: 'CNY',
        start_date: '2027-01-04',
        reason: '综合得分 8.64',
        state: 'draft',
      })

    it('goes to approval at Feishu, and what is decided there is the offer’s state', async () => {
      const offer = await draft('o1')
      await eventually(async () => {
        expect(instances()).toHaveLength(1)
        expect((await office.record(offer)).data).toMatchObject({
          state: 'in_approval',
          approval: { id: instances()[0]?.['instance_code'] },
        })
      })
      expect(JSON.parse(String(instances()[0]?.['form']))).toContainEqual({
        id: 'score',
        type: 'number',
        value: 8.64,
      })
      await office.vendors.simulators.feishu.control('approve', {
        instance_code: String(instances()[0]?.['instance_code']),
      })
      await eventually(async () => {
        const { data } = await office.record(offer)
        expect(data['state']).toBe('approved')
        expect(data['approval']).toHaveProperty('at')
      })
    })

    it('that is withdrawn takes its approval back, and an approval that ended is left alone', async () => {
      const open = await draft('o2')
      await eventually(async () => expect((await office.record(open)).data['state']).toBe('in_approval'))
      await office.say('offer', 'o2', { state: 'withdrawn' })
      await eventually(() => expect(instances().at(-1)).toMatchObject({ status: 'CANCELED' }))
      await office.say('offer', 'o1', { state: 'withdrawn' })
      await eventually(async () => expect(await office.stuck()).toEqual([]))
      expect(instances().map(({ status }) => status)).toEqual(['APPROVED', 'CANCELED'])
    })
  })
})
