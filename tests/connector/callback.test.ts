import { createHmac } from 'node:crypto'
import { afterEach, describe, expect, it } from 'vitest'
import { type OpenConnection, openConnection } from '../../src/connector/open-connection.js'
import type { RawRequest } from '../../src/connector/types.js'
import type { JsonObject } from '../../src/kernel/json.js'
import { load, MANIFEST, OPENAPI } from './support/connectors.js'

const open: OpenConnection[] = []
afterEach(async () => {
  for (const connection of open.splice(0)) await connection.close()
})
async function connect(manifest = MANIFEST, options: { acceptUnsigned?: boolean } = {}, document = OPENAPI) {
  const connection = openConnection(await load(manifest, document), {
    tenant: 'acme',
    name: 'ai',
    settings: { base_url: 'https://acme.example', app_id: 'a', secret: 's', webhook_secret: ['old', 'new'] },
    ...options,
  })
  open.push(connection)
  return connection
}
function signed(body: string, over: Partial<RawRequest> = {}, secret = 'new'): RawRequest {
  const bytes = Buffer.from(body)
  const signature = createHmac('sha256', secret).update(bytes).digest('hex')
  return {
    method: 'POST',
    tail: '',
    query: {},
    headers: { 'x-signature': signature, 'content-type': 'application/json' },
    body: bytes,
    receivedAt: 0,
    ...over,
  }
}
const BODY = '{"event_id":"E1","events":[{"type":"report.ready","report_id":"R1"},{"type":"other"}]}'

describe('a callback', () => {
  it('is opened with either live secret, acknowledged and named for dedupe', async () => {
    const connection = await connect()
    for (const secret of ['old', 'new'])
      expect(await connection.open(signed(BODY, {}, secret))).toEqual({
        verdict: 'opened',
        body: JSON.parse(BODY),
        dedupe: 'E1',
        answer: {
          status: 200,
          headers: { 'content-type': 'application/json; charset=utf-8' },
          body: '{"ok":true}',
        },
      })
  })

  it('is split into items; an event no resource takes is kept without one', async () => {
    const connection = await connect()
    const request = signed(BODY)
    const items = connection.items(JSON.parse(BODY), request)
    expect(items).toEqual([
      {
        resource: 'report',
        event: 'report.ready',
        body: { type: 'report.ready', report_id: 'R1' },
        refetch: { id: 'R1', event: { type: 'report.ready', report_id: 'R1' } },
      },
      { resource: undefined, event: 'other', body: { type: 'other' }, refetch: undefined },
    ])
  })

  it.each([
    ['a path', 'at: finished_at', '2026-12-01T10:00:00+08:00'],
    ['a rule', 'at: { from: item.finished_at, as: datetime, format: epoch_ms }', 1_796_090_400_000],
  ])('says when an item became so, by %s', async (_, at, finished_at) => {
    const manifest = MANIFEST.replace(/id: report_id, refetch: \{.*\}, item: body\.data \} \}/, `${at} }`)
    const connection = await connect(manifest)
    const time = (event: JsonObject) => connection.items({ events: [event] }, signed(BODY))[0]?.at
    expect(time({ type: 'report.ready', finished_at })).toBe(Date.parse('2026-12-01T02:00:00Z'))
    expect(time({ type: 'report.ready' })).toBeUndefined()
    // A text without a zone is no instant.
    if (typeof finished_at === 'string')
      expect(time({ type: 'report.ready', finished_at: '2026-12-01T10:00:00' })).toBeUndefined()
  })

  it('is rejected without being opened where its signature is wrong', async () => {
    const connection = await connect()
    expect(await connection.open(signed(BODY, {}, 'stranger'))).toEqual({
      verdict: 'rejected',
      code: 'CONNECTOR_SIGNATURE_WRONG',
    })
    expect(await connection.open(signed(BODY, { headers: {} }))).toEqual({
      verdict: 'rejected',
      code: 'CONNECTOR_SIGNATURE_MISSING',
    })
  })

  it.each([
    ['broken JSON', signed('{"a":'), 'JSON_TEXT_BROKEN'],
    ['JSON nested too deeply', signed(`${'['.repeat(70)}${']'.repeat(70)}`), 'JSON_TEXT_DEEP'],
    ['another method', signed(BODY, { method: 'GET' }), 'CONNECTOR_CALLBACK_METHOD'],
    ['a body over its size', signed(`"${'x'.repeat(70_000)}"`), 'CONNECTOR_CALLBACK_LARGE'],
    [
      'another content type',
      signed(BODY, { headers: { ...signed(BODY).headers, 'content-type': 'image/png' } }),
      'CONNECTOR_CALLBACK_TYPE',
    ],
  ])('with %s is a clear problem', async (_, request, code) => {
    const connection = await connect()
    await expect(connection.open(request)).rejects.toMatchObject({ code })
  })

  it('gives no dedupe name where the vendor gives none: nothing is dropped at the door', async () => {
    const connection = await connect()
    expect(await connection.open(signed('{"events":[]}'))).toMatchObject({
      verdict: 'opened',
      dedupe: undefined,
    })
  })

  it('takes forms, arrays and pushes by GET', async () => {
    const unsigned = MANIFEST.replace(/verify: \{.*\}/, 'verify: { scheme: none }')
      .replace('callback:\n  verify', 'callback:\n  methods: [GET, POST]\n  verify')
      .replace('  items: body.events\n', '')
    const connection = await connect(unsigned, { acceptUnsigned: true })
    const form = signed('type=report.ready&report_id=R1', {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    })
    const opened = await connection.open(form)
    expect(opened).toMatchObject({ verdict: 'opened', body: { type: 'report.ready', report_id: 'R1' } })
    expect(connection.items({ type: 'report.ready', report_id: 'R1' }, form)).toMatchObject([
      { resource: 'report' },
    ])
    expect(connection.items([{ type: 'a' }, { type: 'b' }], form)).toHaveLength(2)
    const push = signed('', { method: 'GET', query: { type: 'report.ready', report_id: 'R2' } })
    expect(await connection.open(push)).toMatchObject({ verdict: 'opened', body: null })
    expect(connection.items(null, push)).toMatchObject([{ resource: 'report', refetch: { id: 'R2' } }])
  })

  it('unsigned is refused unless the connection says so aloud', async () => {
    const unsigned = MANIFEST.replace(/verify: \{.*\}/, 'verify: { scheme: none }')
    const connection = await connect(unsigned)
    expect(await connection.open(signed(BODY))).toEqual({
      verdict: 'rejected',
      code: 'CONNECTOR_CALLBACK_UNSIGNED',
    })
  })

  it('an event name may stand in a header or be worked out', async () => {
    const manifest = MANIFEST.replace('  event: type\n', "  event: headers['x-event']\n").replace(
      '  items: body.events\n',
      '',
    )
    const connection = await connect(manifest)
    const request = signed('{"report_id":"R1"}', { headers: { 'x-event': 'report.ready' } })
    expect(connection.items({ report_id: 'R1' }, request)).toMatchObject([
      { resource: 'report', event: 'report.ready' },
    ])
  })
})

describe('a callback in XML', () => {
  const document = OPENAPI.replace(
    'report_id: { type: string } }',
    'report_id: { type: string }, score: { type: number }, clips: { type: array, items: { type: string, xml: { name: clip } } } }',
  )
  const manifest = MANIFEST.replace('  items: body.events\n', '').replace(
    'id: report_id, refetch: { operation: getSession, with: { session_id: event.report_id }, item: body.data }',
    'id: report_id',
  )
  const xml = (body: string, type = 'text/xml; charset=utf-8') => {
    const request = signed(body)
    return { ...request, headers: { ...request.headers, 'content-type': type } }
  }

  it('is opened in the form that the document gives its event', async () => {
    const connection = await connect(manifest, {}, document)
    const request = xml(
      '<?xml version="1.0"?><e><type>report.ready</type><report_id>R1</report_id><score>8.5</score><clip>a &amp; b</clip></e>',
    )
    const opened = await connection.open(request)
    const body = { type: 'report.ready', report_id: 'R1', score: 8.5, clips: ['a & b'] }
    expect(opened).toMatchObject({ verdict: 'opened', body })
    expect(connection.items(body, request)).toMatchObject([
      { resource: 'report', event: 'report.ready', body },
    ])
  })

  it.each([
    ['a document type', '<!DOCTYPE e [<!ENTITY x SYSTEM "file:///etc/passwd">]><e><type>&x;</type></e>'],
    ['half of it', '<e><type>report.ready</type>'],
    ['endless depth', '<a>'.repeat(10_000)],
  ])('with %s is refused', async (_, body) => {
    const connection = await connect(manifest, {}, document)
    await expect(connection.open(xml(body, 'application/soap+xml'))).rejects.toMatchObject({
      code: 'CONNECTOR_XML_BROKEN',
    })
  })
})
