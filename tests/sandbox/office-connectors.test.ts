import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { OpenConnection } from '../../src/connector/open-connection.js'
import type { JsonObject } from '../../src/kernel/json.js'
import { startAliyunSms } from '../../src/sandbox/aliyun-sms/simulator.js'
import { dingtalkIds } from '../../src/sandbox/dingtalk/corp.js'
import { OFFER_PROCESS, startDingTalk } from '../../src/sandbox/dingtalk/simulator.js'
import { OFFER_APPROVAL, startFeishu } from '../../src/sandbox/feishu/simulator.js'
import { feishuIds } from '../../src/sandbox/feishu/tenant.js'
import { type MailServer, startMail } from '../../src/sandbox/mail/simulator.js'
import type { Fault } from '../../src/sandbox/misbehaviour.js'
import type { Simulator } from '../../src/sandbox/types.js'
import { progressOf, run, type Wanted } from './support/effect.js'
import { type Ear, openEar } from './support/hub-ear.js'
import { HAN, OFFICE, WANG } from './support/office-people.js'
import { listen, openShipped, requestOf } from './support/shipped.js'

let skew: number
const now = () => Date.now() + skew
const clock = { now }
let ear: Ear
let simulator: Simulator
let connection: OpenConnection
const closers: (() => Promise<unknown>)[] = []
const fail = (on: string, fault: Fault, times = 1) => simulator.faults.add({ on, fault, times })

beforeEach(async () => {
  skew = 0
  ear = await openEar()
  closers.push(() => ear.close())
})
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})
async function use(name: string, started: Promise<Simulator>, settings: (url: string) => JsonObject) {
  simulator = await started
  closers.push(() => simulator.close())
  connection = await openShipped(name, settings(simulator.url), now)
  closers.push(() => connection.close())
}
async function made(wanted: Wanted): Promise<{ id: string; keep: JsonObject }> {
  const ended = await run(connection, wanted)
  expect([ended.outcome.is, ended.outcome.detail]).toEqual(['accepted', ended.outcome.detail])
  return { id: ended.id ?? '', keep: ended.keep ?? {} }
}
const created = (resource: string) =>
  simulator.effects.filter(effect => effect.verb === 'create' && effect.resource === resource)

const AFTER_THE_WORK: [string, Fault][] = [
  ['a cut after the work', { kind: 'cut', when: 'after', reset: true }],
  ['a 504 after the work', { kind: 'error', status: 504, when: 'after' }],
  ['half an answer', { kind: 'cut', when: 'middle' }],
  ['a gateway’s page after the work', { kind: 'html', when: 'after' }],
]

describe('feishu as shipped', () => {
  const events = { appId: 'cli_sandbox', tenantKey: 't1', verificationToken: 'vt', encryptKey: 'kudryavka' }
  const event: Wanted = {
    resource: 'event',
    verb: 'create',
    body: {
      summary: '面试：李雷 · 高级后端工程师',
      start_time: { timestamp: '1796090400', timezone: 'Asia/Shanghai' },
      end_time: { timestamp: '1796094000', timezone: 'Asia/Shanghai' },
      vchat: { vc_type: 'no_meeting' },
    },
  }
  const approval: Wanted = {
    resource: 'approval',
    verb: 'create',
    body: {
      approval_code: OFFER_APPROVAL.code,
      open_id: feishuIds(HAN).open_id,
      form: JSON.stringify([{ id: 'candidate', type: 'input', value: '李雷' }]),
    },
  }
  beforeEach(() =>
    use(
      'feishu',
      startFeishu({ members: OFFICE, appSecret: 's', events, target: ear.url, retryScale: 0.0001, clock }),
      url => ({
        base_url: url,
        app_id: events.appId,
        app_secret: 's',
        encrypt_key: events.encryptKey,
        verification_token: 'vt',
      }),
    ),
  )

  it('checks, and says misconfigured with a wrong secret', async () => {
    expect((await connection.check()).is).toBe('accepted')
    const settings = {
      base_url: simulator.url,
      app_id: events.appId,
      app_secret: 'x',
      encrypt_key: 'k',
      verification_token: 'v',
    }
    const other = await openShipped('feishu', settings, now)
    closers.push(() => other.close())
    expect((await other.check()).is).toBe('misconfigured')
  })

  it('finds people by their number, and remembers nobody for a stranger', async () => {
    const look = (mobile: string) =>
      connection.lookup('user', progressOf({ resource: 'user', verb: 'create', body: { mobile } }))
    expect(await look('19900000002')).toMatchObject({ found: 'one', id: feishuIds(WANG).open_id })
    expect(await look('19900000099')).toEqual({ found: 'none' })
  })

  it('makes, moves and cancels an event; invites and drops attendees one by one', async () => {
    const { id } = await made(event)
    const attendee = (member: typeof HAN): Wanted => ({
      resource: 'attendee',
      verb: 'create',
      body: { event_id: id, type: 'user', user_id: feishuIds(member).open_id },
    })
    const han = await made(attendee(HAN))
    const wang = await made(attendee(WANG))
    expect(new Set([han.id, wang.id]).size).toBe(2)
    const moved = { ...event.body, start_time: { timestamp: '1796092200', timezone: 'Asia/Shanghai' } }
    await made({ ...event, verb: 'update', id, body: moved, n: 2 })
    await made({ ...attendee(WANG), verb: 'delete', id: wang.id, kept: wang.keep, body: {}, n: 2 })
    const state = simulator.snapshot() as unknown as {
      events: { event: { start_time: unknown }; attendees: { display_name: string }[] }[]
    }
    expect(state.events).toMatchObject([
      { event: { start_time: moved.start_time }, attendees: [{ display_name: '韩梅梅' }] },
    ])
    await made({ ...event, verb: 'delete', id, body: {}, n: 3 })
    expect((await run(connection, { ...event, verb: 'delete', id, body: {}, n: 4 })).outcome.is).toBe(
      'absent',
    )
    expect((await run(connection, { ...event, verb: 'update', id, n: 5 })).outcome.is).toBe('absent')
    const gone = await run(connection, {
      ...attendee(HAN),
      verb: 'delete',
      id: han.id,
      kept: han.keep,
      body: {},
      n: 6,
    })
    expect(gone.outcome.is).toBe('absent')
  })

  it.each(AFTER_THE_WORK)(
    'takes %s for unknown, and the same bytes again are the same event',
    async (_, fault) => {
      fail('createEvent', fault)
      expect((await run(connection, event)).outcome.is).toBe('unknown')
      await made(event)
      expect(created('event')).toHaveLength(1)
    },
  )

  it('waits as long as the gateway says', async () => {
    fail('createEvent', { kind: 'throttled', retryAfter: 7 })
    expect((await run(connection, event)).outcome).toMatchObject({ is: 'throttled', wait: 7000 })
  })

  it('takes a new token once when the old one is not taken', async () => {
    await made(event)
    fail('listEvents', { kind: 'expire_tokens' })
    fail('createEvent', { kind: 'expire_tokens' })
    await made({ ...event, n: 2 })
    const asked = simulator.exchanges.filter(exchange => exchange.operation === 'getTenantAccessToken')
    expect(asked).toHaveLength(2)
  })

  it('adopts the approval that stands under its uuid', async () => {
    const { id } = await made(approval)
    expect((await run(connection, approval)).outcome.is).toBe('exists')
    expect(await connection.lookup('approval', progressOf(approval))).toMatchObject({
      found: 'one',
      id,
      ours: true,
    })
    expect(await connection.lookup('approval', progressOf({ ...approval, n: 9 }))).toEqual({ found: 'none' })
    await made({ ...approval, verb: 'delete', id, sent: approval.body, body: {}, n: 2 })
    expect(created('instance')).toHaveLength(1)
  })

  it('sends a message once per token', async () => {
    const message: Wanted = {
      resource: 'message',
      verb: 'create',
      body: { receive_id: feishuIds(HAN).open_id, msg_type: 'text', content: '{"text":"您有一场新的面试"}' },
    }
    const first = await made(message)
    expect((await made(message)).id).toBe(first.id)
    expect(created('message')).toHaveLength(1)
  })

  it('shows by reading that an approval has ended, where the news of it is lost', async () => {
    const offer = await made(approval)
    await simulator.callbacks.idle()
    simulator.faults.add({ on: 'approval_instance', fault: { kind: 'lose' }, times: 9 })
    const look = async () => (await connection.fetch('approval', offer.id, undefined)).done
    expect(await look()).toBe(false)
    await simulator.control('approve', { instance_code: offer.id })
    expect(await look()).toBe(true)
    await simulator.callbacks.idle()
    expect(simulator.callbacks.records.some(({ state }) => state === 'lost')).toBe(true)
  })

  it('opens what Feishu says and reads the thing itself', async () => {
    const opened = listen(ear, connection, now)
    const { id } = await made(event)
    await made({
      resource: 'attendee',
      verb: 'create',
      body: { event_id: id, type: 'user', user_id: feishuIds(HAN).open_id },
    })
    const offer = await made(approval)
    await simulator.callbacks.idle()
    opened.length = 0
    await simulator.control('rsvp', { event_id: id, user_id: feishuIds(HAN).open_id, status: 'accept' })
    await simulator.control('approve', { instance_code: offer.id })
    await vi.waitFor(() => expect(opened).toHaveLength(2))
    const items = opened.flatMap(one =>
      one.verdict === 'opened'
        ? connection.items(one.body, { method: 'POST', tail: '', query: {}, headers: {} })
        : [],
    )
    const hint = (resource: string) => items.find(item => item.resource === resource)?.refetch
    const read = async (resource: string) => {
      const found = hint(resource)
      return (await connection.fetch(resource, found?.id ?? '', found?.event)).item?.body
    }
    expect(await read('event')).toMatchObject({ event_id: id, attendees: [{ rsvp_status: 'accept' }] })
    expect(await read('approval')).toMatchObject({ instance_code: offer.id, status: 'APPROVED' })
    expect(opened.every(one => one.verdict === 'opened' && one.dedupe !== undefined)).toBe(true)
    expect(simulator.callbacks.records.map(record => record.state)).not.toContain('retrying')
  })

  it('passes the console’s check of the address', async () => {
    listen(ear, connection, now)
    await simulator.control('verify_url')
    await vi.waitFor(() => expect(simulator.callbacks.records[0]?.state).toBe('delivered'))
  })

  it.each(['missing', 'wrong'] as const)('refuses a callback whose signature is %s', async how => {
    const opened = listen(ear, connection, now)
    fail('*', { kind: 'forge', how })
    await made(event)
    await vi.waitFor(() => expect(opened).toHaveLength(1))
    expect(opened[0]?.verdict).toBe('rejected')
  })

  it('refuses a callback played again long after Feishu would have given up', async () => {
    await made(event)
    await vi.waitFor(() => expect(ear.heard).toHaveLength(1))
    const [heard] = ear.heard
    if (!heard) throw new Error('nothing was said')
    expect((await connection.open(requestOf(heard, now()))).verdict).toBe('opened')
    skew += 9 * 3_600_000
    const replayed = await connection.open(requestOf(heard, now()))
    expect(replayed).toEqual({ verdict: 'rejected', code: 'CONNECTOR_SIGNATURE_OLD' })
  })
})

describe('dingtalk as shipped', () => {
  const owner = 'dingsandboxkey'
  const events = {
    token: 'tok',
    aesKey: 'TXpRMU5qYzRPVEF4TWpNME5UWTNPRGt3TVRJek5EVTI',
    owner,
    corpId: 'ding0',
  }
  const han = dingtalkIds(HAN)
  const wang = dingtalkIds(WANG)
  const event: Wanted = {
    resource: 'event',
    verb: 'create',
    body: {
      organizer: han.unionid,
      summary: '面试：李雷 · 高级后端工程师',
      start: { dateTime: '2026-12-01T10:00:00+08:00', timeZone: 'Asia/Shanghai' },
      end: { dateTime: '2026-12-01T11:00:00+08:00', timeZone: 'Asia/Shanghai' },
      onlineMeetingInfo: { type: 'dingtalk' },
    },
  }
  const approval: Wanted = {
    resource: 'approval',
    verb: 'create',
    record: { id: 'offer_1', kind: 'offer', data: {} },
    body: {
      processCode: OFFER_PROCESS.code,
      originatorUserId: han.userid,
      deptId: -1,
      formComponentValues: [
        { name: '候选人', value: '李雷' },
        { name: '理由', value: 'offer_1' },
      ],
    },
  }
  beforeEach(() =>
    use(
      'dingtalk',
      startDingTalk({
        members: OFFICE,
        appKey: owner,
        appSecret: 's',
        agentId: 7,
        events,
        target: ear.url,
        retryScale: 0.0001,
        clock,
      }),
      url => ({
        base_url: url,
        legacy_url: url,
        app_key: owner,
        app_secret: 's',
        agent_id: 7,
        callback_token: 'tok',
        callback_aes_key: events.aesKey,
      }),
    ),
  )

  it('checks', async () => {
    expect((await connection.check()).is).toBe('accepted')
  })

  it('finds people in two calls with the legacy token, and nobody for a stranger', async () => {
    const look = (mobile: string) =>
      connection.lookup('user', progressOf({ resource: 'user', verb: 'create', body: { mobile } }))
    expect(await look('19900000002')).toMatchObject({
      found: 'one',
      id: wang.unionid,
      keep: { userid: wang.userid },
    })
    expect(await look('19900000099')).toEqual({ found: 'none' })
  })

  it('makes, moves and cancels an event in the organiser’s calendar; attendees come and go one by one', async () => {
    const { id, keep } = await made(event)
    expect(keep).toEqual({ organizer: han.unionid })
    const attendee: Wanted = {
      resource: 'attendee',
      verb: 'create',
      body: { organizer: han.unionid, event_id: id, union_id: wang.unionid },
    }
    const invited = await made(attendee)
    const moved = {
      ...event.body,
      start: { dateTime: '2026-12-01T10:30:00+08:00', timeZone: 'Asia/Shanghai' },
    }
    await made({ ...event, verb: 'update', id, kept: keep, body: moved, n: 2 })
    const [held] = (simulator.snapshot() as unknown as { events: JsonObject[] }).events
    expect(held).toMatchObject({ start: moved.start, attendees: [{ displayName: '王建国' }] })
    const sent = simulator.exchanges.find(exchange => exchange.operation === 'updateEvent')
    expect(JSON.parse(sent?.body ?? '')).toMatchObject({ id })
    expect(JSON.parse(sent?.body ?? '')).not.toHaveProperty('onlineMeetingInfo')
    await made({ ...attendee, verb: 'delete', id: invited.id, kept: invited.keep, body: {}, n: 2 })
    await made({ ...event, verb: 'delete', id, kept: keep, body: {}, n: 3 })
    const again = await run(connection, { ...event, verb: 'delete', id, kept: keep, body: {}, n: 4 })
    expect(again.outcome.is).toBe('absent')
  })

  it.each(AFTER_THE_WORK)(
    'takes %s for unknown, and the same bytes again are the same event',
    async (_, fault) => {
      fail('createEvent', fault)
      expect((await run(connection, event)).outcome.is).toBe('unknown')
      await made(event)
      expect(created('event')).toHaveLength(1)
    },
  )

  it('takes 403 of a busy gateway for throttled, in both families', async () => {
    fail('createEvent', { kind: 'throttled' })
    expect((await run(connection, event)).outcome.is).toBe('throttled')
    fail('sendWorkNotice', { kind: 'throttled' })
    const notice: Wanted = {
      resource: 'notice',
      verb: 'create',
      body: { userid_list: han.userid, msg: { msgtype: 'text', text: { content: '面试提醒' } } },
    }
    expect((await run(connection, notice)).outcome.is).toBe('throttled')
    skew += 3000
    const { id } = await made(notice)
    const result = await connection.fetch('notice', id, undefined)
    expect(result.item?.body).toMatchObject({ id, body: { unread_user_id_list: [han.userid] } })
  })

  it('takes a new token once, each family its own', async () => {
    await made(event)
    fail('createEvent', { kind: 'expire_tokens' })
    await made({ ...event, n: 2 })
    fail('getUserByMobile', { kind: 'expire_tokens' })
    const found = await connection.lookup(
      'user',
      progressOf({ resource: 'user', verb: 'create', body: { mobile: HAN.mobile } }),
    )
    expect(found.found).toBe('one')
  })

  it('settles a lost approval by reading the ids and each instance', async () => {
    const begunAt = now()
    fail('createProcessInstance', { kind: 'cut', when: 'after' })
    expect((await run(connection, { ...approval, begunAt })).outcome.is).toBe('unknown')
    const found = await connection.lookup('approval', progressOf({ ...approval, begunAt }))
    expect(found).toMatchObject({ found: 'one', ours: true })
    const other = { ...approval, begunAt, record: { id: 'offer_2', kind: 'offer', data: {} } }
    expect(await connection.lookup('approval', progressOf(other))).toEqual({ found: 'none' })
  })

  it('withdraws an approval when its 15 seconds are over, and leaves an ended one alone', async () => {
    const { id } = await made(approval)
    const withdraw = (n: number) =>
      run(connection, { ...approval, verb: 'delete', id, sent: approval.body, body: {}, n })
    expect((await withdraw(2)).outcome).toMatchObject({ is: 'throttled', wait: 15_000 })
    skew += 16_000
    expect((await withdraw(3)).done).toBe(true)
    expect((await withdraw(4)).done).toBe(true)
    const ends = simulator.exchanges.filter(exchange => exchange.operation === 'terminateProcessInstance')
    expect(ends).toHaveLength(2)
  })

  it('shows by reading that an approval has ended, where the news of it is lost', async () => {
    const offer = await made(approval)
    await simulator.callbacks.idle()
    simulator.faults.add({ on: 'bpms_instance_change', fault: { kind: 'lose' }, times: 9 })
    const look = async () => (await connection.fetch('approval', offer.id, undefined)).done
    expect(await look()).toBe(false)
    await simulator.control('agree', { process_instance_id: offer.id })
    expect(await look()).toBe(true)
    await simulator.callbacks.idle()
    expect(simulator.callbacks.records.some(({ state }) => state === 'lost')).toBe(true)
  })

  it('opens what DingTalk says, answers with the sealed success, and reads the thing itself', async () => {
    const opened = listen(ear, connection, now)
    const { id } = await made(event)
    const offer = await made(approval)
    await simulator.control('agree', { process_instance_id: offer.id })
    await simulator.control('check_url')
    await simulator.callbacks.idle()
    await vi.waitFor(() => expect(simulator.callbacks.records).toHaveLength(4))
    await vi.waitFor(() =>
      expect(simulator.callbacks.records.map(record => record.state)).toEqual(Array(4).fill('delivered')),
    )
    const items = opened.flatMap(one =>
      one.verdict === 'opened'
        ? connection.items(one.body, { method: 'POST', tail: '', query: {}, headers: {} })
        : [],
    )
    const read = async (resource: string) => {
      const found = items.findLast(item => item.resource === resource)?.refetch
      return (await connection.fetch(resource, found?.id ?? '', found?.event)).item?.body
    }
    expect(await read('event')).toMatchObject({ id, summary: event.body['summary'] })
    expect(await read('approval')).toMatchObject({
      id: offer.id,
      body: { status: 'COMPLETED', result: 'agree' },
    })
  })

  it.each(['missing', 'wrong'] as const)('refuses a callback whose signature is %s', async how => {
    const opened = listen(ear, connection, now)
    fail('*', { kind: 'forge', how })
    await made(event)
    await vi.waitFor(() => expect(opened).toHaveLength(1))
    expect(opened[0]?.verdict).toBe('rejected')
  })
})

describe('aliyun-sms as shipped', () => {
  const message: Wanted = {
    resource: 'message',
    verb: 'create',
    body: { PhoneNumbers: '19900000077', TemplateCode: 'SMS_1', TemplateParam: '{"name":"李雷"}' },
  }
  beforeEach(() =>
    use(
      'aliyun-sms',
      startAliyunSms({
        accessKeyId: 'ak',
        accessKeySecret: 'sk',
        signNames: ['云帆科技'],
        templates: [{ code: 'SMS_1', content: '${name}您好' }],
        target: `${ear.url}/unguessable`,
        retryScale: 0.0001,
        clock,
      }),
      url => ({
        base_url: url,
        access_key_id: 'ak',
        access_key_secret: 'sk',
        sign_name: '云帆科技',
        callback_secret: 'unguessable',
      }),
    ),
  )

  it('checks', async () => {
    expect((await connection.check()).is).toBe('accepted')
  })

  it('sends under our own id, never by a repeatable call', async () => {
    const next = connection.next(progressOf(message))
    expect(next).toMatchObject({ call: { repeatable: false, tokenWindow: undefined } })
    const { id, keep } = await made(message)
    expect(id).toBe(progressOf(message).token)
    expect(keep['biz_id']).toMatch(/\^0$/)
  })

  it.each(AFTER_THE_WORK)(
    'takes %s for unknown and finds the message by number, day and OutId',
    async (_, fault) => {
      const begunAt = now()
      fail('sendSms', fault)
      expect((await run(connection, { ...message, begunAt })).outcome.is).toBe('unknown')
      const found = await connection.lookup('message', progressOf({ ...message, begunAt }))
      expect(found).toMatchObject({ found: 'one', id: progressOf(message).token, ours: true })
      expect(await connection.lookup('message', progressOf({ ...message, begunAt, n: 2 }))).toEqual({
        found: 'none',
      })
      expect(created('sms')).toHaveLength(1)
    },
  )

  it('waits for the window of a number, and knows a final no', async () => {
    await made(message)
    const tried = await simulatorLimit()
    expect(tried.outcome.is).toBe('throttled')
    const wrong = {
      ...message,
      body: { ...message.body, TemplateCode: 'SMS_2', PhoneNumbers: '19900000078' },
      n: 3,
    }
    expect((await run(connection, wrong)).outcome.is).toBe('refused')
  })
  /** Past our own limiter, whose minute is real time: another connection asks for the same number. */
  async function simulatorLimit() {
    const other = await openShipped(
      'aliyun-sms',
      {
        base_url: simulator.url,
        access_key_id: 'ak',
        access_key_secret: 'sk',
        sign_name: '云帆科技',
        callback_secret: 'x',
      },
      now,
    )
    closers.push(() => other.close())
    return run(other, { ...message, n: 2 })
  }

  it('says misconfigured for a wrong secret', async () => {
    const other = await openShipped(
      'aliyun-sms',
      {
        base_url: simulator.url,
        access_key_id: 'ak',
        access_key_secret: 'x',
        sign_name: 's',
        callback_secret: 'x',
      },
      now,
    )
    closers.push(() => other.close())
    expect((await other.check()).is).toBe('misconfigured')
  })

  it('splits receipts, and takes them only at the unguessable address', async () => {
    const opened = listen(ear, connection, now)
    await made({ ...message, body: { ...message.body, PhoneNumbers: '19900000077,19900000078' } })
    await vi.waitFor(() => expect(simulator.callbacks.records[0]?.state).toBe('delivered'))
    const [one] = opened
    const items =
      one?.verdict === 'opened'
        ? connection.items(one.body, { method: 'POST', tail: '', query: {}, headers: {} })
        : []
    expect(items).toMatchObject([
      {
        resource: 'receipt',
        body: { phone_number: '19900000077', out_id: progressOf(message).token, success: true },
      },
      { resource: 'receipt', body: { phone_number: '19900000078' } },
    ])
    simulator.callbacks.target(`${ear.url}/guessed`)
    opened.length = 0
    await simulator.callbacks.resend(simulator.callbacks.records[0]?.id ?? '')
    expect(opened).toEqual([{ verdict: 'rejected', code: 'CONNECTOR_SIGNATURE_WRONG' }])
  })
})

describe('mail as shipped', () => {
  let folder: string
  let mail: MailServer
  const invitation: Wanted = {
    resource: 'invitation',
    verb: 'create',
    body: {
      to: [{ email: 'wang@example.com', name: '王建国' }],
      subject: '面试邀请：李雷',
      text: '请准时参加。',
      ical: {
        start: '2026-12-01T02:00:00Z',
        end: '2026-12-01T03:00:00Z',
        summary: '面试：李雷',
        attendees: [{ email: 'wang@example.com', name: '王建国' }],
      },
    },
  }
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'hrhub-mail-'))
    closers.push(async () => rmSync(folder, { recursive: true, force: true }))
    mail = await startMail({ mailFolder: join(folder, 'mails'), login: { user: 'hub', password: 'pw' } })
    simulator = mail.simulator
    closers.push(() => mail.close())
    connection = await openShipped('mail', settings(), now)
    closers.push(() => connection.close())
  })
  const settings = (password = 'pw') => ({
    ...mail.smtp,
    secure: false,
    user: 'hub',
    password,
    from: 'hr@yunfan.example',
    from_name: '云帆科技招聘',
  })

  it('checks, and says misconfigured with a wrong password', async () => {
    expect((await connection.check()).is).toBe('accepted')
    const other = await openShipped('mail', settings('x'), now)
    closers.push(() => other.close())
    expect((await other.check()).is).toBe('misconfigured')
  })

  it('invites, moves and cancels under one UID with a growing SEQUENCE, within all rules of iTIP', async () => {
    const first = await made(invitation)
    const moved = {
      ...invitation.body,
      ical: { ...(invitation.body['ical'] as JsonObject), start: '2026-12-01T02:30:00Z' },
    }
    const second = await made({
      ...invitation,
      verb: 'update',
      id: first.id,
      kept: first.keep,
      body: moved,
      n: 2,
    })
    await made({
      ...invitation,
      verb: 'delete',
      id: first.id,
      kept: second.keep,
      sent: moved,
      body: moved,
      n: 3,
    })
    expect(
      mail
        .mails()
        .map(entry => [entry.invite?.method, entry.invite?.uid, entry.invite?.sequence, entry.problems]),
    ).toEqual([
      ['REQUEST', first.id, 0, []],
      ['REQUEST', first.id, 1, []],
      ['CANCEL', first.id, 2, []],
    ])
  })

  it.each([
    ['421 at the door', 'connect', { kind: 'error', status: 421 }, 'throttled'],
    ['450 for the receiver', 'rcpt', { kind: 'error', status: 450 }, 'throttled'],
    ['550 for the receiver', 'rcpt', { kind: 'error', status: 550 }, 'refused'],
    ['a line cut after DATA', 'data', { kind: 'cut', when: 'after' }, 'unknown'],
  ] as [string, string, Fault, string][])('takes %s for what it is', async (_, on, fault, is) => {
    fail(on, fault)
    expect((await run(connection, invitation)).outcome.is).toBe(is)
  })

  it('repeats after a cut under the same Message-ID, UID and SEQUENCE', async () => {
    fail('data', { kind: 'cut', when: 'after' })
    await run(connection, invitation)
    await made(invitation)
    const [one, two] = mail.mails()
    expect(two).toMatchObject({
      repeated: true,
      messageId: one?.messageId,
      invite: { uid: one?.invite?.uid, sequence: 0 },
    })
  })
})
