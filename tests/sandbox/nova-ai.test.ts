import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import type { JsonObject } from '../../src/kernel/json.js'
import { startNovaAi } from '../../src/sandbox/nova-ai/start.js'
import type { Simulator } from '../../src/sandbox/types.js'
import { type Caller, callerOf, type Loose, list, pick } from './support/caller.js'
import { type Ear, openEar } from './support/hub-ear.js'

let nova: Simulator
let ear: Ear
let call: Caller
let token = ''
const clock = { skew: 0, now: () => Date.now() + clock.skew }

beforeEach(async () => {
  clock.skew = 0
  ear = await openEar()
  nova = await startNovaAi({
    appId: 'app_1',
    secret: 's3cret',
    webhookSecret: 'hook',
    target: ear.url,
    retryScale: 0.0005,
    clock,
  })
  token = await login()
  call = callerOf(nova.url, () => ({ 'x-access-token': token }))
})
afterEach(async () => {
  await nova.close()
  await ear.close()
})

async function login(): Promise<string> {
  const anyone = callerOf(nova.url, () => ({}))
  const answer = await anyone('POST', '/open/v2/token', { app_id: 'app_1', secret: 's3cret' })
  return String(pick(answer.body, 'data.token'))
}
const NEW = {
  client_ref: 'itv-1',
  candidate: { ref: 'c1', name: '林知远', mobile: '13800138021', resume: { skills: ['Java'] } },
  position: {
    title: '高级后端工程师',
    competencies: { SYS_DESIGN: 0.3, CODING: 0.25, PROBLEM: 0.2, COMM: 0.15, OWNERSHIP: 0.1 },
    focus: { SYS_DESIGN: '高并发' },
  },
}
async function create(more: object = {}, key = 'key-00000001') {
  const answer = await call('POST', '/open/v2/sessions', { ...NEW, ...more }, { 'idempotency-key': key })
  return { id: String(pick(answer.body, 'data.session_id')), answer }
}
const press = (name: string, id: string, more: JsonObject = {}) => nova.control(name, { id, ...more })
async function heard() {
  await nova.callbacks.idle()
  return ear.heard.flatMap(entry => [...list((JSON.parse(entry.raw) as Loose)['events'])])
}
const toReport = async (id: string) => {
  for (const name of ['begin', 'complete', 'evaluate']) await press(name, id)
}

describe('tokens', () => {
  it('are refused, expire and are renewed, all with HTTP 200', async () => {
    const code = async () => pick((await call('GET', '/open/v2/account')).body, 'code')
    expect(await code()).toBe(0)
    clock.skew = 7_200_001
    const expired = await call('GET', '/open/v2/account')
    expect([expired.status, expired.body['code']]).toEqual([200, 42001])
    token = await login()
    expect(await code()).toBe(0)
    token = 'made-up'
    expect(await code()).toBe(40014)
    const wrong = await call('POST', '/open/v2/token', { app_id: 'app_1', secret: 'x' })
    expect([wrong.status, wrong.body['code']]).toEqual([200, 40013])
  })
})

describe('a session', () => {
  it('is made with a link for the candidate, and once per key whatever the body', async () => {
    const { id, answer } = await create()
    expect(answer.body['data']).toMatchObject({ client_ref: 'itv-1', state: 'invited' })
    expect(pick(answer.body, 'data.join_url')).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/join\/[0-9a-f]{24}$/)
    const again = await create({ duration_min: 60 })
    expect(again.id).toBe(id)
    expect(nova.effects).toHaveLength(1)
    expect((await create({}, 'key-00000002')).id).not.toBe(id)
  })

  it.each([
    ['a competency outside the library', { position: { title: 'x', competencies: { juggling: 1 } } }],
    ['a mobile number that is none', { candidate: { name: '林', mobile: '+86 138' } }],
    ['a time in another form', { scheduled_at: '2026-12-01T10:00:00Z' }],
    ['no reference of ours', { client_ref: undefined }],
  ])('is refused with %s, with HTTP 200 and a code', async (_name, more) => {
    const { answer } = await create(more)
    expect([answer.status, answer.body['code']]).toEqual([200, 40001])
    expect(nova.effects).toEqual([])
  })

  it('is changed, read, listed by our reference and cancelled', async () => {
    const { id } = await create()
    const path = `/open/v2/sessions/${id}`
    await call('PUT', path, { scheduled_at: '2026-12-01 10:00:00' })
    expect((await call('GET', path)).body['data']).toMatchObject({
      state: 'scheduled',
      scheduled_at: '2026-12-01 10:00:00',
      scheduled_end: '2026-12-01 10:45:00',
      moved_by: 'recruiter',
    })
    expect(pick((await call('GET', '/open/v2/sessions?ref=itv-1')).body, 'data.0.session_id')).toBe(id)
    expect(pick((await call('GET', '/open/v2/sessions?ref=other')).body, 'data.length')).toBe(0)
    expect((await call('DELETE', path)).body['code']).toBe(0)
    expect((await call('DELETE', path)).body['code']).toBe(0)
    expect((await call('PUT', path, { duration_min: 30 })).body['code']).toBe(40902)
    expect((await call('DELETE', '/open/v2/sessions/none')).body['code']).toBe(40401)
    expect(nova.effects.map(effect => effect.verb)).toEqual(['create', 'update', 'delete'])
  })

  it('is one after a cut behind the work, found by our reference unless the index lags', async () => {
    nova.faults.add({ on: 'createSession', fault: { kind: 'cut', when: 'after' } })
    await expect(create()).rejects.toThrow()
    nova.faults.add({ on: 'listSessions', fault: { kind: 'stale' } })
    expect(pick((await call('GET', '/open/v2/sessions?ref=itv-1')).body, 'data.length')).toBe(0)
    expect(pick((await call('GET', '/open/v2/sessions?ref=itv-1')).body, 'data.length')).toBe(1)
    await create()
    expect(nova.effects).toHaveLength(1)
  })

  it('calls back before its own answer has left, when told to', async () => {
    nova.faults.add({ on: 'createSession', fault: { kind: 'overtake' } })
    const { id } = await create()
    expect(ear.heard).toHaveLength(1)
    expect((await heard())[0]).toMatchObject({ type: 'session.state', session_id: id, state: 'invited' })
  })

  it('keeps an interviewer’s feedback, last call wins', async () => {
    const { id } = await create()
    await call('PUT', `/open/v2/sessions/${id}/feedback`, { rating: 3 })
    await call('PUT', `/open/v2/sessions/${id}/feedback`, { rating: 4, text: '评分偏低' })
    expect(nova.snapshot()).toMatchObject({ sessions: [{ feedback: { rating: 4 } }] })
  })
})

describe('callbacks', () => {
  it('tell every state with whole seconds of Beijing time and are signed over time and raw body', async () => {
    const { id } = await create()
    await press('open', id)
    await press('reschedule', 'itv-1', { at: '2026-12-02 14:30:00' })
    await press('begin', id)
    await press('interrupt', id)
    await toReport(id)
    const events = await heard()
    expect(events.map(event => event['state'] ?? event['type'])).toEqual([
      'invited',
      'link_opened',
      'scheduled',
      'started',
      'interrupted',
      'started',
      'completed',
      'evaluated',
      'report.ready',
    ])
    expect(events[2]).toMatchObject({ scheduled_at: '2026-12-02 14:30:00', moved_by: 'candidate' })
    expect(new Set(events.map(event => event['event_id'])).size).toBe(events.length)
    for (const event of events) expect(event['created_at']).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/)
    for (const { headers, raw } of ear.heard) {
      const expected = createHmac('sha256', 'hook').update(`${headers['x-timestamp']}.${raw}`).digest('hex')
      expect(headers['x-signature']).toBe(expected)
    }
  })
  it('come again, with the same event id, when the answer is not what the vendor wants', async () => {
    ear.answer = '{"ok":false}'
    await create()
    await nova.callbacks.idle()
    expect(ear.heard).toHaveLength(5)
    expect(new Set((await heard()).map(event => event['event_id'])).size).toBe(1)
  })
  it('carry no state that may not follow', async () => {
    const { id } = await create()
    await expect(press('complete', id)).rejects.toThrow('不能改为')
    await call('DELETE', `/open/v2/sessions/${id}`)
    await expect(press('begin', id)).rejects.toThrow('不能改为')
    const over = await fetch(`${nova.url}/_sandbox/do/begin`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ id }),
    })
    expect(over.status).toBe(409)
  })
})

describe('reports', () => {
  it('add up, in the vendor’s codes and marks, and come in revisions', async () => {
    const { id } = await create()
    await toReport(id)
    const ready = (await heard()).at(-1)
    const path = `/open/v2/reports/${String(ready?.['report_id'])}`
    const report = (await call('GET', path)).body['data']
    expect(report).toMatchObject({
      session_id: id,
      client_ref: 'itv-1',
      revision: 1,
      total: 84.1,
      level: 'B',
    })
    expect(list(report?.['dims']).map(dim => [dim['code'], dim['score'], dim['full_marks']])).toEqual([
      ['SYS_DESIGN', 92, 100],
      ['CODING', 90, 100],
      ['PROBLEM', 44, 50],
      ['COMM', 13.2, 20],
      ['OWNERSHIP', 6.5, 10],
    ])
    await press('revise', id, { shares: { COMM: 0.8 } })
    expect((await call('GET', path)).body['data']).toMatchObject({ revision: 2, total: 86.2, level: 'A' })
    expect((await heard()).at(-1)).toMatchObject({ type: 'report.ready', revision: 2 })
  })

  it('are listed after a time, page by page', async () => {
    for (const n of [1, 2, 3]) {
      const { id } = await create({ client_ref: `itv-${n}` }, `key-0000000${n}`)
      await toReport(id)
    }
    const seen: unknown[] = []
    let path = '/open/v2/reports?limit=2'
    for (;;) {
      const { body } = await call('GET', path)
      seen.push(...list(body['data']).map(report => report['client_ref']))
      if (pick(body, 'more') !== true) break
      path = `/open/v2/reports?limit=2&cursor=${String(body['next'])}`
    }
    expect(seen).toEqual(['itv-1', 'itv-2', 'itv-3'])
    const last = pick((await call('GET', '/open/v2/reports')).body, 'data.1.updated_ms')
    expect(pick((await call('GET', `/open/v2/reports?updated_after=${last}`)).body, 'data.length')).toBe(1)
  })

  it('have clips behind links that are signed and expire', async () => {
    const { id } = await create()
    await toReport(id)
    const { body } = await call('GET', '/open/v2/reports')
    const url = String(pick(body, 'data.0.clips.0.url'))
    const clip = await fetch(url)
    expect([clip.status, clip.headers.get('content-type')]).toEqual([200, 'video/mp4'])
    expect(Buffer.from(await clip.arrayBuffer()).toString('latin1', 4, 12)).toBe('ftypisom')
    expect((await fetch(url.replace(/sign=./, 'sign=x'))).status).toBe(403)
    clock.skew = 600_001
    expect((await fetch(url)).status).toBe(403)
  })
})

describe('live scores', () => {
  const connect = (ticket: string) =>
    new WebSocket(`${nova.url.replace('http', 'ws')}/open/v2/live?token=${ticket}`)
  it('reach those who listen with a token', async () => {
    const { id } = await create()
    const socket = connect(token)
    await once(socket, 'open')
    const message = once(socket, 'message')
    await press('live', id, { progress: 0.4, scores: { SYS_DESIGN: 88 } })
    const [data] = (await message) as [Buffer]
    expect(JSON.parse(data.toString('utf8'))).toMatchObject({
      type: 'session.live',
      client_ref: 'itv-1',
      progress: 0.4,
      scores: { SYS_DESIGN: 88 },
    })
    const closed = once(socket, 'close')
    socket.close()
    await closed
  })
  it('are refused without one', async () => {
    const socket = connect('nope')
    const [error] = (await once(socket, 'error')) as [Error]
    expect(error.message).toContain('401')
  })
  it('also go out as callbacks when the vendor is set so', async () => {
    const { id } = await create()
    await press('live', id, { callback: true })
    expect((await heard()).at(-1)).toMatchObject({ type: 'session.live', scores: { COMM: 66 } })
  })
})

describe('the candidate’s page', () => {
  it('marks the link as opened and offers what can be done', async () => {
    const { answer } = await create()
    const page = await (await fetch(String(pick(answer.body, 'data.join_url')))).text()
    expect(page).toContain('林知远，您好')
    expect(page).toContain('预约')
    expect((await heard()).at(-1)).toMatchObject({ state: 'link_opened' })
    expect((await fetch(`${nova.url}/join/none`)).status).toBe(404)
  })
  it('sends the candidate’s feedback on', async () => {
    const { id } = await create()
    await press('feedback', id, { rating: 4, tags: ['节奏适中'] })
    expect((await heard()).at(-1)).toMatchObject({ type: 'feedback.received', rating: 4, tags: ['节奏适中'] })
    expect(await (await fetch(nova.url)).text()).toContain('面试场次')
  })
})
