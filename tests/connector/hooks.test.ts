import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { hooksFile, lazyHooks } from '../../src/connector/hooks.js'
import { openConnection } from '../../src/connector/open-connection.js'
import { effect, load } from './support/connectors.js'
import { type Answer, type Seen, startVendor } from './support/vendor.js'

const FEISHU = `
connector: feishu
title: Feishu
openapi: ./api.yaml
settings:
  base_url: { type: string }
  app_id: { type: string }
  app_secret: { type: string, secret: true }
auth: { use: none, expired: body.code == 99991663 }
success: body.code == 0
errors:
  - { when: body.code == 99991400, is: throttled, wait: "headers['x-ogw-ratelimit-reset']" }
  - { when: body.code == 193003, is: absent }
resources:
  event:
    create: { operation: createEvent, with: { calendar_id: { value: primary } }, take: { id: body.data.event.event_id } }
    delete: { operation: deleteEvent, with: { calendar_id: { value: primary }, event_id: id } }
    idempotency: { query: idempotency_key, window: 24h }
`
const DOCUMENT = `
openapi: 3.1.0
info: { title: Feishu, version: '1' }
servers: [{ url: 'https://open.feishu.cn' }]
paths:
  /open-apis/calendar/v4/calendars/{calendar_id}/events:
    post:
      operationId: createEvent
      parameters:
        - { name: calendar_id, in: path, required: true, schema: { type: string } }
        - { name: idempotency_key, in: query, schema: { type: string } }
      requestBody: { content: { application/json: { schema: { type: object, properties: { summary: { type: string } } } } } }
      responses: { '200': { content: { application/json: { schema: { type: object, required: [code] } } } } }
  /open-apis/calendar/v4/calendars/{calendar_id}/events/{event_id}:
    delete:
      operationId: deleteEvent
      parameters:
        - { name: calendar_id, in: path, required: true, schema: { type: string } }
        - { name: event_id, in: path, required: true, schema: { type: string } }
      responses: { '200': { content: { application/json: { schema: { type: object, required: [code] } } } } }
`
const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const thing of open.splice(0).reverse()) await thing.close()
})

const made: Answer = { json: { code: 0, data: { event: { event_id: 'E1' } } } }
let apps = 0
/** Feishu's simulator as small as can be, reached through Feishu's own SDK. */
async function connect(answer: (seen: Seen, all: readonly Seen[]) => Answer, token?: Answer) {
  let tokens = 0
  const vendor = await startVendor((seen, all) =>
    seen.path.endsWith('/tenant_access_token/internal')
      ? (token ?? { json: { code: 0, tenant_access_token: `t-${++tokens}`, expire: 7200 } })
      : answer(seen, all),
  )
  const file = hooksFile('connectors/feishu', './hooks.ts')
  if (!file) throw new Error('no hooks')
  const connector = { ...(await load(FEISHU, DOCUMENT)), hooks: lazyHooks(file) }
  const settings = { base_url: vendor.url, app_id: `cli_${++apps}`, app_secret: 'very-secret' }
  const connection = openConnection(connector, { tenant: 't', name: 'feishu', settings, allowPrivate: true })
  open.push(vendor, connection)
  const send = async (verb: 'create' | 'delete' = 'create') => {
    const progress = effect({
      resource: 'event',
      verb,
      id: verb === 'delete' ? 'E1' : undefined,
      body: { summary: '面试' },
    })
    const next = connection.next(progress)
    if (next.next !== 'call') throw new Error('no call')
    return connection.send(next.call, progress)
  }
  return { vendor, send, calls: () => vendor.seen.filter(seen => !seen.path.endsWith('/internal')) }
}

describe('Feishu through its SDK', () => {
  it('sends the prepared call with the SDK’s own token', async () => {
    const { send, calls, vendor } = await connect(() => made)
    expect(await send()).toMatchObject({ is: 'accepted', id: 'E1' })
    await send()
    expect(calls()[0]).toMatchObject({
      method: 'POST',
      path: '/open-apis/calendar/v4/calendars/primary/events',
      body: '{"summary":"面试"}',
    })
    expect(calls()[0]?.headers.authorization).toBe('Bearer t-1')
    expect(calls()[0]?.headers['user-agent']).toContain('oapi-node-sdk')
    expect(calls()[0]?.query.get('idempotency_key')).toBe(effect().token)
    expect(vendor.seen.filter(seen => seen.path.endsWith('/internal'))).toHaveLength(1)
  })

  it.each([
    ['a business no with 200', { json: { code: 190002, msg: 'bad' } }, 'refused'],
    [
      'a throttle with 429 and its wait',
      { status: 429, json: { code: 99991400 }, headers: { 'x-ogw-ratelimit-reset': '4' } },
      'throttled',
    ],
    ['trouble with 500', { status: 500, json: { code: 190003 } }, 'unknown'],
    ['a cut line', (response => response.socket?.destroy()) satisfies Answer, 'unknown'],
  ] as const satisfies readonly (readonly [string, Answer, string])[])(
    '%s means what it means without the SDK',
    async (_, answer, is) => {
      const { send } = await connect(() => answer)
      expect(await send()).toMatchObject({ is })
    },
  )

  it('an event deleted already is absent', async () => {
    const { send } = await connect(() => ({ json: { code: 193003 } }))
    expect(await send('delete')).toMatchObject({ is: 'absent' })
  })

  it('fetches a new token once where the vendor does not take the old one', async () => {
    const { send, calls } = await connect(seen =>
      seen.headers.authorization === 'Bearer t-1' ? { status: 400, json: { code: 99991663 } } : made,
    )
    expect(await send()).toMatchObject({ is: 'accepted' })
    expect(calls().map(call => call.headers.authorization)).toEqual(['Bearer t-1', 'Bearer t-2'])
  })

  it('a wrong secret is misconfigured and a token endpoint in trouble unreachable: the call never left', async () => {
    const wrong = await connect(() => made, { json: { code: 10014, msg: 'app secret invalid' } })
    expect(await wrong.send()).toMatchObject({ is: 'misconfigured' })
    const cut = await connect(
      () => made,
      response => response.socket?.destroy(),
    )
    expect(await cut.send()).toMatchObject({ is: 'unreachable' })
    expect([...wrong.calls(), ...cut.calls()]).toHaveLength(0)
  })
})

describe('loading hooks', () => {
  it('finds the source where it runs from source, and says nothing where there is none', () => {
    expect(hooksFile('connectors/feishu', './hooks.ts')).toMatch(/connectors\/feishu\/hooks\.ts$/)
    expect(hooksFile('connectors/feishu', './nothing.ts')).toBeUndefined()
  })

  it('a file that cannot be loaded is a defect with its place', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'hrhub-hooks-'))
    const file = join(folder, 'hooks.mjs')
    writeFileSync(file, 'this is no module')
    await expect(lazyHooks(file)()).rejects.toMatchObject({ code: 'HUB_DEFECT', where: { file } })
    rmSync(folder, { recursive: true })
  })
})
