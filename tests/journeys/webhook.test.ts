/**
 * From one hub to another by Standard Webhooks over real HTTP: what the first is told of, the second keeps; and what a
 * receiver does to it (errors, 410, changed secrets) comes to what the specification says.
 */
import { expect, it } from 'vitest'
import { connectionStates } from '../../src/ledger/connection-states.js'
import type { Ledger } from '../../src/ledger/engine/types.js'
import { messages, records } from '../../src/ledger/schema.js'
import { selectRows } from '../../src/ledger/table.js'
import { resumeConnection } from '../../src/pipeline/deliver/pause.js'
import { startVendor } from '../connector/support/vendor.js'
import { TestClock } from '../pipeline/rig.js'
import { forEachEngine } from '../support/engines.js'
import { afterwards, type HubOverHttp, startHub } from './hub-over-http.js'

const FIRST = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const SECOND = 'whsec_bmV3LXNlY3JldC1uZXctc2VjcmV0LTI0Kw=='
const MINUTE = 60_000
const HOUR = 60 * MINUTE

const PERSON = `{ type: object, properties: { id: { type: string }, name: { type: string }, phones: { type: array, items: { type: string } } } }`
const DOCUMENT = `openapi: 3.1.0
info: { title: News, version: "1" }
paths: {}
webhooks:
  candidate.changed:
    post: { requestBody: { content: { application/json: { schema: { type: object, properties: { type: { type: string }, timestamp: { type: string }, data: ${PERSON} } } } } }, responses: {} }
`
const connector = (verify: string) => `connector: news
title: News
openapi: ./api.yaml
settings: { secret: { type: string, secret: true, required: false } }
resources:
  person: { callback: { event: candidate.changed, item: item.data } }
callback: { verify: ${verify}, event: type }
`
const IN = `mapping: person.in
from: news.person
to: candidate
identity: id
fields: { name: name, phones: phones }
tests: [{ name: one, given: { id: c1, name: 张三, phones: ["+8613900001234"] }, identity: c1, expect: { name: 张三, phones: ["+8613900001234"] } }]
`
const FLOWS = 'flows:\n  - { flow: person-in, from: news.person, to: candidate, mapping: person.in }\n'

const hooked = (files: Readonly<Record<string, string>>, verify: string, connections: string) => ({
  'connections.yaml': `connections:\n${connections}`,
  'connectors/news/connector.yaml': connector(verify),
  'connectors/news/api.yaml': DOCUMENT,
  'mappings/person.in.yaml': IN,
  ...files,
})

const sender = (ledger: Ledger, url: string, secret: string, every = ', every: change', clock?: TestClock) =>
  startHub(
    ledger,
    hooked(
      {
        'flows/a.yaml': `${FLOWS}  - { flow: told, from: candidate, to: crm.event, mapping: webhook/candidate.out${every} }\n`,
      },
      '{ scheme: none }',
      `  - { connection: news, connector: news, hook: news, accept_unsigned: true }
  - { connection: crm, connector: webhook, allow_private: true, personal_data: true, settings: { url: "${url}", secret: ${secret} } }
`,
    ),
    clock,
  )
const receiver = (ledger: Ledger, secret: string, clock?: TestClock) =>
  startHub(
    ledger,
    hooked(
      { 'flows/a.yaml': FLOWS },
      '{ scheme: standard_webhooks, secret: settings.secret }',
      `  - { connection: news, connector: news, hook: news, settings: { secret: "${secret}" } }\n`,
    ),
    clock,
  )
async function tell(hub: HubOverHttp, person: object): Promise<void> {
  hub.clock.pass(1000)
  const answer = await fetch(`${hub.url}/hooks/news`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      type: 'candidate.changed',
      timestamp: new Date(hub.clock.now()).toISOString(),
      data: person,
    }),
  })
  expect(answer.status).toBe(200)
  await hub.rest()
}

forEachEngine('webhooks', engine => {
  it('go from hub to hub, each change one event, under either of two live secrets', async () => {
    const clock = new TestClock()
    const other = await receiver(await engine.open(), FIRST, clock)
    const hub = await sender(
      await engine.open(),
      `${other.url}/hooks/news?from=hub`,
      `["${SECOND}", "${FIRST}"]`,
      undefined,
      clock,
    )
    await tell(hub, { id: 'c1', name: '张三', phones: ['+8613900001234'] })
    await tell(hub, { id: 'c1', name: '张三丰', phones: ['+8613900001234'] })
    const states = (await hub.rows()).map(row => row.state)
    expect(states).toEqual(['delivered', 'delivered'])
    const kept = await selectRows(other.ledger, records, '')
    expect(kept).toMatchObject([{ kind: 'candidate', data: { name: '张三丰', phones: ['+8613900001234'] } }])
    const taken = await selectRows(other.ledger, messages, 'order by t.received_at')
    expect(taken.map(message => message.state)).toEqual(['folded', 'folded'])
    expect((await hub.parts.config('default').connections.get('crm')?.connection.check())?.is).toBe(
      'accepted',
    )
  })

  it('come again by the schedule of the specification: the same id and bytes, signed anew, then parked', async () => {
    const vendor = await startVendor(() => ({ status: 500 }))
    afterwards(() => vendor.close())
    const hub = await sender(await engine.open(), `${vendor.url}/in/7?key=v`, FIRST)
    await tell(hub, { id: 'c1', name: '张三' })
    expect(vendor.seen).toHaveLength(1)
    const waits = [5000, 5 * MINUTE, 30 * MINUTE, ...[2, 5, 10, 14, 20, 24].map(hours => hours * HOUR)]
    for (const [index, wait] of waits.entries()) {
      await hub.pass(wait - 1500)
      expect(vendor.seen).toHaveLength(index + 1)
      await hub.pass(wait * 0.1 + 3000)
      expect(vendor.seen).toHaveLength(index + 2)
    }
    expect(await hub.rows()).toMatchObject([{ state: 'parked', because: 'unknown' }])
    await hub.pass(48 * HOUR)
    expect(vendor.seen).toHaveLength(10)
    const [first] = vendor.seen
    expect(first).toMatchObject({ method: 'POST', path: '/in/7' })
    expect(first?.query.toString()).toBe('key=v')
    expect(JSON.parse(first?.body ?? '')).toEqual({
      type: 'candidate.changed',
      timestamp: '2026-12-01T00:00:01.000Z',
      data: { id: expect.stringMatching(/^candidate_/), name: '张三' },
    })
    const of = (name: string) => new Set(vendor.seen.map(seen => seen.headers[name]))
    expect(of('webhook-id').size).toBe(1)
    expect(new Set(vendor.seen.map(seen => seen.body)).size).toBe(1)
    expect(of('webhook-timestamp').size).toBe(10)
    expect(of('webhook-signature').size).toBe(10)
  })

  it('that a receiver turns away are tried again, and waits it asks for are no tries', async () => {
    const answers = [404, 429, 429, 200]
    const vendor = await startVendor((_, all) => ({
      status: answers[all.length - 1] ?? 200,
      headers: answers[all.length - 1] === 429 ? { 'retry-after': '60' } : {},
    }))
    afterwards(() => vendor.close())
    const hub = await sender(await engine.open(), vendor.url, FIRST)
    await tell(hub, { id: 'c1', name: '张三' })
    await hub.pass(6000)
    expect(vendor.seen).toHaveLength(2)
    await hub.pass(MINUTE)
    await hub.pass(MINUTE)
    expect(vendor.seen).toHaveLength(4)
    expect(await hub.rows()).toMatchObject([{ state: 'delivered' }])
    expect((await hub.tries()).map(({ outcome, status }) => `${outcome} ${status}`)).toEqual([
      'unknown 404',
      'throttled 429',
      'throttled 429',
      'accepted 200',
    ])
  })

  it.each([
    ['is gone', 410],
    ['does not know us', 401],
    ['forbids us', 403],
    ['has moved', 308],
  ])(
    'are no longer sent to an endpoint that %s: %i pauses the connection, a resume sends all',
    async (_, said) => {
      let status = said
      const vendor = await startVendor(() => ({ status }))
      afterwards(() => vendor.close())
      const hub = await sender(await engine.open(), vendor.url, FIRST)
      await tell(hub, { id: 'c1', name: '张三' })
      const types = () => vendor.seen.map(seen => (JSON.parse(seen.body) as { type: string }).type)
      expect(types()).toEqual(['candidate.changed', 'hub.ping'])
      expect(await connectionStates(hub.ledger)).toMatchObject([
        { connection: 'crm', state: 'paused', because: `deliver answered ${said}` },
      ])
      await tell(hub, { id: 'c2', name: '李四' })
      await hub.pass(24 * HOUR)
      expect(vendor.seen).toHaveLength(2)
      expect((await hub.rows()).map(row => row.state)).toEqual(['waiting', 'waiting'])
      status = 204
      await resumeConnection(hub.parts, 'default', 'crm')
      await hub.rest()
      expect(types()).toEqual(['candidate.changed', 'hub.ping', 'candidate.changed', 'candidate.changed'])
      expect(vendor.seen[2]?.headers['webhook-id']).toBe(vendor.seen[0]?.headers['webhook-id'])
      expect((await hub.rows()).map(row => row.state)).toEqual(['delivered', 'delivered'])
    },
  )

  it('without every: change tell the newest state alone', async () => {
    let status = 500
    const vendor = await startVendor(() => ({ status }))
    afterwards(() => vendor.close())
    const hub = await sender(await engine.open(), vendor.url, FIRST, '')
    await tell(hub, { id: 'c1', name: '一' })
    await tell(hub, { id: 'c1', name: '二' })
    await tell(hub, { id: 'c1', name: '三' })
    status = 200
    await hub.pass(10_000)
    const told = vendor.seen.map(seen => (JSON.parse(seen.body) as { data: { name: string } }).data.name)
    expect(told.filter((name, index) => name !== told[index - 1])).toEqual(['一', '三'])
    expect(await hub.rows()).toMatchObject([{ state: 'delivered' }])
  })
})
