import { describe, expect, it } from 'vitest'
import { flow, render } from '../../../src/connector/draft/draft-text.js'
import { exampleOf } from '../../../src/connector/draft/example.js'
import { bound } from '../../../src/connector/draft/inputs.js'
import { draftManifest } from '../../../src/connector/draft/manifest.js'
import { readForeign } from '../../../src/connector/draft/read-document.js'
import { singularName, squash } from '../../../src/connector/draft/words.js'
import { readDocument } from '../../../src/connector/manifest/openapi.js'
import { parseYaml } from '../../../src/kernel/yaml.js'
import { nested } from '../../../src/pipeline/draft/mapping-draft.js'

const THING = {
  type: 'object',
  properties: { id: { type: 'string' }, updated_at: { type: 'string', format: 'date-time' } },
}
const json = (schema: object) => ({ content: { 'application/json': { schema } } })
const ok = (schema: object, more: object = {}) => ({
  responses: { 200: { description: 'ok', ...json(schema), ...more } },
})
const query = (name: string, schema: object = { type: 'string' }, required = false) => ({
  name,
  in: 'query',
  required,
  schema,
})

function draftOf(paths: object, more: object = {}): string {
  const text = JSON.stringify({ openapi: '3.1.0', info: { title: 'Acme', version: '1' }, paths, ...more })
  const { document: foreign } = readForeign(text, 'acme.json')
  if (!foreign) throw new Error('the document of this test is broken')
  const { document } = readDocument(parseYaml(JSON.stringify(foreign.root), 'acme.json'))
  if (!document) throw new Error('the document of this test is broken')
  const draft = draftManifest({
    name: 'acme',
    openapi: '../../openapi/acme.json',
    document,
    root: foreign.root,
  })
  return render(draft.parts, new Map()).text
}

const listed = (parameters: readonly object[], answer: object, more: object = {}) =>
  draftOf({ '/things': { get: { operationId: 'list', parameters, ...ok(answer, more) } } })
const page = (more: object = {}) => ({
  type: 'object',
  properties: { items: { type: 'array', items: THING }, ...more },
})

describe('a list of the document', () => {
  it.each([
    [
      'a cursor',
      [query('cursor')],
      page({ next_cursor: { type: 'string' }, has_more: { type: 'boolean' } }),
      'next: { cursor: body.next_cursor, while: body.has_more }',
    ],
    [
      'a page token in an envelope',
      [query('pageToken')],
      { type: 'object', properties: { data: page({ nextPageToken: { type: 'string' } }) } },
      'next: { cursor: body.data.nextPageToken }',
    ],
    ['pages from 1', [query('page', { type: 'integer' })], page(), 'next: { page: 1 }'],
    ['pages from 0', [query('pageNumber', { type: 'integer', default: 0 })], page(), 'next: { page: 0 }'],
    ['offsets', [query('skip', { type: 'integer' })], page(), 'next: { offset: 0 }'],
    [
      'a link in the answer',
      [],
      page({ links: { type: 'object', properties: { next: { type: 'string' } } } }),
      'next: { link: body.links.next }',
    ],
  ])('is walked by %s', (_what, parameters, answer, next) => {
    expect(listed(parameters, answer)).toContain(next)
  })

  it('is walked by the Link header where that is documented', () => {
    const text = listed(
      [query('page', { type: 'integer' })],
      { type: 'array', items: THING },
      { headers: { Link: { schema: { type: 'string' } } } },
    )
    expect(text).toContain('next: { link: true }')
    expect(text).not.toContain('items:')
  })

  it.each([
    [
      'updated_after',
      { type: 'string', format: 'date-time' },
      'updated_after: { from: since, as: datetime }',
    ],
    [
      'modifiedSince',
      { type: 'integer', description: 'in milliseconds' },
      'modifiedSince: { from: since, as: datetime, write: epoch_ms }',
    ],
    [
      'since',
      { type: 'integer', description: 'unix seconds' },
      'since: { from: since, as: datetime, write: epoch_s }',
    ],
    [
      'updated_from',
      { type: 'string', format: 'date' },
      'updated_from: { from: since, as: date, zone: UTC }',
    ],
  ])('is asked for what changed by %s', (name, schema, rule) => {
    expect(listed([query(name, schema)], page())).toContain(rule)
  })

  it('that says neither leaves two questions', () => {
    const text = listed([], page())
    expect(text).toContain('# ?: how is the next page asked for?')
    expect(text).toContain('# ?: can it be asked for what changed since a time?')
  })
})

describe('how calls are let in', () => {
  const secured = (scheme: object, paths: object = {}) =>
    draftOf(
      { '/things': { get: { operationId: 'list', ...ok(page()) } }, ...paths },
      { security: [{ s: [] }], components: { securitySchemes: { s: scheme } } },
    )
  const clientCredentials = {
    type: 'oauth2',
    flows: { clientCredentials: { tokenUrl: 'https://acme.example/oauth/token', scopes: {} } },
  }
  const token = {
    '/oauth/token': {
      post: {
        operationId: 'token',
        security: [],
        requestBody: {
          content: {
            'application/x-www-form-urlencoded': {
              schema: {
                type: 'object',
                properties: { client_id: { type: 'string' }, client_secret: { type: 'string' } },
              },
            },
          },
        },
        ...ok({
          type: 'object',
          properties: { access_token: { type: 'string' }, expires_in: { type: 'integer' } },
        }),
      },
    },
  }

  it.each([
    [
      'a key',
      { type: 'apiKey', in: 'query', name: 'key' },
      {},
      'auth: { use: api_key, value: settings.api_key }',
    ],
    ['a bearer', { type: 'http', scheme: 'bearer' }, {}, 'auth: { use: bearer, token: settings.token }'],
    [
      'basic',
      { type: 'http', scheme: 'Basic' },
      {},
      'auth: { use: basic, username: settings.username, password: settings.password }',
    ],
    [
      'client credentials',
      clientCredentials,
      token,
      'auth: { use: oauth2_client_credentials, operation: token, client_id: settings.client_id, client_secret: settings.client_secret }',
    ],
    [
      'a token call behind a bearer',
      { type: 'http', scheme: 'bearer' },
      token,
      'auth: { use: token_exchange, exchange: { operation: token, with: { body: { client_id: settings.client_id, client_secret: settings.client_secret } }, token: body.access_token, expires_in: { from: body.expires_in, unit: s, at_most: 2h } } }',
    ],
  ])('is %s', (_what, scheme, paths, block) => {
    expect(secured(scheme, paths)).toContain(block)
  })

  it.each([
    [
      'client credentials without their call',
      clientCredentials,
      'tokens of s come from https://acme.example/oauth/token',
    ],
    [
      'a person’s consent',
      {
        type: 'oauth2',
        flows: {
          authorizationCode: {
            authorizationUrl: 'https://a.example',
            tokenUrl: 'https://a.example',
            scopes: {},
          },
        },
      },
      'its token comes from a person’s consent',
    ],
    ['what the hub does not know', { type: 'mutualTLS' }, 'the hub knows no way of `mutualTLS`'],
  ])('is asked where it is %s', (_what, scheme, question) => {
    expect(secured(scheme)).toContain(`# ?: `)
    expect(secured(scheme)).toContain(question)
  })

  it('is asked where the document says nothing', () => {
    expect(listed([], page())).toContain('# ?: the document names no security scheme')
  })
})

describe('a resource of the document', () => {
  const item = { parameters: [{ name: 'thing_id', in: 'path', required: true, schema: { type: 'string' } }] }

  it('is written under our own id where nothing makes or lists it', () => {
    const text = draftOf({
      '/things/{thing_id}': { ...item, put: { operationId: 'put', requestBody: json(THING), ...ok(THING) } },
    })
    expect(text).toContain('put: { operation: put, with: { thing_id: record.id }, take: { id: body.id } }')
    expect(text).toContain('# ?: it is written under an id of our choice')
  })

  it('whose create answers no id leaves a question in its place', () => {
    const text = draftOf({
      '/things': {
        post: { operationId: 'make', requestBody: json(THING), responses: { 204: { description: 'made' } } },
        get: { operationId: 'list', ...ok(page()) },
      },
    })
    expect(text).toContain('# ?: `make` makes one, but its answer shows no id')
    expect(text).not.toMatch(/^ +create:/m)
  })

  it('takes what all its calls need from the settings, and asks', () => {
    const text = draftOf({
      '/companies/{companyId}/things': {
        parameters: [{ name: 'companyId', in: 'path', required: true, schema: { type: 'string' } }],
        get: { operationId: 'list', ...ok(page()) },
      },
    })
    expect(text).toContain('with: { companyId: settings.company_id }')
    expect(text).toMatch(
      /# \?: calls need the path parameter companyId: is it the same for the whole connection\?\n {2}company_id: /,
    )
  })

  it('below another resource is listed, not drafted', () => {
    const text = draftOf({
      '/things': { get: { operationId: 'list', ...ok(page()) } },
      '/things/{thing_id}/notes': {
        ...item,
        get: { operationId: 'notes', ...ok({ type: 'array', items: THING }) },
      },
    })
    expect(text).toContain('#  notes: GET /things/{thing_id}/notes')
    expect(text).not.toContain('note:')
  })

  it('has its idempotency header where the create has one', () => {
    const header = { name: 'Idempotency-Key', in: 'header', required: true, schema: { type: 'string' } }
    const text = draftOf({
      '/things': {
        post: { operationId: 'make', parameters: [header], requestBody: json(THING), ...ok(THING) },
      },
    })
    expect(text).toContain('idempotency: { header: Idempotency-Key, window: 24h, format: uuid }')
    expect(text).not.toContain('settings.idempotency_key')
  })
})

describe('a document that means harm', () => {
  const EVIL =
    'x\n    delete: { operation: drop }\r\u0085\u2028callback:\n  verify: { scheme: none } # \u001b[31m'

  it('has no line of the manifest of its own making, whichever of its texts it puts it into', () => {
    const text = draftOf(
      {
        '/things': { get: { operationId: EVIL, parameters: [query(EVIL, undefined, true)], ...ok(page()) } },
        '/things/{id}/act': {
          post: {
            operationId: `act ${EVIL}${'y'.repeat(1000)}`,
            parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }],
            ...ok(THING),
          },
        },
        [`/odd/${EVIL}/{id}/go`]: { post: { operationId: 'go', ...ok(THING) } },
      },
      {
        info: { title: EVIL, version: '1' },
        security: [{ [EVIL]: [] }, { [`${EVIL}2`]: [] }],
        components: {
          securitySchemes: {
            [EVIL]: { type: 'http', scheme: EVIL },
            [`${EVIL}2`]: { type: EVIL },
          },
        },
        webhooks: {
          [EVIL]: {
            post: { parameters: [{ name: `Signature ${EVIL}`, in: 'header' }], requestBody: json(THING) },
          },
          other: { post: { requestBody: json(THING) } },
        },
      },
    )
    const { value, problems } = parseYaml(text, 'acme')
    expect(problems).toEqual([])
    expect(value).toMatchObject({ connector: 'acme', resources: { thing: { poll: { operation: EVIL } } } })
    expect(value).not.toHaveProperty('callback')
    expect(value).not.toHaveProperty('resources.thing.delete')
    expect(text).not.toMatch(/[^\P{Cc}\n]|[\u2028\u2029]/u)
    const lines = text.split('\n')
    expect(lines.filter(line => /^\s*(?:delete|callback|verify):/.test(line))).toEqual([])
    expect(lines.filter(line => line.trimStart().startsWith('#')).every(line => line.length < 320)).toBe(true)
  })

  it('names resources that become file names of letters, digits and lines alone', () => {
    const text = draftOf({
      '/..%2f..%2fetc\n/passwd✗ös': { get: { operationId: 'list', ...ok(page()) } },
    })
    expect(Object.keys((parseYaml(text, 'a').value as { resources: object }).resources)).toEqual([
      expect.stringMatching(/^[a-z0-9_]+$/),
    ])
  })

  it('may call formats, schemes, verbs and parameters as JavaScript calls its own', () => {
    expect(
      exampleOf({ type: 'object', properties: { a: { type: 'string', format: 'constructor' } } }),
    ).toEqual({
      a: 'a',
    })
    const text = draftOf(
      {
        '/things': {
          get: { operationId: 'list', parameters: [query('__proto__', undefined, true)], ...ok(page()) },
        },
        '/things/constructor': { post: { operationId: 'constructor', ...ok(THING) } },
      },
      {
        security: [{ s: [] }],
        components: { securitySchemes: { s: { type: 'constructor' } } },
      },
    )
    expect(text).toContain('auth: { use: none }')
    expect(text).toContain('with: { __proto__: settings.proto }')
    expect(text).toContain('proto: { type: string, title: __proto__ }')
    expect(
      bound(new Map([[{ name: '__proto__', in: 'body', required: true, schema: {} }, 'settings.proto']])),
    ).toEqual(JSON.parse('{ "body": { "__proto__": "settings.proto" } }'))
  })

  it('cannot reach into other objects by the names of its members', () => {
    nested([[['__proto__', 'polluted'], true]])
    expect({}).not.toHaveProperty('polluted')
  })
})

it('callbacks of Standard Webhooks ask for a secret of that form', () => {
  const header = (name: string) => ({ name, in: 'header', schema: { type: 'string' } })
  const text = draftOf(
    {
      '/things': { get: { operationId: 'list', ...ok(page()) } },
    },
    {
      webhooks: {
        'thing.changed': {
          post: {
            parameters: [header('webhook-id'), header('webhook-timestamp'), header('webhook-signature')],
            requestBody: json({ type: 'object', properties: { type: { type: 'string' }, data: THING } }),
          },
        },
      },
    },
  )
  expect(text).toContain('verify: { scheme: standard_webhooks, secret: settings.webhook_secret }')
  expect(text).toMatch(/webhook_secret: \{[^}]*format: whsec/)
})

describe('small things of a draft', () => {
  it.each([
    ['candidates', 'candidate'],
    ['companies', 'company'],
    ['job-ads', 'job_ad'],
    ['status', 'status'],
    ['boxes', 'box'],
    ['feedback', 'feedback'],
  ])('%s is many of %s', (many, one) => {
    expect(singularName(many)).toBe(one)
  })

  it('names are the same however they are written', () => {
    expect(new Set(['phoneNumber', 'phone_number', 'Phone-Number', 'PHONE_NUMBER'].map(squash))).toEqual(
      new Set(['phonenumber']),
    )
  })

  it('what a document says cannot break out of a comment or a value', () => {
    const { text } = render(
      [
        {
          id: 'a',
          indent: 0,
          line: `a: ${flow('x\n# ?: not a question')}`,
          comments: ['one\ntwo: three'],
          questions: ['q\nb: 1'],
        },
      ],
      new Map(),
    )
    expect(parseYaml(text, 'a').value).toEqual({ a: 'x\n# ?: not a question' })
    for (const value of [`${'x'.repeat(80)}\n\ny: 1`, '\u0085\u2028\u200d😀\u0007', { a: ['b\nc'] }]) {
      expect(flow(value)).not.toMatch(/[\p{Cc}\p{Zl}]/u)
      expect(parseYaml(`a: ${flow(value)}`, 'a').value).toEqual({ a: value })
    }
  })

  it('an example is the document’s own, else fits type, bounds and name', () => {
    const schema = {
      type: 'object',
      properties: {
        email: { type: 'string' },
        level: { type: 'integer', minimum: 3, maximum: 5 },
        code: { type: 'string', maxLength: 2 },
        word: { type: ['string', 'null'], enum: [null, 'a'] },
        given: { type: 'string', example: 'theirs' },
        many: { type: 'array', minItems: 2, items: { type: 'boolean' } },
      },
    }
    expect(exampleOf(schema)).toEqual({
      email: 'li.lei@example.com',
      level: 3,
      code: 'co',
      word: 'a',
      given: 'theirs',
      many: [true, true],
    })
  })
})
