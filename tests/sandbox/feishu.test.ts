import { Client, LoggerLevel } from '@larksuiteoapi/node-sdk'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { decryptFeishu, signFeishu } from '../../src/sandbox/feishu/crypto.js'
import { OFFER_APPROVAL, startFeishu } from '../../src/sandbox/feishu/simulator.js'
import { feishuIds } from '../../src/sandbox/feishu/tenant.js'
import type { Simulator } from '../../src/sandbox/types.js'
import { type Ear, openEar } from './support/hub-ear.js'
import { HAN, OFFICE, WANG } from './support/office-people.js'

const EVENTS = {
  appId: 'cli_a1b2c3d4e5f60001',
  tenantKey: '2ca1d211f64f6438',
  verificationToken: 'rvaYgkND1GOiu5MM0E1rncYC6PLtF7JV',
  encryptKey: 'kudryavka',
}
const SECRET = 'sandbox-feishu-secret'
const KEY = '0b6c1f8e-1111-4000-8000-000000000001'
const INTERVIEW = {
  summary: '面试：李雷 · 高级后端工程师',
  start_time: { timestamp: '1796090400', timezone: 'Asia/Shanghai' },
  end_time: { timestamp: '1796094000', timezone: 'Asia/Shanghai' },
  vchat: { vc_type: 'no_meeting' },
}

interface Envelope {
  readonly code: number
  readonly msg: string
  readonly data: Record<string, never> & { [key: string]: unknown }
}
interface Told {
  readonly header: { readonly event_type: string; readonly event_id: string; readonly token: string }
  readonly event: Record<string, unknown>
  readonly uuid: string
}

let now: number
let feishu: Simulator
let ear: Ear
let token: string

async function start(options: Partial<Parameters<typeof startFeishu>[0]> = {}): Promise<Simulator> {
  return startFeishu({
    members: OFFICE,
    appSecret: SECRET,
    events: EVENTS,
    target: ear.url,
    retryScale: 0.001,
    clock: { now: () => now },
    ...options,
  })
}
beforeEach(async () => {
  now = Date.parse('2026-12-01T02:00:00Z')
  ear = await openEar()
  feishu = await start()
  token = await newToken()
})
afterEach(async () => {
  await feishu.close()
  await ear.close()
})

async function newToken(): Promise<string> {
  const answer = await fetch(`${feishu.url}/open-apis/auth/v3/tenant_access_token/internal`, {
    method: 'POST',
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify({ app_id: EVENTS.appId, app_secret: SECRET }),
  })
  return ((await answer.json()) as { tenant_access_token: string }).tenant_access_token
}
async function call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
  const answer = await fetch(`${feishu.url}/open-apis${path}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json; charset=utf-8' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return { status: answer.status, headers: answer.headers, body: (await answer.json()) as Envelope }
}
const EVENTS_PATH = '/calendar/v4/calendars/primary/events'
async function makeEvent(key = KEY, body: unknown = INTERVIEW): Promise<string> {
  const made = await call('POST', `${EVENTS_PATH}?idempotency_key=${key}`, body)
  expect(made.body.code).toBe(0)
  return (made.body.data['event'] as unknown as { event_id: string }).event_id
}
function told(): Told[] {
  return ear.heard.map(
    heard =>
      JSON.parse(
        decryptFeishu((JSON.parse(heard.raw) as { encrypt: string }).encrypt, EVENTS.encryptKey),
      ) as Told,
  )
}
const han = feishuIds(HAN).open_id
const wang = feishuIds(WANG).open_id

describe("Feishu through the vendor's own SDK", () => {
  it('makes an event and invites in a second call', async () => {
    const kept = new Map<unknown, unknown>()
    const client = new Client({
      appId: EVENTS.appId,
      appSecret: SECRET,
      domain: feishu.url,
      loggerLevel: LoggerLevel.fatal,
      cache: {
        set: async (key, value) => kept.set(key, value) === kept,
        get: async key => kept.get(key),
      },
    })
    const path = { calendar_id: 'primary' }
    const made = await client.calendar.calendarEvent.create({
      path,
      params: { idempotency_key: KEY, user_id_type: 'open_id' },
      data: { ...INTERVIEW, vchat: { vc_type: 'no_meeting' } },
    })
    expect(made.code).toBe(0)
    const event_id = made.data?.event?.event_id ?? ''
    const invited = await client.calendar.calendarEventAttendee.create({
      path: { ...path, event_id },
      params: { user_id_type: 'open_id' },
      data: {
        attendees: [
          { type: 'user', user_id: han },
          { type: 'third_party', third_party_email: 'li.lei@example.com' },
        ],
        need_notification: true,
      },
    })
    expect(invited.data?.attendees?.map(a => [a.type, a.rsvp_status])).toEqual([
      ['user', 'needs_action'],
      ['third_party', 'needs_action'],
    ])
    const found = await client.contact.user.batchGetId({
      params: { user_id_type: 'open_id' },
      data: { mobiles: ['19900000001', '19900000099'] },
    })
    expect(found.data?.user_list?.map(user => user.user_id)).toEqual([han, undefined])
  })
})

describe('Feishu events', () => {
  it('are one thing however often the same key comes', async () => {
    const first = await makeEvent()
    expect(await makeEvent()).toBe(first)
    expect(await makeEvent('0b6c1f8e-1111-4000-8000-000000000002')).not.toBe(first)
    expect(feishu.effects.filter(effect => effect.resource === 'event')).toHaveLength(2)
  })

  it('change only where the patch says so, and are found by their span', async () => {
    const id = await makeEvent()
    const end_time = { timestamp: '1796097600', timezone: 'Asia/Shanghai' }
    const patched = await call('PATCH', `${EVENTS_PATH}/${id}`, { end_time })
    expect(patched.body.data['event']).toMatchObject({ ...INTERVIEW, end_time })
    const inSpan = async (from: string, to: string) =>
      (
        (await call('GET', `${EVENTS_PATH}?start_time=${from}&end_time=${to}`)).body.data[
          'items'
        ] as unknown as unknown[]
      ).length
    expect(await inSpan('1796000000', '1796999999')).toBe(1)
    expect(await inSpan('1797000000', '1797999999')).toBe(0)
  })

  it('are listed page by page from an anchor', async () => {
    for (let i = 0; i < 51; i++) await makeEvent(`${KEY.slice(0, -2)}${String(i).padStart(2, '0')}`)
    const first = await call('GET', `${EVENTS_PATH}?page_size=50&anchor_time=1796000000`)
    expect(first.body.data).toMatchObject({ has_more: true, page_token: '50' })
    const second = await call('GET', `${EVENTS_PATH}?page_size=50&anchor_time=1796000000&page_token=50`)
    expect(second.body.data['items']).toHaveLength(1)
    expect(second.body.data['has_more']).toBe(false)
  })

  it('mint a meeting link at the first attendee unless told not to', async () => {
    const { vchat: _, ...plain } = INTERVIEW
    const [quiet, minted] = [
      await makeEvent(),
      await makeEvent('0b6c1f8e-1111-4000-8000-000000000009', plain),
    ]
    for (const id of [quiet, minted])
      await call('POST', `${EVENTS_PATH}/${id}/attendees`, { attendees: [{ type: 'user', user_id: han }] })
    const url = async (id: string) =>
      (
        (await call('GET', `${EVENTS_PATH}/${id}`)).body.data['event'] as unknown as {
          vchat: { meeting_url?: string }
        }
      ).vchat.meeting_url
    expect(await url(quiet)).toBeUndefined()
    expect(await url(minted)).toMatch(/^https:\/\/vc\.feishu\.cn\//)
  })

  it('have each attendee once, and lose those who are removed', async () => {
    const id = await makeEvent()
    const add = (...users: string[]) =>
      call('POST', `${EVENTS_PATH}/${id}/attendees`, {
        attendees: users.map(user_id => ({ type: 'user', user_id })),
      })
    await add(han)
    await add(han, wang)
    expect(feishu.effects.filter(effect => effect.resource === 'attendee')).toHaveLength(2)
    const remove = { delete_ids: [{ type: 'user', user_id: han }] }
    expect((await call('POST', `${EVENTS_PATH}/${id}/attendees/batch_delete`, remove)).body.code).toBe(0)
    const left = await call('GET', `${EVENTS_PATH}/${id}/attendees`)
    expect(left.body.data['items']).toMatchObject([{ user_id: wang, display_name: WANG.name }])
    expect((await call('POST', `${EVENTS_PATH}/${id}/attendees/batch_delete`, remove)).body.code).toBe(194000)
  })

  it('remember that they were deleted', async () => {
    const id = await makeEvent()
    const remove = () => call('DELETE', `${EVENTS_PATH}/${id}?need_notification=false`)
    expect((await remove()).body).toMatchObject({ code: 0 })
    expect(await remove()).toMatchObject({ status: 403, body: { code: 193003 } })
    expect(await call('PATCH', `${EVENTS_PATH}/${id}`, { summary: 'x' })).toMatchObject({
      body: { code: 193003 },
    })
  })
})

describe('Feishu refuses', () => {
  const message = { receive_id: 'ou_x', msg_type: 'text', content: '{"text":"hi"}' }
  const uuid = '00592a0e-7edf-4678-bc9d-1b77383ef08e_0'
  it.each([
    ['a call without token', 'GET', EVENTS_PATH, undefined, { authorization: '' }, 400, 99991661],
    [
      'a token nobody gave out',
      'GET',
      EVENTS_PATH,
      undefined,
      { authorization: 'Bearer t-x' },
      400,
      99991663,
    ],
    [
      'an idempotency key under 32 characters',
      'POST',
      `${EVENTS_PATH}?idempotency_key=short`,
      INTERVIEW,
      {},
      400,
      190002,
    ],
    ['an event without times', 'POST', EVENTS_PATH, { summary: 'x' }, {}, 400, 190002],
    [
      'a number where text is due',
      'POST',
      EVENTS_PATH,
      { ...INTERVIEW, start_time: { timestamp: 1796090400 } },
      {},
      400,
      190002,
    ],
    [
      'an end before its start',
      'POST',
      EVENTS_PATH,
      { ...INTERVIEW, end_time: { timestamp: '1796000000' } },
      {},
      400,
      190002,
    ],
    ['a field it does not know', 'POST', EVENTS_PATH, { ...INTERVIEW, attendees: [] }, {}, 400, 190002],
    [
      'a calendar of another app',
      'GET',
      '/calendar/v4/calendars/feishu.cn_x@group.calendar.feishu.cn/events',
      undefined,
      {},
      404,
      191000,
    ],
    ['a calendar id that is none', 'GET', '/calendar/v4/calendars/mine/events', undefined, {}, 400, 191001],
    ['an event id that is none', 'GET', `${EVENTS_PATH}/evt-1`, undefined, {}, 400, 193000],
    ['an event nobody made', 'GET', `${EVENTS_PATH}/${uuid}`, undefined, {}, 404, 193001],
    ['a message to a stranger', 'POST', '/im/v1/messages?receive_id_type=open_id', message, {}, 400, 230013],
    [
      'a message whose content is no JSON text',
      'POST',
      '/im/v1/messages?receive_id_type=open_id',
      { ...message, content: 'hi' },
      {},
      400,
      230001,
    ],
    ['a message to nobody', 'POST', '/im/v1/messages', message, {}, 400, 230001],
    [
      'an unknown approval',
      'POST',
      '/approval/v4/instances',
      { approval_code: 'x', open_id: 'ou', form: '[]' },
      {},
      400,
      1390002,
    ],
    ['a path that is none', 'GET', '/calendar/v9/events', undefined, {}, 404, 404],
  ] as const)('%s', async (_, method, path, body, headers, status, code) => {
    const answer = await call(method, path, body, headers)
    expect({ status: answer.status, code: answer.body.code }).toEqual({ status, code })
    expect(feishu.effects).toEqual([])
  })

  it('an attendee of another tenant', async () => {
    const id = await makeEvent()
    const answer = await call('POST', `${EVENTS_PATH}/${id}/attendees`, {
      attendees: [{ type: 'user', user_id: 'ou_stranger' }],
    })
    expect(answer).toMatchObject({ status: 404, body: { code: 195100 } })
  })

  it('too many calls with its own header, not with Retry-After', async () => {
    feishu.faults.add({ on: 'createEvent', fault: { kind: 'throttled', retryAfter: 7 } })
    const answer = await call('POST', EVENTS_PATH, INTERVIEW)
    expect(answer).toMatchObject({ status: 429, body: { code: 99991400 } })
    expect(answer.headers.get('x-ogw-ratelimit-reset')).toBe('7')
    expect(answer.headers.get('retry-after')).toBeNull()
  })

  it('a token that was made invalid, and gives a new one', async () => {
    feishu.faults.add({ on: 'listEvents', fault: { kind: 'expire_tokens' } })
    expect((await call('GET', EVENTS_PATH)).body.code).toBe(99991663)
    token = await newToken()
    expect((await call('GET', EVENTS_PATH)).body.code).toBe(0)
  })
})

describe("Feishu's token", () => {
  it('is the same while more than half an hour is left, then a new one beside it', async () => {
    expect(await newToken()).toBe(token)
    now += 91 * 60_000
    const next = await newToken()
    expect(next).not.toBe(token)
    expect((await call('GET', EVENTS_PATH)).body.code).toBe(0)
    now += 30 * 60_000
    expect((await call('GET', EVENTS_PATH)).body.code).toBe(99991663)
  })
})

describe('Feishu messages', () => {
  it('are sent once per uuid within an hour, and again after it', async () => {
    const send = () =>
      call('POST', '/im/v1/messages?receive_id_type=open_id', {
        receive_id: han,
        msg_type: 'text',
        content: '{"text":"您有一场新的面试"}',
        uuid: KEY,
      })
    const first = (await send()).body.data['message_id']
    now += 59 * 60_000
    expect((await send()).body.data['message_id']).toBe(first)
    now += 2 * 60_000
    expect((await send()).body.data['message_id']).not.toBe(first)
    expect(feishu.effects).toHaveLength(2)
  })
})

describe('Feishu approvals', () => {
  const form = JSON.stringify([{ id: 'candidate', type: 'input', value: '李雷' }])
  const submit = () =>
    call('POST', '/approval/v4/instances', {
      approval_code: OFFER_APPROVAL.code,
      open_id: han,
      form,
      uuid: KEY,
    })

  it('refuse a second instance of one uuid with HTTP 200, and find the first by it', async () => {
    const code = (await submit()).body.data['instance_code']
    expect(await submit()).toMatchObject({ status: 200, body: { code: 60012 } })
    const found = await call('GET', `/approval/v4/instances/${KEY}`)
    expect(found.body.data).toMatchObject({ instance_code: code, status: 'PENDING', form })
    expect(feishu.effects).toHaveLength(1)
  })

  it.each([
    ['approve', 'APPROVED'],
    ['reject', 'REJECTED'],
  ])('tell of %s in an event of the 1.0 form', async (control, status) => {
    const code = (await submit()).body.data['instance_code'] as unknown as string
    await feishu.control(control, { instance_code: code })
    await vi.waitFor(() => expect(ear.heard).toHaveLength(2))
    expect(told().map(event => event.event['status'])).toEqual(['PENDING', status])
    expect(told()[1]).toMatchObject({
      type: 'event_callback',
      token: EVENTS.verificationToken,
      event: { app_id: EVENTS.appId, type: 'approval_instance', instance_code: code, uuid: KEY },
    })
    expect(new Set(told().map(event => event.uuid)).size).toBe(2)
  })

  it('are withdrawn by their submitter alone, and only while pending', async () => {
    const instance_code = (await submit()).body.data['instance_code']
    const cancel = (user_id: string) =>
      call('POST', '/approval/v4/instances/cancel', {
        approval_code: OFFER_APPROVAL.code,
        instance_code,
        user_id,
      })
    expect((await cancel(wang)).body.code).toBe(1390001)
    expect((await cancel(han)).body.code).toBe(0)
    expect((await cancel(han)).body.code).toBe(1390001)
  })

  it('keep silent until the definition is subscribed', async () => {
    await feishu.close()
    feishu = await start({ subscribed: false })
    token = await newToken()
    await submit()
    const subscribe = () => call('POST', `/approval/v4/approvals/${OFFER_APPROVAL.code}/subscribe`)
    expect([(await subscribe()).body.code, (await subscribe()).body.code]).toEqual([0, 1390007])
    const { instances } = feishu.snapshot() as unknown as { instances: { instance_code: string }[] }
    await feishu.control('approve', { instance_code: instances[0]?.instance_code ?? '' })
    await vi.waitFor(() => expect(ear.heard).toHaveLength(1))
    expect(told()[0]?.event['status']).toBe('APPROVED')
  })
})

describe('Feishu calls back', () => {
  it('signed over the very bytes, encrypted, for our own writes too', async () => {
    const id = await makeEvent()
    await vi.waitFor(() => expect(ear.heard).toHaveLength(1))
    const [heard] = ear.heard
    const head = heard?.headers ?? {}
    expect(head['x-lark-signature']).toBe(
      signFeishu(
        head['x-lark-request-timestamp'] ?? '',
        head['x-lark-request-nonce'] ?? '',
        EVENTS.encryptKey,
        heard?.raw ?? '',
      ),
    )
    expect(told()[0]).toMatchObject({
      schema: '2.0',
      header: { event_type: 'calendar.calendar.event.changed_v4', token: EVENTS.verificationToken },
      event: { calendar_event_id: id, change_type: 'create' },
    })
  })

  it('when somebody answers, moves or deletes an event', async () => {
    const event_id = await makeEvent()
    await call('POST', `${EVENTS_PATH}/${event_id}/attendees`, {
      attendees: [{ type: 'user', user_id: han }],
    })
    await feishu.control('rsvp', { event_id, user_id: han, status: 'accept' })
    await feishu.control('move_event', { event_id, minutes: 30 })
    await feishu.control('remove_event', { event_id })
    await vi.waitFor(() => expect(ear.heard).toHaveLength(5))
    expect(told().map(event => event.event['change_type'])).toEqual([
      'create',
      'update',
      'rsvp',
      'update',
      'delete',
    ])
    expect(told()[2]?.event['rsvp_infos']).toEqual([{ from_user_id: feishuIds(HAN), rsvp_status: 'accept' }])
  })

  it('again with the same event id until it is answered with 200', async () => {
    ear.statuses.push(500, 503)
    await makeEvent()
    await feishu.callbacks.idle()
    await vi.waitFor(() => expect(ear.heard).toHaveLength(3))
    expect(new Set(told().map(event => event.header.event_id)).size).toBe(1)
    expect(new Set(ear.heard.map(heard => heard.headers['x-lark-request-nonce'])).size).toBe(3)
  })

  it.each(['missing', 'wrong'] as const)('with a %s signature when told to', async how => {
    feishu.faults.add({ on: '*', fault: { kind: 'forge', how } })
    await makeEvent()
    await vi.waitFor(() => expect(ear.heard).toHaveLength(1))
    const heard = ear.heard[0]
    const headers: Readonly<Record<string, string>> = heard?.headers ?? {}
    const right = signFeishu(
      String(headers['x-lark-request-timestamp']),
      String(headers['x-lark-request-nonce']),
      EVENTS.encryptKey,
      heard?.raw ?? '',
    )
    expect(headers['x-lark-signature']).not.toBe(right)
    expect('x-lark-signature' in headers).toBe(how === 'wrong')
  })

  it.each([
    ['is echoed', true, 'delivered'],
    ['is not', false, 'retrying'],
  ])('with an unsigned challenge whose address counts when it %s', async (_, echo, state) => {
    ear.answer = heard => {
      const { encrypt } = JSON.parse(heard.raw) as { encrypt: string }
      const { challenge } = JSON.parse(decryptFeishu(encrypt, EVENTS.encryptKey)) as { challenge: string }
      return JSON.stringify({ challenge: echo ? challenge : 'something else' })
    }
    await feishu.control('verify_url')
    await vi.waitFor(() => expect(feishu.callbacks.records[0]?.attempts).not.toHaveLength(0))
    expect(feishu.callbacks.records[0]?.state).toBe(state)
    expect(ear.heard[0]?.headers['x-lark-signature']).toBeUndefined()
  })

  it('in the clear and unsigned where no Encrypt Key is set', async () => {
    await feishu.close()
    feishu = await start({ events: { ...EVENTS, encryptKey: '' } })
    token = await newToken()
    await makeEvent()
    await vi.waitFor(() => expect(ear.heard).toHaveLength(1))
    expect(JSON.parse(ear.heard[0]?.raw ?? '')).toMatchObject({ schema: '2.0' })
    expect(ear.heard[0]?.headers['x-lark-signature']).toBeUndefined()
  })
})

describe("Feishu's page", () => {
  it('shows calendar, messages and approvals in Chinese, names escaped', async () => {
    const id = await makeEvent(KEY, { ...INTERVIEW, summary: '<b>面试</b>' })
    await call('POST', `${EVENTS_PATH}/${id}/attendees`, { attendees: [{ type: 'user', user_id: han }] })
    const page = await (await fetch(feishu.url)).text()
    expect(page).toContain('2026-12-01 10:00')
    expect(page).toContain('韩梅梅（未答复）')
    expect(page).toContain('&lt;b&gt;面试')
    expect(page).not.toContain('<b>面试')
  })

  it('gives its whole state as JSON', async () => {
    await makeEvent()
    const state = (await (await fetch(`${feishu.url}/_sandbox/state`)).json()) as { events: unknown[] }
    expect(state.events).toMatchObject([{ event: { summary: INTERVIEW.summary }, deleted: false }])
  })
})
