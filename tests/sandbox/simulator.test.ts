import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Fault } from '../../src/sandbox/misbehaviour.js'
import type { Simulator } from '../../src/sandbox/types.js'
import { type Ear, openEar } from './support/hub-ear.js'
import { startToy } from './support/toy-vendor.js'

let toy: Simulator
let ear: Ear
let token = ''

beforeEach(async () => {
  ear = await openEar()
  toy = await startToy({ target: ear.url, retryScale: 0.01 })
  token = await newToken()
})
afterEach(async () => {
  await toy.close()
  await ear.close()
})

async function newToken(): Promise<string> {
  return ((await (await fetch(`${toy.url}/token`, { method: 'POST' })).json()) as { token: string }).token
}
function create(body: unknown, headers: Record<string, string> = {}) {
  return fetch(`${toy.url}/things`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
}
const get = (path: string) => fetch(`${toy.url}${path}`, { headers: { authorization: `Bearer ${token}` } })
const fail = (on: string, fault: Fault, rest: { times?: number; skip?: number } = {}) =>
  toy.faults.add({ on, fault, ...rest })
const ZHANG = { ref: 'r1', name: '张三' }

describe('a simulator holds its callers to the document', () => {
  it.each([
    ['no credentials', () => create(ZHANG, { authorization: '' }), 401, 'credentials are missing'],
    ['a token never given out', () => create(ZHANG, { authorization: 'Bearer x' }), 401, 'never given out'],
    [
      'a wrong media type',
      () => create('ref=1', { 'content-type': 'text/plain' }),
      400,
      'expected application/json',
    ],
    ['broken JSON', () => create('{"ref":'), 400, 'not JSON'],
    ['a missing member', () => create({ ref: 'r1' }), 400, "required property 'name'"],
    ['a member too many', () => create({ ...ZHANG, age: 3 }), 400, '(age)'],
    [
      'a header that is too long',
      () => create(ZHANG, { 'idempotency-key': 'x'.repeat(65) }),
      400,
      '64 characters',
    ],
    ['an unknown query parameter', () => get('/things?colour=red'), 400, '(colour)'],
    ['a query parameter of another type', () => get('/things?limit=many'), 400, '/limit must be integer'],
    ['a thing that is not there', () => get('/things/thg_9'), 404, 'no such thing'],
    ['a path nobody knows', () => get('/thongs'), 404, 'GET /thongs'],
  ])('refuses %s in the vendor’s own words', async (_name, call, status, why) => {
    const answer = await call()
    expect(answer.status).toBe(status)
    expect(((await answer.json()) as { why: string }).why).toContain(why)
    expect(toy.effects).toEqual([])
  })

  it('never repeats a refused value in its complaint', async () => {
    const answer = await create({ ref: 'r1', name: 13800138000 })
    expect(await answer.text()).not.toContain('13800138000')
  })

  it('keeps what went over the wire, without the credential', async () => {
    await create(ZHANG)
    const exchange = toy.exchanges.at(-1)
    expect(exchange).toMatchObject({ operation: 'createThing', status: 201, body: JSON.stringify(ZHANG) })
    expect(exchange?.headers['authorization']).toBe('***')
  })
})

describe('a simulator holds itself to the document', () => {
  it('counts an answer the document does not know as a breach and says so at the end', async () => {
    const liar = await startToy({ breakAnswer: true })
    const answer = await fetch(`${liar.url}/token`, { method: 'POST' })
    const lent = ((await answer.json()) as { token: string }).token
    const made = await fetch(`${liar.url}/things`, {
      method: 'POST',
      headers: { authorization: `Bearer ${lent}`, 'content-type': 'application/json' },
      body: JSON.stringify(ZHANG),
    })
    expect(made.status).toBe(500)
    await expect(liar.close()).rejects.toThrow('createThing 201')
  })
})

describe('idempotency tokens', () => {
  it('give the first answer again and no second effect', async () => {
    const first = await (await create(ZHANG, { 'idempotency-key': 'k1' })).json()
    const second = await (await create(ZHANG, { 'idempotency-key': 'k1' })).json()
    expect(second).toEqual(first)
    expect(toy.effects.map(effect => effect.token)).toEqual(['k1'])
  })
  it('refuse another body under the same token', async () => {
    await create(ZHANG, { 'idempotency-key': 'k1' })
    expect((await create({ ref: 'r2', name: '李四' }, { 'idempotency-key': 'k1' })).status).toBe(409)
  })
  it('are forgotten after their window', async () => {
    const clock = { at: 1_000_000, now: () => clock.at }
    const vendor = await startToy({ clock })
    const lent = (
      (await (await fetch(`${vendor.url}/token`, { method: 'POST' })).json()) as { token: string }
    ).token
    const send = () =>
      fetch(`${vendor.url}/things`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${lent}`,
          'content-type': 'application/json',
          'idempotency-key': 'k',
        },
        body: JSON.stringify(ZHANG),
      })
    await send()
    clock.at += 60_000
    await send()
    expect(vendor.effects).toHaveLength(2)
    await vendor.close()
  })
})

describe('misbehaviour on demand', () => {
  it('throttles once with Retry-After and then behaves', async () => {
    fail('createThing', { kind: 'throttled', retryAfter: 7 })
    const throttled = await create(ZHANG)
    expect([throttled.status, throttled.headers.get('retry-after')]).toEqual([429, '7'])
    expect((await create(ZHANG)).status).toBe(201)
  })

  it.each([
    ['500 before the work', { kind: 'error', status: 500 }, 500, 0],
    ['504 after the work', { kind: 'error', status: 504, when: 'after' }, 504, 1],
    ['an HTML page with 200 before the work', { kind: 'html' }, 200, 0],
    ['an HTML page with 200 after the work', { kind: 'html', when: 'after' }, 200, 1],
    ['a slow answer', { kind: 'slow', ms: 30 }, 201, 1],
  ] as [string, Fault, number, number][])('answers %s', async (_name, fault, status, effects) => {
    fail('createThing', fault)
    const answer = await create(ZHANG)
    expect(answer.status).toBe(status)
    if (fault.kind === 'html') expect(answer.headers.get('content-type')).toContain('text/html')
    expect(toy.effects).toHaveLength(effects)
  })

  it.each([
    ['before the work', { kind: 'cut', when: 'before' }, 0],
    ['after the work', { kind: 'cut', when: 'after' }, 1],
    ['after the work with a reset', { kind: 'cut', when: 'after', reset: true }, 1],
    ['in the middle of the answer', { kind: 'cut', when: 'middle' }, 1],
  ] as [string, Fault, number][])('cuts the line %s', async (_name, fault, effects) => {
    fail('createThing', fault)
    await expect(create(ZHANG).then(answer => answer.text())).rejects.toThrow()
    expect(toy.effects).toHaveLength(effects)
    expect((await get('/things')).status).toBe(200)
  })

  it('lets the calls before the planned one pass', async () => {
    fail('createThing', { kind: 'error', status: 500 }, { skip: 1, times: 1 })
    const statuses = [await create(ZHANG), await create(ZHANG), await create(ZHANG)].map(a => a.status)
    expect(statuses).toEqual([201, 500, 201])
  })

  it('shows a search index that is behind, while reading by id is exact', async () => {
    const made = (await (await create(ZHANG)).json()) as { id: string }
    fail('listThings', { kind: 'stale' })
    expect(await (await get('/things?ref=r1')).json()).toEqual([])
    expect((await get(`/things/${made.id}`)).status).toBe(200)
    expect(await (await get('/things?ref=r1')).json()).toHaveLength(1)
  })

  it('makes every token expire at once', async () => {
    fail('getThing', { kind: 'expire_tokens' })
    expect((await get('/things/x')).status).toBe(401)
    token = await newToken()
    expect((await get('/things/x')).status).toBe(404)
  })

  it('is also ordered over HTTP, and a plan that makes no sense is refused', async () => {
    const post = (plan: unknown) =>
      fetch(`${toy.url}/_sandbox/faults`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(plan),
      })
    expect((await post({ on: 'createThing', fault: { kind: 'explode' } })).status).toBe(400)
    expect((await post({ on: 'createThing', fault: { kind: 'cut' } })).status).toBe(400)
    expect((await post({ on: 'createThing', fault: { kind: 'error', status: 503 } })).status).toBe(201)
    expect((await create(ZHANG)).status).toBe(503)
    await post({ on: 'createThing', fault: { kind: 'error', status: 503 } })
    await fetch(`${toy.url}/_sandbox/faults`, { method: 'DELETE' })
    expect((await create(ZHANG)).status).toBe(201)
  })
})

describe('callbacks', () => {
  const shout = (id: string) => toy.control('shout', { id })
  const names = () => ear.heard.map(entry => (JSON.parse(entry.raw) as { name: string }).name)
  async function two() {
    const a = (await (await create(ZHANG)).json()) as { id: string }
    const b = (await (await create({ ref: 'r2', name: '李四' })).json()) as { id: string }
    await toy.callbacks.idle()
    ear.heard.length = 0
    return [a.id, b.id] as const
  }

  it('go out signed after the answer', async () => {
    await create(ZHANG)
    await vi.waitFor(() => expect(ear.heard).toHaveLength(1))
    expect(ear.heard[0]?.headers['x-signature']).toBe('good')
    await toy.callbacks.idle()
    expect(toy.callbacks.records.map(record => record.state)).toEqual(['delivered'])
  })

  it('overtake the answer of the call that caused them', async () => {
    fail('createThing', { kind: 'overtake' })
    await create(ZHANG)
    expect(ear.heard).toHaveLength(1)
  })

  it('are retried on the vendor’s schedule under the same id, then given up', async () => {
    const [a] = await two()
    ear.statuses.push(500, 500)
    await shout(a)
    await toy.callbacks.idle()
    expect(ear.heard).toHaveLength(3)
    expect(new Set(ear.heard.map(entry => entry.headers['x-id'])).size).toBe(1)
    ear.statuses.push(500, 500, 500)
    await shout(a)
    await toy.callbacks.idle()
    expect(toy.callbacks.records.at(-1)?.state).toBe('failed')
  })

  it.each([
    ['double', { kind: 'double' }, ['张三', '张三', '李四']],
    ['lose', { kind: 'lose' }, ['李四']],
    ['reorder', { kind: 'reorder' }, ['李四', '张三']],
    ['delay', { kind: 'delay', ms: 60 }, ['李四', '张三']],
  ] as [string, Fault, string[]][])('%s', async (_name, fault, expected) => {
    const [a, b] = await two()
    fail('thing.made', fault)
    await shout(a)
    await shout(b)
    await toy.callbacks.idle()
    expect(names().sort()).toEqual([...expected].sort())
    if (fault.kind !== 'double') expect(names()).toEqual(expected)
  })

  it.each(['missing', 'wrong', 'old'] as const)(
    'forge a signature that is %s and do not retry it',
    async how => {
      const [a] = await two()
      fail('thing.made', { kind: 'forge', how })
      ear.statuses.push(401)
      await shout(a)
      await toy.callbacks.idle()
      expect(ear.heard).toHaveLength(1)
      const { headers } = ear.heard[0] ?? { headers: {} as Record<string, string> }
      if (how === 'missing') expect(headers['x-signature']).toBeUndefined()
      if (how === 'wrong') expect(headers['x-signature']).toBe('bad')
      if (how === 'old') expect(Number(headers['x-at'])).toBeLessThan(toy.now() - 3_500_000)
    },
  )
})

describe('memory', () => {
  it('finds its things, tokens, keys, and effects again after a restart', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'hrhub-sandbox-'))
    const first = await startToy({ folder })
    token = (
      (await (
        await fetch(`${first.url}/token`, { method: 'POST', headers: { connection: 'close' } })
      ).json()) as { token: string }
    ).token
    const send = (url: string) =>
      fetch(`${url}/things`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${token}`,
          'content-type': 'application/json',
          'idempotency-key': 'k',
          // The second simulator listens on the first one's port: no pooled line to the dead one.
          connection: 'close',
        },
        body: JSON.stringify(ZHANG),
      }).then(answer => answer.json())
    const made = await send(first.url)
    await first.callbacks.idle()
    await first.close()
    const second = await startToy({ folder, target: ear.url })
    expect(second.url).toBe(first.url)
    expect(await send(second.url)).toEqual(made)
    expect(second.effects).toHaveLength(1)
    expect(second.snapshot()).toEqual({ things: [made] })
    await second.close()
    rmSync(folder, { recursive: true })
  })
})

describe('callbacks across a restart', () => {
  it('that were owed when the process ended go out at the next start', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'hrhub-sandbox-'))
    const first = await startToy({ folder, target: ear.url })
    ear.statuses.push(503)
    const lent = (
      (await (
        await fetch(`${first.url}/token`, { method: 'POST', headers: { connection: 'close' } })
      ).json()) as { token: string }
    ).token
    await fetch(`${first.url}/things`, {
      method: 'POST',
      headers: { authorization: `Bearer ${lent}`, 'content-type': 'application/json', connection: 'close' },
      body: JSON.stringify(ZHANG),
    })
    // The vendor's own schedule is a second; this one ends before.
    await vi.waitFor(() => expect(first.callbacks.records[0]?.state).toBe('retrying'))
    await first.close()
    const second = await startToy({ folder })
    await second.callbacks.idle()
    expect(second.callbacks.records.map(record => record.state)).toEqual(['delivered'])
    expect(new Set(ear.heard.map(entry => entry.headers['x-id'])).size).toBe(1)
    await second.close()
    rmSync(folder, { recursive: true })
  })
})

describe('the page', () => {
  it('shows what the vendor holds, escaped, and what came and went', async () => {
    await create({ ref: 'r1', name: '<script>张三' })
    const page = await (await fetch(toy.url)).text()
    expect(page).toContain('&lt;script&gt;张三')
    expect(page).not.toContain('<script>')
    expect(page).toContain('最近收到的调用')
    expect(await (await fetch(`${toy.url}/_sandbox/state`)).json()).toMatchObject({ things: [{ ref: 'r1' }] })
  })
  it('takes buttons from itself and from nowhere else', async () => {
    const press = (origin: string) =>
      fetch(`${toy.url}/_sandbox/do/shout`, {
        method: 'POST',
        redirect: 'manual',
        headers: { origin, 'content-type': 'application/x-www-form-urlencoded' },
        body: 'id=x',
      })
    expect((await press(toy.url)).status).toBe(303)
    expect((await press('http://evil.example')).status).toBe(403)
  })
})
