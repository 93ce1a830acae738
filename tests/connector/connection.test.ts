import { afterEach, describe, expect, it } from 'vitest'
import type { AttemptLog } from '../../src/connector/caller.js'
import {
  type ConnectionOptions,
  type OpenConnection,
  openConnection,
} from '../../src/connector/open-connection.js'
import { runVerb } from '../../src/connector/run.js'
import { finishedStep } from '../../src/connector/steps.js'
import type { EffectProgress, Outcome } from '../../src/connector/types.js'
import type { Json, JsonObject } from '../../src/kernel/json.js'
import { effect, load, MANIFEST, OPENAPI } from './support/connectors.js'
import { type Answer, type Seen, startVendor } from './support/vendor.js'

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const thing of open.splice(0).reverse()) await thing.close()
})

interface Setup {
  readonly manifest?: string
  readonly document?: string
  readonly options?: Partial<ConnectionOptions>
}
/** A vendor with a token endpoint, and a connection to it. */
async function connect(answer: (seen: Seen, all: readonly Seen[]) => Answer, setup: Setup = {}) {
  let tokens = 0
  const vendor = await startVendor((seen, all) =>
    seen.path === '/token'
      ? { json: { code: 0, data: { token: `t${++tokens}`, ttl: 7200 } } }
      : answer(seen, all),
  )
  const log: AttemptLog[] = []
  const connection = openConnection(await load(setup.manifest ?? MANIFEST, setup.document ?? OPENAPI), {
    tenant: 'acme',
    name: 'ai',
    settings: { base_url: vendor.url, app_id: 'a', secret: 's3cr3t', webhook_secret: 'w' },
    allowPrivate: true,
    log: entry => log.push(entry),
    ...setup.options,
  })
  open.push(vendor, connection)
  return { vendor, connection, log, calls: () => vendor.seen.filter(seen => seen.path !== '/token') }
}

/** Drives an effect as the pipeline does; stops at the first outcome that is not accepted. */
async function drive(connection: OpenConnection, start: EffectProgress) {
  const steps: Record<string, Json> = { ...start.steps }
  const outcomes: Outcome[] = []
  for (;;) {
    const next = connection.next({ ...start, steps })
    if (next.next === 'done') return { outcomes, end: next }
    const outcome = await connection.send(next.call, { ...start, steps })
    outcomes.push(outcome)
    if (outcome.is !== 'accepted') return { outcomes, end: undefined }
    steps[next.call.step] = finishedStep(outcome)
  }
}
const made: Answer = { json: { code: 0, data: { session_id: 'S9', room: 'R1' } } }
const one = async (connection: OpenConnection, over: Partial<EffectProgress> = {}) =>
  (await drive(connection, effect(over))).outcomes.at(-1)

describe('an effect', () => {
  it('takes its token, cuts the body to each operation, and gives id and keep', async () => {
    const { connection, calls } = await connect(() => made)
    const body = {
      title: '算法面试',
      position: { name: '前端', secret: 'x' },
      attendees: [{ id: 'u1', name: 'x' }],
      odd: 1,
    }
    const { end } = await drive(connection, effect({ body }))
    expect(end).toMatchObject({ id: 'S9', keep: { room: 'R1' } })
    const [create, invite] = calls()
    expect(JSON.parse(create?.body ?? '')).toEqual({ title: '算法面试', position: { name: '前端' } })
    expect(create?.headers['idempotency-key']).toBe('11111111-2222-8333-8444-555555555555')
    expect(create?.headers['x-token']).toBe('t1')
    expect(invite?.path).toBe('/sessions/S9/attendees')
    expect(JSON.parse(invite?.body ?? '')).toEqual({ attendees: [{ id: 'u1' }] })
  })

  it('goes on after a crash between two steps, without the first one again', async () => {
    const { connection, calls } = await connect(() => ({ json: { code: 0 } }))
    const body = { title: 'x', attendees: [{ id: 'u1' }] }
    const steps = { make: { status: 200, body: { code: 0 }, id: 'S7', keep: { room: 'R7' } } }
    const { end } = await drive(connection, effect({ body, steps }))
    expect(calls().map(call => call.path)).toEqual(['/sessions/S7/attendees'])
    expect(end).toMatchObject({ id: 'S7', keep: { room: 'R7' } })
  })

  it('leaves out a step whose when does not hold', async () => {
    const { connection, calls } = await connect(() => made)
    await drive(connection, effect())
    expect(calls()).toHaveLength(1)
  })

  it('prepares the same bytes every time, without auth', async () => {
    const { connection } = await connect(() => made)
    const [a, b] = [connection.next(effect()), connection.next(effect())]
    expect(a).toEqual(b)
    expect(JSON.stringify(a)).not.toMatch(/s3cr3t|X-Token/i)
    expect(a).toMatchObject({
      call: { tokenWindow: 86_400_000, repeatable: false, method: 'POST', path: '/sessions' },
    })
  })

  it('PUT and DELETE by id are repeatable, and a body-less answer is an answer', async () => {
    const { connection } = await connect(seen =>
      seen.method === 'DELETE' ? { status: 204 } : { json: { code: 0 } },
    )
    expect(connection.next(effect({ verb: 'update', id: 'S/1' }))).toMatchObject({
      call: { repeatable: true, path: '/sessions/S%2F1' },
    })
    expect(connection.next(effect({ verb: 'delete', id: 'S1' }))).toMatchObject({
      call: { repeatable: true },
    })
    const noSuccess = MANIFEST.replace('success: body.code == 0\n', '')
    const { connection: plain } = await connect(() => ({ status: 204 }), { manifest: noSuccess })
    expect((await drive(plain, effect({ verb: 'delete', id: 'S1' }))).end).toMatchObject({ id: 'S1' })
  })

  it('says what cannot be bound instead of sending a hole', async () => {
    const { connection, calls } = await connect(() => made)
    expect(() => connection.next(effect({ verb: 'update' }))).toThrow(
      expect.objectContaining({ code: 'CONNECTOR_BINDING_ABSENT' }),
    )
    expect(() => connection.next(effect({ verb: 'put' }))).toThrow(
      expect.objectContaining({ code: 'CONNECTOR_ABILITY_MISSING' }),
    )
    expect(() => connection.next(effect({ resource: 'toString' }))).toThrow(
      expect.objectContaining({ code: 'CONNECTOR_ABILITY_MISSING' }),
    )
    expect(calls()).toHaveLength(0)
  })

  it.each(['', '.', '..'])('an id %j never becomes another address', async id => {
    const { connection } = await connect(() => made)
    expect(() => connection.next(effect({ verb: 'delete', id }))).toThrow(
      expect.objectContaining({ code: 'CONNECTOR_BINDING_INVALID' }),
    )
  })

  it('a line break never becomes another header', async () => {
    const { connection } = await connect(() => made)
    expect(() => connection.next(effect({ token: 'x\r\nX-Evil: 1' }))).toThrow(
      expect.objectContaining({ code: 'CONNECTOR_BINDING_INVALID' }),
    )
  })

  it('runs dry: the exact request, and nothing is sent', async () => {
    const { connection, vendor } = await connect(() => made)
    const steps = await runVerb(connection, 'session.create', { title: 'x' }, { dry: true, token: 'tok' })
    expect(steps).toHaveLength(1)
    expect(steps[0]?.request).toMatchObject({
      method: 'POST',
      url: `${vendor.url}/sessions`,
      body: '{"title":"x"}',
    })
    expect(steps[0]?.request.headers['idempotency-key']).toBe('tok')
    expect(vendor.seen).toHaveLength(0)
    const sent = await runVerb(connection, 'session.create', { title: 'x' }, { dry: false })
    expect(sent[0]?.outcome).toMatchObject({ is: 'accepted', id: 'S9' })
  })
})

describe('what an answer means', () => {
  const html: Answer = { text: '<html>gateway</html>', headers: { 'content-type': 'text/html' } }
  it.each([
    ['a 2xx that says success', made, 'accepted', undefined],
    ['a gateway’s HTML page with 200', html, 'unknown', 'CONNECTOR_ANSWER_UNUSABLE'],
    ['JSON of another form with 200', { json: { ok: true } }, 'unknown', 'CONNECTOR_ANSWER_UNUSABLE'],
    ['an empty 200', {}, 'unknown', 'CONNECTOR_ANSWER_UNUSABLE'],
    [
      'a cut JSON under the right type',
      { text: '{"code":0,', headers: { 'content-type': 'application/json' } },
      'unknown',
      'CONNECTOR_ANSWER_UNUSABLE',
    ],
    ['a create without an id', { json: { code: 0, data: {} } }, 'unknown', 'CONNECTOR_ANSWER_WITHOUT_ID'],
    [
      'a vendor’s no with 200',
      { json: { code: 7, msg: 'bad title' } },
      'refused',
      'CONNECTOR_ANSWER_REFUSED',
    ],
    [
      'a vendor’s own throttle code',
      { json: { code: 42901 }, headers: { 'x-reset': '7' } },
      'throttled',
      'CONNECTOR_ANSWER_THROTTLED',
    ],
    ['a thing that exists', { json: { code: 60012 } }, 'exists', 'CONNECTOR_THING_EXISTS'],
    ['429', { status: 429, headers: { 'retry-after': '3' } }, 'throttled', 'CONNECTOR_ANSWER_THROTTLED'],
    ['500', { status: 500 }, 'unknown', 'CONNECTOR_ANSWER_FAILED'],
    ['422', { status: 422, json: { message: 'no' } }, 'refused', 'CONNECTOR_ANSWER_REFUSED'],
    ['404 on create', { status: 404 }, 'refused', 'CONNECTOR_ANSWER_REFUSED'],
    ['403', { status: 403 }, 'misconfigured', 'CONNECTOR_ACCESS_DENIED'],
    [
      'a cut line',
      (response => response.socket?.destroy()) satisfies Answer,
      'unknown',
      'CONNECTOR_CALL_CUT',
    ],
  ] as const satisfies readonly (readonly [string, Answer, string, string | undefined])[])(
    '%s',
    async (_, answer, is, code) => {
      const { connection } = await connect(() => answer)
      expect(await one(connection)).toMatchObject({ is, code })
    },
  )

  it('an operation’s own rule comes before the house: 404 in the body of a delete is absent', async () => {
    const { connection } = await connect(() => ({ json: { code: 404 } }))
    expect(await one(connection, { verb: 'delete', id: 'S1' })).toMatchObject({ is: 'absent' })
    expect(await one(connection, { verb: 'update', id: 'S1' })).toMatchObject({ is: 'refused' })
  })

  it('404 on update and delete of a known id is absent', async () => {
    const { connection } = await connect(() => ({ status: 404 }))
    expect(await one(connection, { verb: 'update', id: 'S1' })).toMatchObject({ is: 'absent' })
    expect(await one(connection, { verb: 'delete', id: 'S1' })).toMatchObject({ is: 'absent' })
  })

  it.each([
    ['seconds', '5', 5000],
    ['a date', new Date(1_700_000_060_000).toUTCString(), 60_000],
    ['epoch seconds', '1700000009', 9000],
    ['a duration', '2m', 120_000],
    ['a date gone by', new Date(1_600_000_000_000).toUTCString(), 0],
    ['nonsense', 'soon', undefined],
  ])('Retry-After as %s', async (_, value, wait) => {
    const clock = { now: () => 1_700_000_000_000 }
    const { connection } = await connect(() => ({ status: 429, headers: { 'retry-after': value } }), {
      options: { clock },
    })
    expect((await one(connection))?.wait).toBe(wait)
  })

  it('64-bit ids survive as text', async () => {
    const text = '{"code":0,"data":{"session_id":9007199254740993}}'
    const { connection } = await connect(() => ({ text, headers: { 'content-type': 'application/json' } }))
    expect((await one(connection))?.id).toBe('9007199254740993')
  })

  it('tells no personal data, neither in its detail nor in the log', async () => {
    const msg = '手机号 13900001234 的候选人张三 zhang@example.com 已存在'
    const { connection, log } = await connect(() => ({ json: { code: 9, msg } }))
    const outcome = await one(connection, {
      body: { title: 'x', mobile: '13900001234', candidate: { name: '张三' } },
    })
    const told = JSON.stringify([outcome?.detail, log])
    expect(told).not.toMatch(/13900001234|张三|zhang@example|s3cr3t/)
    expect(outcome?.detail).toContain('已存在')
    expect(log.at(-1)).toMatchObject({
      operation: 'createSession',
      verb: 'create',
      outcome: 'refused',
      status: 200,
    })
  })

  it('an unreachable vendor is unreachable: nothing left', async () => {
    const manifest = MANIFEST.replace(
      /^auth:\n(?: {2}.*\n)+/m,
      'auth: { use: api_key, value: settings.secret }\n',
    )
    const { connection, vendor } = await connect(() => made, { manifest })
    await vendor.close()
    expect(await one(connection)).toMatchObject({ is: 'unreachable', code: 'CONNECTOR_CALL_UNREACHABLE' })
  })

  it('a private address is refused unless the connection allows it', async () => {
    const { connection, vendor } = await connect(() => made, { options: { allowPrivate: false } })
    expect(await connection.check()).toMatchObject({ is: expect.stringMatching(/misconfigured|refused/) })
    expect(vendor.seen).toHaveLength(0)
  })
})

describe('access tokens', () => {
  it('are fetched once for many calls at once', async () => {
    const { connection, vendor } = await connect(() => made)
    await Promise.all(Array.from({ length: 6 }, () => one(connection)))
    expect(vendor.seen.filter(seen => seen.path === '/token')).toHaveLength(1)
  })

  it('are renewed once when the vendor says expired, and the same bytes go again', async () => {
    const { connection, calls } = await connect(seen =>
      seen.headers['x-token'] === 't1' ? { json: { code: 42001 } } : made,
    )
    expect(await one(connection)).toMatchObject({ is: 'accepted' })
    expect(calls().map(call => call.headers['x-token'])).toEqual(['t1', 't2'])
    expect(calls()[0]?.body).toBe(calls()[1]?.body)
  })

  it('that stay unaccepted end in misconfigured after one renewal', async () => {
    const { connection, calls } = await connect(() => ({ status: 401 }))
    expect(await one(connection)).toMatchObject({ is: 'misconfigured', code: 'CONNECTOR_ACCESS_DENIED' })
    expect(calls()).toHaveLength(2)
  })

  it('are fetched early, before their end', async () => {
    let now = 1_700_000_000_000
    const { connection, vendor } = await connect(() => made, { options: { clock: { now: () => now } } })
    const fetched = () => vendor.seen.filter(seen => seen.path === '/token').length
    await one(connection)
    now += 7_200_000 - 4 * 60_000
    await one(connection)
    expect(fetched()).toBe(1)
    now += 2 * 60_000
    await one(connection)
    expect(fetched()).toBe(2)
  })

  it.each([
    ['refused', { json: { code: 10014, msg: 'bad secret' } }, 'misconfigured'],
    ['without a token', { json: { code: 0, data: {} } }, 'misconfigured'],
    ['in trouble', { status: 500 }, 'unreachable'],
    ['throttled', { status: 429, headers: { 'retry-after': '9' } }, 'throttled'],
  ] as const satisfies readonly (readonly [string, Answer, string])[])(
    'when their exchange is %s, the call itself never leaves',
    async (_, answer, is) => {
      const vendor = await startVendor(() => answer)
      const settings = { base_url: vendor.url, app_id: 'a', secret: 's' }
      const connection = openConnection(await load(), {
        tenant: 't',
        name: 'ai',
        settings,
        allowPrivate: true,
      })
      open.push(vendor, connection)
      expect(await one(connection)).toMatchObject({ is })
      expect(vendor.seen.every(seen => seen.path === '/token')).toBe(true)
    },
  )

  it.each([
    ['api_key', '{ use: api_key, value: settings.secret }', { 'x-token': 's3cr3t' }],
    ['bearer', '{ use: bearer, token: settings.secret }', { authorization: 'Bearer s3cr3t' }],
    [
      'basic',
      '{ use: basic, username: settings.app_id, password: settings.secret }',
      { authorization: 'Basic YTpzM2NyM3Q=' },
    ],
  ])('of kind %s are placed as the document says', async (_, auth, headers) => {
    const manifest = MANIFEST.replace(/^auth:\n(?: {2}.*\n)+/m, `auth: ${auth}\n`)
    const { connection, calls } = await connect(() => made, { manifest })
    await one(connection)
    expect(calls()[0]?.headers).toMatchObject(headers)
  })

  it('come by client credentials, in the body or as Basic', async () => {
    const document = OPENAPI.replace(
      'properties: { app_id:',
      'properties: { grant_type: {}, client_id: {}, client_secret: {}, scope: {}, app_id:',
    )
    const auth = (place: string) =>
      MANIFEST.replace(
        /^auth:\n(?: {2}.*\n)+/m,
        `auth: { use: oauth2_client_credentials, operation: getToken, client_id: settings.app_id, client_secret: settings.secret, scope: hr, place: ${place} }\n`,
      ).replace('success: body.code == 0\n', '')
    for (const place of ['body', 'basic']) {
      const vendor = await startVendor(seen =>
        seen.path === '/token' ? { json: { access_token: 'oa', expires_in: 60 } } : made,
      )
      const settings = { base_url: vendor.url, app_id: 'a', secret: 's' }
      const connection = openConnection(await load(auth(place), document), {
        tenant: 't',
        name: 'ai',
        settings,
        allowPrivate: true,
      })
      open.push(vendor, connection)
      expect(await one(connection)).toMatchObject({ is: 'accepted' })
      const [token, call] = vendor.seen
      const asked = JSON.parse(token?.body ?? '') as JsonObject
      expect(asked).toMatchObject({ grant_type: 'client_credentials', scope: 'hr' })
      expect(asked['client_secret']).toBe(place === 'body' ? 's' : undefined)
      expect(token?.headers.authorization).toBe(place === 'basic' ? 'Basic YTpz' : undefined)
      expect(call?.headers['x-token']).toBe('oa')
    }
  })
})

describe('limits', () => {
  const limited = (limits: string) => MANIFEST.replace('limits: { timeout: 2s }', `limits: ${limits}`)

  it('a full window is throttled by ourselves, with the time it opens', async () => {
    const clock = { now: () => 1_700_000_000_000 }
    const { connection, calls } = await connect(() => made, {
      manifest: limited('{ rate: 2/min, per: operation }'),
      options: { clock },
    })
    await one(connection)
    await one(connection)
    expect(await one(connection)).toMatchObject({
      is: 'throttled',
      code: 'CONNECTOR_LIMIT_REACHED',
      wait: 60_000,
    })
    expect(calls()).toHaveLength(2)
    expect(await one(connection, { verb: 'update', id: 'S1' })).toMatchObject({ is: 'accepted' })
  })

  it('a recipient has a rate of its own', async () => {
    const clock = { now: () => 1_700_000_000_000 }
    const { connection } = await connect(() => made, {
      manifest: limited('{ recipient: { by: body.mobile, rate: 1/min } }'),
      options: { clock },
    })
    const to = (mobile: string) => one(connection, { body: { title: 'x', mobile } })
    expect(await to('13900001234')).toMatchObject({ is: 'accepted' })
    expect(await to('13900001234')).toMatchObject({ is: 'throttled' })
    expect(await to('13900005678')).toMatchObject({ is: 'accepted' })
  })

  it('a vendor that asks to wait is left alone until then', async () => {
    const clock = { now: () => 1_700_000_000_000 }
    const { connection, calls } = await connect(() => ({ status: 429, headers: { 'retry-after': '30' } }), {
      options: { clock },
    })
    await one(connection)
    expect(await one(connection)).toMatchObject({
      is: 'throttled',
      code: 'CONNECTOR_LIMIT_REACHED',
      wait: 30_000,
    })
    expect(calls()).toHaveLength(1)
  })

  it('a throttle in the vendor’s own words about one recipient does not silence the others', async () => {
    const clock = { now: () => 1_700_000_000_000 }
    const { connection, calls } = await connect(
      () => ({ json: { code: 42901 }, headers: { 'x-reset': '3600' } }),
      {
        manifest: limited('{ recipient: { by: body.mobile, rate: 100/min } }'),
        options: { clock },
      },
    )
    const to = (mobile: string) => one(connection, { body: { title: 'x', mobile } })
    expect(await to('13900001234')).toMatchObject({ code: 'CONNECTOR_ANSWER_THROTTLED', wait: 3_600_000 })
    expect(await to('13900001234')).toMatchObject({ code: 'CONNECTOR_LIMIT_REACHED' })
    expect(await to('13900005678')).toMatchObject({ code: 'CONNECTOR_ANSWER_THROTTLED' })
    expect(calls()).toHaveLength(2)
  })

  it('no more calls at once than said', async () => {
    let now = 0
    let most = 0
    const { connection } = await connect(
      () => response => {
        most = Math.max(most, ++now)
        setImmediate(() => {
          now--
          response
            .writeHead(200, { 'content-type': 'application/json' })
            .end('{"code":0,"data":{"session_id":"S"}}')
        })
      },
      { manifest: limited('{ concurrency: 2 }') },
    )
    const outcomes = await Promise.all(Array.from({ length: 9 }, () => one(connection)))
    expect(outcomes.every(outcome => outcome?.is === 'accepted')).toBe(true)
    expect(most).toBeLessThanOrEqual(2)
  })
})
