import { afterEach, describe, expect, it } from 'vitest'
import { secretSettings } from '../../../src/connector/manifest/connector.js'
import { loadConnector } from '../../../src/connector/manifest/load.js'
import { shapeOf } from '../../../src/connector/manifest/shapes.js'
import { formatProblem } from '../../../src/kernel/errors.js'
import { type Folder, load, MANIFEST, makeFolder, OPENAPI } from '../support/connectors.js'
import { expressions } from '../support/expressions.js'

const folders: Folder[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) folder.remove()
})

async function problemsOf(manifest: string, document = OPENAPI) {
  const folder = makeFolder({ 'connector.yaml': manifest, 'api.yaml': document })
  folders.push(folder)
  const { connector, problems } = await loadConnector(folder.path, expressions)
  const lines = problems.map(problem => formatProblem(problem).replace(`${folder.path}/`, ''))
  return { connector, lines }
}

describe('loading a connector', () => {
  it('takes a manifest of every word without a complaint', async () => {
    const { connector, lines } = await problemsOf(MANIFEST)
    expect(lines).toEqual([])
    expect(connector?.name).toBe('acme-ai')
  })

  it('knows which settings are secret', async () => {
    expect(secretSettings(await load())).toEqual(['secret', 'webhook_secret'])
  })

  it.each([
    [
      'a signature without its key',
      [
        '  use: token_exchange',
        '  use: request_signature\n  signature: tencent_tc3\n  secret: settings.secret',
      ],
      /connector\.yaml:\d+:\d+ CONNECTOR_MANIFEST_INVALID key_id is missing/,
    ],
    [
      'waits that are no durations',
      ['limits: { timeout: 2s }', 'limits: { timeout: 2s, retry: [soon] }'],
      /connector\.yaml:\d+:\d+ CONNECTOR_MANIFEST_INVALID/,
    ],
    [
      'an unknown word',
      ['title: Acme AI Interview', 'titel: Acme'],
      /connector\.yaml:\d+:\d+ CONNECTOR_MANIFEST_INVALID unknown word: titel/,
    ],
    [
      'an unknown operation',
      ['operation: updateSession', 'operation: updateSesion'],
      /CONNECTOR_OPERATION_UNKNOWN .*updateSesion/,
    ],
    [
      'an unknown parameter',
      ['with: { session_id: id }, item', 'with: { sessionid: id }, item'],
      /CONNECTOR_PARAMETER_UNKNOWN getSession has no parameter sessionid \(it has session_id\)/,
    ],
    [
      'a required parameter nothing binds',
      ['operation: cancelSession, with: { session_id: id }', 'operation: cancelSession'],
      /CONNECTOR_PARAMETER_UNBOUND cancelSession needs path parameter session_id/,
    ],
    [
      'a broken expression',
      ['success: body.code == 0', 'success: body.code =='],
      /CONNECTOR_EXPRESSION_BROKEN/,
    ],
    [
      'a root that is not in the scope',
      ['success: body.code == 0', 'success: answer.code == 0'],
      /CONNECTOR_EXPRESSION_BROKEN/,
    ],
    [
      'an undeclared setting',
      ['secret: settings.secret }', 'secret: settings.sekret }'],
      /CONNECTOR_SETTING_UNKNOWN no setting sekret/,
    ],
    [
      'an unknown auth kind',
      ['use: token_exchange', 'use: magic'],
      /CONNECTOR_KIND_UNKNOWN no auth kind magic \(known: none, api_key/,
    ],
    [
      'an unknown verify scheme',
      ['scheme: hmac', 'scheme: hmc'],
      /CONNECTOR_KIND_UNKNOWN no verify scheme hmc/,
    ],
    [
      'a create without an id',
      [
        'take: { id: body.data.session_id, keep: { room: body.data.room } }',
        'take: { keep: { room: body.data.room } }',
      ],
      /CONNECTOR_RESOURCE_INCOMPLETE create must take an id/,
    ],
    [
      'a token place the operation lacks',
      ['header: Idempotency-Key', 'header: X-Key'],
      /CONNECTOR_RESOURCE_INCOMPLETE idempotency names a place that createSession does not have/,
    ],
    [
      'a body member the operation lacks',
      ['body: { app_id: settings.app_id,', 'body: { appid: settings.app_id,'],
      /CONNECTOR_PARAMETER_UNKNOWN the body of getToken has no member appid/,
    ],
    [
      'a shape the document lacks',
      ['shape: ReportReady', 'shape: Report'],
      /CONNECTOR_RESOURCE_INCOMPLETE the document has no schema Report/,
    ],
    [
      'two ways of paging',
      ['next: { cursor: body.next, while: body.more }', 'next: { cursor: body.next, page: 1 }'],
      /next needs one of/,
    ],
    [
      'a duration that is none',
      ['every: 60s', 'every: sixty'],
      /resources\.report\.poll\.every must match pattern/,
    ],
    [
      'a time of news that only says to read again',
      ['id: report_id, refetch:', 'id: report_id, at: finished_at, refetch:'],
      /CONNECTOR_MANIFEST_INVALID at says when an item became so; a callback with refetch is only a hint/,
    ],
    [
      'a second look at what was consumed',
      ['window: { overlap: 5m, at_most: 90d }', 'window: { overlap: 5m }\n      consumes: true'],
      /CONNECTOR_MANIFEST_INVALID window cannot stand beside consumes/,
    ],
    [
      'things behind ids that were consumed',
      [
        'window: { overlap: 5m, at_most: 90d }',
        'hydrate: { operation: getSession, with: { session_id: item.id } }\n      consumes: true',
      ],
      /CONNECTOR_MANIFEST_INVALID hydrate cannot stand beside consumes/,
    ],
    [
      'a tolerance nothing measures',
      ['secret: settings.webhook_secret }', 'secret: settings.webhook_secret, tolerance: 5m }'],
      /warning CONNECTOR_MANIFEST_INVALID tolerance has no effect/,
    ],
    [
      'keys out of house order',
      ['check: getAccount\nsuccess: body.code == 0', 'success: body.code == 0\ncheck: getAccount'],
      /warning CONNECTOR_MANIFEST_ORDER check stands before success/,
    ],
  ] as const)('tells of %s with its place', async (_, [from, to], expected) => {
    expect(MANIFEST).toContain(from)
    const { lines } = await problemsOf(MANIFEST.replace(from, to))
    expect(
      lines.some(line => expected.test(line)),
      lines.join('\n'),
    ).toBe(true)
    expect(lines.every(line => /^[\w.]+\.yaml:\d+:\d+ /.test(line))).toBe(true)
  })

  it('tells every problem at once', async () => {
    const broken = MANIFEST.replace('updateSession', 'nope1')
      .replace('cancelSession, with', 'nope2, with')
      .replace('use: token_exchange', 'use: magic')
    const { lines, connector } = await problemsOf(broken)
    expect(connector).toBeUndefined()
    expect(lines.filter(line => /nope1|nope2|magic/.test(line))).toHaveLength(3)
  })

  it('says what is wrong in the document: references, doubled ids, version', async () => {
    const broken = OPENAPI.replace("schemas/Envelope' } } } }", "schemas/Nothing' } } } }")
      .replace('operationId: getAccount', 'operationId: getToken')
      .replace('openapi: 3.1.0', 'openapi: 3.0.3')
    const { lines } = await problemsOf(MANIFEST, broken)
    const text = lines.join('\n')
    expect(text).toMatch(
      /api\.yaml:\d+:\d+ CONNECTOR_DOCUMENT_BROKEN \$ref #\/components\/schemas\/Nothing points to nothing/,
    )
    expect(text).toMatch(/operationId getToken is used twice/)
    expect(text).toMatch(/must say openapi: 3\.1/)
  })

  it('says when there is no manifest, no document, or broken YAML', async () => {
    const { lines: none } = await problemsOf(MANIFEST.replace('./api.yaml', './other.yaml'))
    expect(none.join()).toMatch(/CONNECTOR_FILE_MISSING there is no \.\/other\.yaml/)
    const { lines: yaml } = await problemsOf('connector: [')
    expect(yaml.join()).toMatch(/CONFIG_YAML_BROKEN/)
  })

  it('gives shapes: what create and its steps take together, what a callback says, what is named', async () => {
    const connector = await load()
    const session = shapeOf(connector, 'session')
    expect(Object.keys(session?.properties ?? {})).toEqual([
      'title',
      'mobile',
      'position',
      'online',
      'attendees',
    ])
    expect(session?.required).toEqual(['title'])
    expect(Object.keys(shapeOf(connector, 'session', 'in')?.properties ?? {})).toEqual(['id', 'state'])
    expect(Object.keys(shapeOf(connector, 'session', 'answer')?.properties ?? {})).toEqual(['code', 'data'])
    expect(Object.keys(shapeOf(connector, 'report')?.properties ?? {})).toEqual(['report_id', 'next'])
    expect(shapeOf(connector, 'nothing')).toBeUndefined()
    expect(shapeOf(connector, 'constructor')).toBeUndefined()
  })
})
