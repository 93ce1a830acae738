import { readFileSync } from 'node:fs'
import { afterEach, describe, expect, it } from 'vitest'
import { readForeign } from '../../src/connector/draft/read-document.js'
import { CREDENTIAL, startAlone } from '../../src/sandbox/alone/start.js'
import type { Simulator } from '../../src/sandbox/types.js'

const running: Simulator[] = []
afterEach(async () => {
  for (const simulator of running.splice(0)) await simulator.close()
})

async function start(text: string): Promise<Simulator> {
  const { document } = readForeign(text, 'acme')
  if (!document) throw new Error('the document of this test is broken')
  const simulator = await startAlone('acme', document)
  running.push(simulator)
  return simulator
}
const fixture = (name: string) => readFileSync(`tests/fixtures/openapi/${name}`, 'utf8')

async function call(
  simulator: Simulator,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
) {
  const answer = await fetch(simulator.url + path, {
    method,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  return {
    status: answer.status,
    body: (text === '' ? undefined : JSON.parse(text)) as Record<string, unknown>,
  }
}
const KEY = { 'X-SmartToken': CREDENTIAL }
const person = (firstName: string) => ({
  firstName,
  lastName: 'Li',
  email: `${firstName.toLowerCase()}@example.com`,
})

describe('a vendor simulated from its document alone', () => {
  it('makes, reads, changes and removes things, and knows those that are not there', async () => {
    const ats = await start(fixture('hire-smart.yaml'))
    const made = await call(ats, 'POST', '/candidates', person('Lei'), KEY)
    expect(made).toMatchObject({
      status: 201,
      body: { id: 'candidate_1', firstName: 'Lei', updatedOn: expect.any(String) },
    })
    expect(
      await call(ats, 'PATCH', '/candidates/candidate_1', { ...person('Lei'), phoneNumber: '+861' }, KEY),
    ).toMatchObject({ status: 200, body: { phoneNumber: '+861' } })
    expect(await call(ats, 'GET', '/candidates/candidate_1', undefined, KEY)).toMatchObject({
      status: 200,
      body: { id: 'candidate_1', phoneNumber: '+861' },
    })
    expect((await call(ats, 'DELETE', '/candidates/candidate_1', undefined, KEY)).status).toBe(204)
    for (const method of ['GET', 'DELETE'])
      expect((await call(ats, method, '/candidates/candidate_1', undefined, KEY)).status).toBe(404)
    expect(ats.effects.map(({ verb }) => verb)).toEqual(['create', 'update', 'delete'])
    expect((await call(ats, 'GET', '/nowhere', undefined, KEY)).status).toBe(404)
  })

  it.each([
    ['an allOf of itself', { allOf: [{ $ref: '#/components/schemas/Thing' }], required: ['id'] }],
    [
      'an allOf of itself twice',
      { allOf: [{ $ref: '#/components/schemas/Thing' }, { $ref: '#/components/schemas/Thing' }] },
    ],
  ])('makes things whose schema is %s', async (_what, Thing) => {
    const content = { 'application/json': { schema: { $ref: '#/components/schemas/Thing' } } }
    const answer = { description: 'ok', content }
    const parameters = [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }]
    const vendor = await start(
      JSON.stringify({
        openapi: '3.1.0',
        info: { title: 'Acme', version: '1' },
        paths: {
          '/things': {
            post: { operationId: 'constructor', requestBody: { content }, responses: { 201: answer } },
          },
          '/things/{id}': { get: { operationId: 'toString', parameters, responses: { 200: answer } } },
        },
        components: { schemas: { Thing } },
      }),
    )
    expect(await call(vendor, 'POST', '/things', { name: 'a' })).toMatchObject({ status: 201 })
  })

  it('holds callers to the document and to the credential', async () => {
    const ats = await start(fixture('hire-smart.yaml'))
    expect((await call(ats, 'POST', '/candidates', person('Lei'))).status).toBe(401)
    expect((await call(ats, 'POST', '/candidates', person('Lei'), { 'X-SmartToken': 'other' })).status).toBe(
      401,
    )
    expect(await call(ats, 'POST', '/candidates', { firstName: 'Lei' }, KEY)).toMatchObject({
      status: 400,
      body: { message: expect.stringContaining('lastName') },
    })
    expect((await call(ats, 'GET', '/candidates?limit=many', undefined, KEY)).status).toBe(400)
    expect(ats.snapshot()).toMatchObject({ candidate: [] })
  })

  it('lists page by page, filters, and shows what changed since', async () => {
    const ats = await start(fixture('hire-smart.yaml'))
    for (const name of ['A', 'B', 'C']) await call(ats, 'POST', '/candidates', person(name), KEY)
    const names = (body: Record<string, unknown>) =>
      (body['content'] as { firstName: string }[]).map(one => one.firstName)
    const first = await call(ats, 'GET', '/candidates?limit=2', undefined, KEY)
    expect(first.body).toMatchObject({ offset: 0, limit: 2, totalFound: 3 })
    expect(names(first.body)).toEqual(['A', 'B'])
    expect(names((await call(ats, 'GET', '/candidates?limit=2&offset=2', undefined, KEY)).body)).toEqual([
      'C',
    ])
    const later = new Date(Date.now() + 60_000).toISOString()
    expect(names((await call(ats, 'GET', `/candidates?updatedAfter=${later}`, undefined, KEY)).body)).toEqual(
      [],
    )
  })

  it('gives a cursor and says whether there is more', async () => {
    const lift = await start(fixture('lift.json'))
    const basic = { authorization: `Basic ${Buffer.from(`${CREDENTIAL}:`).toString('base64')}` }
    for (const name of ['A', 'B']) await call(lift, 'POST', '/opportunities?perform_as=u', { name }, basic)
    const first = await call(lift, 'GET', '/opportunities?limit=1', undefined, basic)
    expect(first.body).toMatchObject({ data: [{ name: 'A' }], hasNext: true, next: '1' })
    const last = await call(lift, 'GET', '/opportunities?limit=1&offset=1', undefined, basic)
    expect(last.body).toMatchObject({ data: [{ name: 'B' }], hasNext: false })
    expect(last.body).not.toHaveProperty('next')
  })

  it('gives tokens for the credential, and answers in the vendor’s own envelope', async () => {
    const ping = await start(fixture('ce-ping.yaml'))
    const ask = (app_secret: string) =>
      call(ping, 'POST', '/api/auth/getToken', {
        app_id: CREDENTIAL,
        app_secret,
        grant_type: 'client_credentials',
      })
    expect((await ask('other')).status).toBe(401)
    const { body } = await ask(CREDENTIAL)
    expect(body).toMatchObject({ code: 0, data: { expires_in: 3600 } })
    const bearer = { authorization: `Bearer ${(body['data'] as { access_token: string }).access_token}` }
    const made = await call(
      ping,
      'POST',
      '/api/candidate/create',
      { 姓名: '李雷', 手机号: '13800138000', 身份: '社招' },
      bearer,
    )
    expect(made).toMatchObject({ status: 200, body: { code: 0, data: { candidate_id: 1 } } })
    expect(await call(ping, 'POST', '/api/candidate/detail', { candidate_id: 1 }, bearer)).toMatchObject({
      body: { code: 0, data: { candidate_id: 1, 姓名: '李雷' } },
    })
    expect(
      await call(ping, 'POST', '/api/candidate/list', { page_no: 1, page_size: 1 }, bearer),
    ).toMatchObject({ body: { code: 0, data: { total: 1, list: [{ 姓名: '李雷' }] } } })
    expect(await call(ping, 'POST', '/api/candidate/detail', { candidate_id: 9 }, bearer)).toMatchObject({
      status: 404,
      body: { code: 404 },
    })
  })

  it('runs from documents with odd paths, odd patterns and unknown words', async () => {
    const ok = {
      responses: {
        200: {
          description: 'ok',
          content: {
            'application/json; charset=utf-8': {
              schema: { type: 'object', properties: { id: { type: 'string' } } },
            },
          },
        },
      },
    }
    const odd = await start(
      JSON.stringify({
        openapi: '3.1.0',
        info: { title: 'Odd', version: '1' },
        paths: {
          '/v1/{thing-id}:cancel': {
            post: {
              operationId: 'cancel',
              parameters: [{ name: 'thing-id', in: 'path', required: true, schema: { type: 'string' } }],
              ...ok,
            },
          },
          '/things': {
            post: {
              operationId: 'make',
              requestBody: {
                content: {
                  'application/json; charset=utf-8': {
                    schema: {
                      type: 'object',
                      'x-odd': 1,
                      odd: true,
                      properties: { a: { type: 'string', format: 'odd', pattern: '(?<!a' } },
                    },
                  },
                },
              },
              ...ok,
            },
          },
          '/things/{a}': {
            get: {
              operationId: 'one',
              parameters: [{ name: 'a', in: 'path', required: true, schema: { type: 'string' } }],
              ...ok,
            },
          },
        },
      }),
    )
    expect((await call(odd, 'POST', '/things', { a: 'b' })).body).toEqual({ id: 'thing_1' })
    expect((await call(odd, 'GET', '/things/thing_1')).status).toBe(200)
    expect((await call(odd, 'POST', '/v1/7:cancel')).status).toBe(200)
  })

  it('listens on this machine alone', async () => {
    expect((await start(fixture('lift.json'))).url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
  })
})
