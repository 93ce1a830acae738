import { beforeAll, beforeEach, expect, it } from 'vitest'
import { messages } from '../../src/ledger/schema.js'
import { selectRows } from '../../src/ledger/table.js'
import { forEachEngine } from '../support/engines.js'
import { type Door, openDoor } from './door.js'

const right = { 'x-secret': 'right' }

forEachEngine('callbacks', engine => {
  let door: Door
  beforeAll(async () => {
    door = await openDoor(await engine.open())
  })
  beforeEach(async () => {
    await door.ledger.query('delete from hrhub.messages')
    await door.ledger.query('delete from hrhub.refusals')
    door.log.splice(0)
  })

  it('answers what the connection answers, after the message is stored and folded', async () => {
    const answer = await door.call('POST', '/hooks/hk_ehr/a%2Fb/c?x=1&x=2&y=%E5%BC%A0', {
      headers: { ...right, 'content-type': 'text/strange' },
      body: '{"id":17,"name":"张三"}',
    })
    expect(answer).toMatchObject({ status: 200, body: { ok: true } })
    expect(door.ehr.seen).toMatchObject({
      method: 'POST',
      tail: '/a%2Fb/c',
      query: { x: '1', y: '张' },
      receivedAt: door.clock.now(),
    })
    expect(await selectRows(door.ledger, messages, '')).toMatchObject([
      { source: 'hook', state: 'folded', connection: 'ehr' },
    ])
  })

  it.each([
    ['an unknown hook', '/hooks/hk_nobody', right],
    ['a wrong signature', '/hooks/hk_ehr', { 'x-secret': 'wrong' }],
    ['no signature', '/hooks/hk_ehr', {}],
  ])('answers 401 to %s, the same for all, and stores nothing', async (_name, url, headers) => {
    const answer = await door.call('POST', url, { headers, body: '{"id":1}' })
    expect(answer.status).toBe(401)
    expect(answer.body).toEqual({
      type: 'about:blank',
      status: 401,
      code: 'HTTP_HOOK_REFUSED',
      title: 'The callback is refused.',
      detail: 'the callback is not signed as agreed',
      remedy: 'Check the address and the secret on both sides.',
    })
    expect(answer.headers['content-type']).toContain('application/problem+json')
    expect(await selectRows(door.ledger, messages, '')).toEqual([])
  })

  it('counts what it refused', async () => {
    await door.call('POST', '/hooks/hk_ehr', { body: '{}' })
    await door.call('POST', '/hooks/hk_ehr', { body: '{}' })
    const { rows } = await door.ledger.query('select connection, code, times from hrhub.refusals')
    expect(rows).toEqual([{ connection: 'ehr', code: 'CONNECTOR_SIGNATURE_WRONG', times: 2 }])
  })

  it('takes challenges by GET and bodies without a type', async () => {
    expect(await door.call('GET', '/hooks/hk_ehr?echostr=1', { headers: right })).toMatchObject({
      status: 200,
      body: { ok: true },
    })
    const response = await door.app.inject({
      method: 'POST',
      url: '/hooks/hk_ehr',
      headers: right,
      payload: Buffer.from('{"id":2,"name":"李四"}'),
    })
    expect(response.statusCode).toBe(200)
  })

  it.each([
    ['over the connection’s size', 413, 'HTTP_BODY_LARGE', Buffer.alloc(1_000_001, 32), {}],
    ['that is no JSON', 400, 'JSON_TEXT_BROKEN', Buffer.from('{"id":'), {}],
    ['nested 65 levels deep', 400, 'JSON_TEXT_DEEP', Buffer.from(`${'['.repeat(65)}${']'.repeat(65)}`), {}],
    [
      'with a broken content type',
      415,
      'HTTP_TYPE_UNSUPPORTED',
      Buffer.from('{}'),
      { 'content-type': '///' },
    ],
  ])('answers a problem to a body %s', async (_name, status, code, body, headers) => {
    const answer = await door.call('POST', '/hooks/hk_ehr', { headers: { ...right, ...headers }, body })
    expect(answer).toMatchObject({ status, body: { code } })
  })

  it('refuses a query that no store can keep', async () => {
    const answer = await door.call('POST', '/hooks/hk_ehr?a=%00', { headers: right, body: '{"id":1}' })
    expect(answer).toMatchObject({ status: 400, body: { code: 'HTTP_TEXT_FORBIDDEN' } })
  })

  it('keeps what a mapping refuses and acknowledges it', async () => {
    const answer = await door.call('POST', '/hooks/hk_ehr', {
      headers: right,
      body: '{"id":1,"phones":"not a list"}',
    })
    expect(answer.status).toBe(200)
    expect(await selectRows(door.ledger, messages, '')).toMatchObject([
      { state: 'invalid', verdicts: [{ code: 'MODEL_VALUE_INVALID' }] },
    ])
  })

  it('answers 503 with Retry-After when too much waits, and when the ledger is away', async () => {
    const busy = await openDoor(door.ledger, { app: { mostLoad: -1 } })
    const answer = await busy.call('POST', '/hooks/hk_ehr', { headers: right, body: '{"id":1}' })
    expect(answer).toMatchObject({
      status: 503,
      body: { code: 'HTTP_LOAD_HIGH' },
      headers: { 'retry-after': '1' },
    })
    const away = await openDoor(await engine.open())
    await away.ledger.close()
    const closed = await away.call('POST', '/hooks/hk_ehr', { headers: right, body: '{"id":1}' })
    expect(closed).toMatchObject({ status: 503, body: { code: 'LEDGER_AWAY' } })
    expect(closed.headers['retry-after']).toBeDefined()
  })

  it('writes no value of a callback to the log', async () => {
    await door.call('POST', '/hooks/hk_ehr/secret-tail?token=topsecret', {
      headers: right,
      body: '{"id":1,"name":"王小明","phones":["+8613800001111"]}',
    })
    const written = JSON.stringify(door.log)
    for (const word of ['secret-tail', 'topsecret', '王小明', '13800001111'])
      expect(written).not.toContain(word)
  })
})
