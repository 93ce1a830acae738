import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { dingtalkIds } from '../../src/sandbox/dingtalk/corp.js'
import { decryptDingTalk, sealDingTalk, signDingTalk } from '../../src/sandbox/dingtalk/crypto.js'
import { OFFER_PROCESS, startDingTalk } from '../../src/sandbox/dingtalk/simulator.js'
import type { Simulator } from '../../src/sandbox/types.js'
import { type Ear, openEar } from './support/hub-ear.js'
import { HAN, OFFICE, WANG } from './support/office-people.js'

const KEYS = {
  token: 'sandbox-token',
  aesKey: 'TXpRMU5qYzRPVEF4TWpNME5UWTNPRGt3TVRJek5EVTI',
  owner: 'dingsandboxappkey0001',
}
const EVENTS = { ...KEYS, corpId: 'ding0000sandbox' }
const AGENT = 4100001
const han = dingtalkIds(HAN)
const wang = dingtalkIds(WANG)
const INTERVIEW = {
  summary: '面试：李雷 · 高级后端工程师',
  start: { dateTime: '2026-12-01T10:00:00+08:00', timeZone: 'Asia/Shanghai' },
  end: { dateTime: '2026-12-01T11:00:00+08:00', timeZone: 'Asia/Shanghai' },
  attendees: [{ id: wang.unionid, isOptional: false }],
}
type Body = Record<string, unknown>

let now: number
let dingtalk: Simulator
let ear: Ear
let token: string
let legacy: string

async function start(options: Partial<Parameters<typeof startDingTalk>[0]> = {}): Promise<Simulator> {
  return startDingTalk({
    members: OFFICE,
    appKey: KEYS.owner,
    appSecret: 'sandbox-secret',
    agentId: AGENT,
    events: EVENTS,
    target: ear.url,
    retryScale: 0.001,
    clock: { now: () => now },
    ...options,
  })
}
const success = () => JSON.stringify(sealDingTalk('success', KEYS, String(now), 'n0nce'))
async function takeTokens() {
  const first = await fetch(`${dingtalk.url}/v1.0/oauth2/accessToken`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ appKey: KEYS.owner, appSecret: 'sandbox-secret' }),
  })
  token = ((await first.json()) as { accessToken: string }).accessToken
  const second = await fetch(`${dingtalk.url}/gettoken?appkey=${KEYS.owner}&appsecret=sandbox-secret`)
  legacy = ((await second.json()) as { access_token: string }).access_token
}
beforeEach(async () => {
  now = Date.parse('2026-12-01T02:00:00Z')
  ear = await openEar()
  ear.answer = success
  dingtalk = await start()
  await takeTokens()
})
afterEach(async () => {
  await dingtalk.close()
  await ear.close()
})

async function call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
  const answer = await fetch(`${dingtalk.url}${path}`, {
    method,
    headers: {
      'x-acs-dingtalk-access-token': token,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  return { status: answer.status, headers: answer.headers, body: JSON.parse(text || '{}') as Body }
}
const topapi = (path: string, body: unknown, accessToken = legacy) =>
  call('POST', `${path}?access_token=${accessToken}`, body)
const calendar = (unionid = han.unionid) => `/v1.0/calendar/users/${unionid}/calendars/primary/events`
async function makeEvent(headers: Record<string, string> = {}): Promise<string> {
  const made = await call('POST', calendar(), INTERVIEW, headers)
  expect(made.status).toBe(200)
  return String(made.body['id'])
}
function told(): Body[] {
  return ear.heard.map(
    heard =>
      JSON.parse(decryptDingTalk((JSON.parse(heard.raw) as { encrypt: string }).encrypt, KEYS)) as Body,
  )
}

describe("DingTalk's tokens", () => {
  it('belong to their own family', async () => {
    expect(await call('GET', calendar(), undefined, { 'x-acs-dingtalk-access-token': legacy })).toMatchObject(
      {
        status: 400,
        body: { code: 'InvalidAuthentication' },
      },
    )
    expect(await topapi('/topapi/v2/user/get', { userid: han.userid }, token)).toMatchObject({
      status: 200,
      body: { errcode: 88, sub_code: '40014' },
    })
  })

  it('come back the same and renewed while they live', async () => {
    const first = [token, legacy]
    now += 7_000_000
    await takeTokens()
    expect([token, legacy]).toEqual(first)
    now += 7_000_000
    expect((await call('GET', calendar())).status).toBe(200)
    now += 7_200_000
    expect((await call('GET', calendar())).body['code']).toBe('InvalidAuthentication')
    await takeTokens()
    expect([token, legacy]).not.toEqual(first)
  })

  it('are refused to who has the wrong secret, in the words of each family', async () => {
    const wrong = await call('POST', '/v1.0/oauth2/accessToken', { appKey: KEYS.owner, appSecret: 'x' })
    expect(wrong).toMatchObject({ status: 400, body: { code: 'invalidClientIdOrSecret' } })
    const old = await call('GET', `/gettoken?appkey=${KEYS.owner}&appsecret=x`)
    expect(old).toMatchObject({ status: 200, body: { errcode: 40089 } })
  })
})

describe('DingTalk contacts', () => {
  it('lead from a mobile number to the unionid in two calls', async () => {
    const byMobile = await topapi('/topapi/v2/user/getbymobile', { mobile: '19900000001' })
    expect(byMobile.body).toMatchObject({ errcode: 0, result: { userid: han.userid } })
    const user = await topapi('/topapi/v2/user/get', { userid: han.userid })
    expect(user.body).toMatchObject({ errcode: 0, result: { unionid: han.unionid, name: '韩梅梅' } })
  })

  it('say 60121 for a number nobody has', async () => {
    const answer = await topapi('/topapi/v2/user/getbymobile', { mobile: '19900000099' })
    expect(answer).toMatchObject({ status: 200, body: { errcode: 60121 } })
  })
})

describe('DingTalk events', () => {
  it('are one for one x-client-token within a day, and a second after it', async () => {
    const headers = { 'x-client-token': 'token-1' }
    const first = await makeEvent(headers)
    now += 86_000_000
    await takeTokens()
    expect(await makeEvent(headers)).toBe(first)
    now += 1_000_000
    expect(await makeEvent(headers)).not.toBe(first)
    expect(dingtalk.effects).toHaveLength(2)
  })

  it('say idempotencyProcessing while the first call under the token still runs', async () => {
    await dingtalk.close()
    dingtalk = await start({ workMs: 150 })
    await takeTokens()
    const create = () => call('POST', calendar(), INTERVIEW, { 'x-client-token': 'token-1' })
    const answers = await Promise.all([create(), create()])
    expect(answers.map(answer => answer.status).sort()).toEqual([200, 400])
    expect(answers.find(answer => answer.status === 400)?.body['code']).toBe('idempotencyProcessing')
    const again = await create()
    expect(again.body['id']).toBe(answers.find(answer => answer.status === 200)?.body['id'])
    expect(dingtalk.effects).toHaveLength(1)
  })

  it('keep by PUT what the body does not name', async () => {
    const id = await makeEvent()
    const start = { dateTime: '2026-12-01T10:30:00+08:00', timeZone: 'Asia/Shanghai' }
    const changed = await call('PUT', `${calendar()}/${id}`, { id, start })
    expect(changed.body).toMatchObject({
      summary: INTERVIEW.summary,
      start,
      end: INTERVIEW.end,
      attendees: [{ id: wang.unionid, responseStatus: 'needsAction' }],
    })
  })

  it('gain and lose attendees in calls of their own', async () => {
    const id = await makeEvent()
    await call('POST', `${calendar()}/${id}/attendees`, {
      attendeesToAdd: [{ id: han.unionid, isOptional: true }],
    })
    await call('POST', `${calendar()}/${id}/attendees/batchRemove`, {
      attendeesToRemove: [{ id: wang.unionid }],
    })
    const left = await call('GET', `${calendar()}/${id}/attendees`)
    expect(left.body['attendees']).toMatchObject([
      { id: han.unionid, displayName: '韩梅梅', isOptional: true },
    ])
  })

  it('keep the answer of who stays when the list is sent whole', async () => {
    const id = await makeEvent()
    await call('POST', `${calendar(wang.unionid)}/${id}/respond`, { responseStatus: 'accepted' })
    const attendees = [{ id: wang.unionid }, { id: han.unionid }]
    const changed = await call('PUT', `${calendar()}/${id}`, { id, attendees })
    expect(changed.body['attendees']).toMatchObject([
      { responseStatus: 'accepted' },
      { responseStatus: 'needsAction' },
    ])
  })

  it('disappear for all when the organiser deletes, for one when an attendee does', async () => {
    const id = await makeEvent()
    expect((await call('DELETE', `${calendar(wang.unionid)}/${id}`)).status).toBe(200)
    expect((await call('GET', `${calendar()}/${id}`)).body['attendees']).toEqual([])
    expect((await call('DELETE', `${calendar()}/${id}?pushNotification=true`)).status).toBe(200)
    expect(await call('DELETE', `${calendar()}/${id}`)).toMatchObject({
      status: 404,
      body: { code: 'itemNotFound' },
    })
  })

  it('are listed by span and page, the cancelled only on demand', async () => {
    const ids = [await makeEvent(), await makeEvent(), await makeEvent()]
    await call('DELETE', `${calendar()}/${ids[2]}`)
    const list = async (query: string) => (await call('GET', `${calendar()}?${query}`)).body
    const span = 'timeMin=2026-12-01T00:00:00Z&timeMax=2026-12-02T00:00:00Z'
    expect((await list(span))['events']).toHaveLength(2)
    expect((await list(`${span}&showDeleted=true`))['events']).toHaveLength(3)
    expect((await list('timeMin=2026-12-02T00:00:00Z'))['events']).toHaveLength(0)
    expect(await list('maxResults=1')).toMatchObject({ events: [{ id: ids[0] }], nextToken: '1' })
    expect(await list('maxResults=1&nextToken=1')).toMatchObject({ events: [{ id: ids[1] }] })
  })

  it.each([
    [
      'without token',
      'POST',
      '',
      INTERVIEW,
      { 'x-acs-dingtalk-access-token': '' },
      400,
      'InvalidAuthentication',
    ],
    ['without summary', 'POST', '', { start: INTERVIEW.start }, {}, 400, 'invalidParameter'],
    [
      'without time zone',
      'POST',
      '',
      { ...INTERVIEW, start: { dateTime: INTERVIEW.start.dateTime } },
      {},
      400,
      'invalidParameter',
    ],
    [
      'with a time that is none',
      'POST',
      '',
      { ...INTERVIEW, start: { dateTime: 'tomorrow', timeZone: 'Asia/Shanghai' } },
      {},
      400,
      'invalidParameter',
    ],
    ['with an unknown field', 'POST', '', { ...INTERVIEW, title: 'x' }, {}, 400, 'invalidParameter'],
    [
      'with a stranger',
      'POST',
      '',
      { ...INTERVIEW, attendees: [{ id: 'nobody' }] },
      {},
      400,
      'invalidParameter',
    ],
    [
      'with an end before its start',
      'POST',
      '',
      { ...INTERVIEW, end: { dateTime: '2026-12-01T09:00:00+08:00', timeZone: 'Asia/Shanghai' } },
      {},
      400,
      'invalidParameter',
    ],
    ['that are not there', 'GET', '/none', undefined, {}, 404, 'itemNotFound'],
  ] as const)('are refused %s', async (_, method, tail, body, headers, status, code) => {
    const answer = await call(method, `${calendar()}${tail}`, body, headers)
    expect({ status: answer.status, code: answer.body['code'] }).toEqual({ status, code })
    expect(dingtalk.effects).toEqual([])
  })

  it('are not changed by anybody else, nor under another id, nor by userid', async () => {
    const id = await makeEvent()
    const refusals = [
      await call('PUT', `${calendar(wang.unionid)}/${id}`, { id, summary: 'x' }),
      await call('PUT', `${calendar()}/${id}`, { id: 'other', summary: 'x' }),
      await call('PUT', `${calendar(han.userid)}/${id}`, { id, summary: 'x' }),
    ]
    expect(refusals.map(answer => answer.body['code'])).toEqual(Array(3).fill('invalidParameter'))
  })

  it('are throttled with 403 and no Retry-After', async () => {
    dingtalk.faults.add({ on: 'createEvent', fault: { kind: 'throttled', retryAfter: 3 } })
    const answer = await call('POST', calendar(), INTERVIEW)
    expect(answer).toMatchObject({
      status: 403,
      body: { code: 'Forbidden.AccessDenied.QpsLimitForAppkeyAndApi' },
    })
    expect(answer.headers.get('retry-after')).toBeNull()
  })
})

describe('DingTalk work notices', () => {
  const notice = (text: string, userid_list = `${han.userid},${wang.userid}`) =>
    topapi('/topapi/message/corpconversation/asyncsend_v2', {
      agent_id: AGENT,
      userid_list,
      msg: { msgtype: 'text', text: { content: text } },
    })
  const result = async (task_id: unknown) =>
    (await topapi('/topapi/message/corpconversation/getsendresult', { agent_id: AGENT, task_id })).body[
      'send_result'
    ]

  it('drop an identical one to the same person on the same day, and say so only when asked', async () => {
    await notice('面试将于 10:00 开始', han.userid)
    const second = await notice('面试将于 10:00 开始')
    expect(second.body['errcode']).toBe(0)
    expect(await result(second.body['task_id'])).toMatchObject({
      unread_user_id_list: [wang.userid],
      forbidden_user_id_list: [han.userid],
      forbidden_list: [{ code: '143106', userid: han.userid }],
    })
    now += 86_400_000
    await takeTokens()
    const third = await notice('面试将于 10:00 开始')
    expect(await result(third.body['task_id'])).toMatchObject({ forbidden_list: [] })
  })

  it('name receivers nobody knows', async () => {
    const sent = await notice('hi', `nobody,${han.userid}`)
    expect(await result(sent.body['task_id'])).toMatchObject({ invalid_user_id_list: ['nobody'] })
  })

  it.each([
    ['another agent', { agent_id: 1, userid_list: 'u', msg: { msgtype: 'text' } }, 400002],
    ['nobody to send to', { agent_id: AGENT, msg: { msgtype: 'text' } }, 400002],
    ['an unknown msgtype', { agent_id: AGENT, userid_list: 'u', msg: { msgtype: 'sms' } }, 400002],
    [
      'over 2048 bytes',
      { agent_id: AGENT, userid_list: 'u', msg: { msgtype: 'text', text: { content: '长'.repeat(700) } } },
      400002,
    ],
  ])('are refused for %s', async (_, body, errcode) => {
    expect(await topapi('/topapi/message/corpconversation/asyncsend_v2', body)).toMatchObject({
      status: 200,
      body: { errcode },
    })
  })

  it('are throttled inside errcode 88', async () => {
    dingtalk.faults.add({ on: 'sendWorkNotice', fault: { kind: 'throttled' } })
    expect(await notice('hi')).toMatchObject({ status: 200, body: { errcode: 88, sub_code: '90018' } })
  })
})

describe('DingTalk approval', () => {
  const PATH = '/v1.0/workflow/processInstances'
  const INPUT = {
    processCode: OFFER_PROCESS.code,
    originatorUserId: han.userid,
    deptId: -1,
    formComponentValues: [{ name: '候选人', value: '李雷' }],
  }
  const submit = async () => String((await call('POST', PATH, INPUT)).body['instanceId'])

  it('has no idempotency: sent twice is two, found again by listing ids and reading each', async () => {
    const ids = [await submit(), await submit()]
    const listed = await call('POST', '/v1.0/workflow/processes/instanceIds/query', {
      processCode: OFFER_PROCESS.code,
      startTime: now - 1000,
      nextToken: 0,
      maxResults: 1,
    })
    expect(listed.body['result']).toEqual({ list: [ids[0]], nextToken: '1' })
    const read = await call('GET', `${PATH}?processInstanceId=${ids[1]}`)
    expect(read.body['result']).toMatchObject({
      status: 'RUNNING',
      result: '',
      formComponentValues: [{ name: '候选人', value: '李雷' }],
    })
  })

  it.each([
    ['agree', 'agree'],
    ['refuse', 'refuse'],
  ])('tells of the start and of %s', async (control, result) => {
    const id = await submit()
    await dingtalk.control(control, { process_instance_id: id })
    await vi.waitFor(() => expect(ear.heard).toHaveLength(2))
    expect(told()).toMatchObject([
      { EventType: 'bpms_instance_change', processInstanceId: id, type: 'start', CorpId: EVENTS.corpId },
      { EventType: 'bpms_instance_change', processInstanceId: id, type: 'finish', result },
    ])
    expect('result' in (told()[0] ?? {})).toBe(false)
  })

  it('cannot be withdrawn within 15 seconds, then once', async () => {
    const processInstanceId = await submit()
    const withdraw = () =>
      call('POST', `${PATH}/terminate`, { processInstanceId, isSystem: true, remark: '撤回' })
    expect((await withdraw()).body['code']).toBe('aflowProcessInstStatusException')
    now += 15_000
    expect((await withdraw()).body).toMatchObject({ result: true })
    expect((await withdraw()).body['code']).toBe('aflowProcessInstStatusException')
    const read = await call('GET', `${PATH}?processInstanceId=${processInstanceId}`)
    expect(read.body['result']).toMatchObject({ status: 'TERMINATED' })
  })

  it.each([
    ['an unknown process', { ...INPUT, processCode: 'PROC-X' }, 'processCodeError'],
    ['an unknown originator', { ...INPUT, originatorUserId: 'nobody' }, 'processInstanceInvalidParameter'],
    ['neither approvers nor department', { ...INPUT, deptId: undefined }, 'processInstanceInvalidParameter'],
    [
      'a component the form has not',
      { ...INPUT, formComponentValues: [{ name: 'x', value: 'y' }] },
      'illegalComponent',
    ],
    [
      'a value that is no text',
      { ...INPUT, formComponentValues: [{ name: '月薪', value: 1 }] },
      'invalidParameter',
    ],
  ])('is refused for %s', async (_, body, code) => {
    expect(await call('POST', PATH, body)).toMatchObject({ status: 400, body: { code } })
    expect(dingtalk.effects).toEqual([])
  })
})

describe('DingTalk calls back', () => {
  it('sealed and signed, for our own writes too', async () => {
    const id = await makeEvent()
    await vi.waitFor(() => expect(ear.heard).toHaveLength(1))
    const query = new URL(ear.heard[0]?.path ?? '', ear.url).searchParams
    const { encrypt } = JSON.parse(ear.heard[0]?.raw ?? '') as { encrypt: string }
    const expected = signDingTalk(KEYS.token, query.get('timestamp') ?? '', query.get('nonce') ?? '', encrypt)
    expect([query.get('signature'), query.get('msg_signature')]).toEqual([expected, expected])
    expect(told()[0]).toMatchObject({
      EventType: 'calendar_event_change',
      calendarEventId: id,
      changeType: 'create',
      unionIdList: [han.unionid, wang.unionid],
    })
  })

  it('when somebody answers or deletes', async () => {
    const event_id = await makeEvent()
    await dingtalk.control('respond', { event_id, union_id: wang.unionid, status: 'declined' })
    await dingtalk.control('remove_event', { event_id })
    await vi.waitFor(() => expect(ear.heard).toHaveLength(3))
    expect(told().map(event => event['changeType'])).toEqual(['create', 'update', 'delete'])
  })

  it.each([
    ['a plain success', () => 'success'],
    ['JSON that is not sealed', () => '{"errcode":0}'],
    [
      'a success sealed for another owner',
      () => JSON.stringify(sealDingTalk('success', { ...KEYS, owner: 'x' }, '1', 'n')),
    ],
    ['a wrong signature', () => success().replace(/"msg_signature":"\w/, '"msg_signature":"g')],
  ])('again with the same event id after %s, until the sealed success', async (_, answer) => {
    let asked = 0
    ear.answer = () => (asked++ === 0 ? answer() : success())
    await makeEvent()
    await vi.waitFor(() => expect(dingtalk.callbacks.records[0]?.state).toBe('delivered'))
    expect(dingtalk.callbacks.records[0]?.attempts).toHaveLength(2)
    expect(new Set(told().map(event => event['eventId'])).size).toBe(1)
  })

  it('again when the sealed success comes after 1500 ms', async () => {
    let asked = 0
    ear.answer = () => (asked++ === 0 ? new Promise(() => undefined) : success())
    await makeEvent()
    await vi.waitFor(() => expect(dingtalk.callbacks.records[0]?.state).toBe('delivered'), { timeout: 5000 })
    const [late, taken] = dingtalk.callbacks.records[0]?.attempts ?? []
    expect(late).toMatchObject({ status: 0 })
    expect(late?.tookMs).toBeGreaterThanOrEqual(1490)
    expect(taken).toMatchObject({ status: 200 })
  })

  it('checks the address with check_url', async () => {
    await dingtalk.control('check_url')
    await vi.waitFor(() => expect(dingtalk.callbacks.records[0]?.state).toBe('delivered'))
    expect(told()).toEqual([{ EventType: 'check_url' }])
  })

  it.each(['missing', 'wrong'] as const)('with a %s signature when told to', async how => {
    dingtalk.faults.add({ on: '*', fault: { kind: 'forge', how } })
    await makeEvent()
    await vi.waitFor(() => expect(ear.heard).toHaveLength(1))
    const query = new URL(ear.heard[0]?.path ?? '', ear.url).searchParams
    const { encrypt } = JSON.parse(ear.heard[0]?.raw ?? '') as { encrypt: string }
    const right = signDingTalk(KEYS.token, query.get('timestamp') ?? '', query.get('nonce') ?? '', encrypt)
    expect(query.get('signature')).not.toBe(right)
    expect(query.has('signature')).toBe(how === 'wrong')
  })
})

describe("DingTalk's page", () => {
  it('shows calendar, notices and approvals in Chinese', async () => {
    await makeEvent()
    await topapi('/topapi/message/corpconversation/asyncsend_v2', {
      agent_id: AGENT,
      userid_list: han.userid,
      msg: { msgtype: 'text', text: { content: '明天有一场面试' } },
    })
    const page = await (await fetch(dingtalk.url)).text()
    for (const words of ['2026-12-01 10:00', '王建国（未答复）', '明天有一场面试', '王建国接受'])
      expect(page).toContain(words)
  })
})
