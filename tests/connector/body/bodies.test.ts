/** Bodies of every kind over real HTTP: what a server gets, read by another hand than the one that wrote it. */
import { createHash } from 'node:crypto'
import { afterEach, describe, expect, it } from 'vitest'
import { type OpenConnection, openConnection } from '../../../src/connector/open-connection.js'
import type { EffectProgress, PreparedCall } from '../../../src/connector/types.js'
import type { JsonObject } from '../../../src/kernel/json.js'
import { effect, load } from '../support/connectors.js'
import { type Answer, type Seen, startVendor } from '../support/vendor.js'

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const thing of open.splice(0).reverse()) await thing.close()
})

const operation = (id: string, type: string, schema: string, more = '', answer = '') => `
  /${id}:
    post:
      operationId: ${id}
      requestBody: { required: true, content: { ${type}: { schema: ${schema} ${more} } } }
      responses: { '200': { ${answer || 'description: done'} } }`
const DOCUMENT = `
openapi: 3.1.0
info: { title: Bodies, version: '1' }
servers: [{ url: 'https://bodies.example' }]
paths:${operation(
  'upload',
  'multipart/form-data',
  `{ type: object, required: [resume], properties: { name: { type: string }, tags: { type: array, items: { type: string } }, meta: { type: object, properties: { a: { type: integer } } }, resume: { type: string, format: binary }, more: { type: array, items: { type: string, contentMediaType: application/pdf } } } }`,
  ', encoding: { more: { contentType: application/pdf } }',
)}${operation('raw', 'application/pdf', '{ type: string, format: binary }')}${operation(
  'form',
  'application/x-www-form-urlencoded',
  '{ type: object, properties: { name: { type: string }, tags: { type: array, items: { type: string } }, meta: { type: object }, n: { type: integer } } }',
)}${operation(
  'order',
  'application/xml',
  "{ $ref: '#/components/schemas/Order' }",
  '',
  "content: { text/xml: { schema: { $ref: '#/components/schemas/Made' } } }",
)}
components:
  schemas:
    Order: { type: object, properties: { no: { type: integer, xml: { attribute: true } }, name: { type: string }, lines: { type: array, xml: { wrapped: true }, items: { type: string, xml: { name: line } } } } }
    Made: { type: object, required: [id, seats], properties: { id: { type: integer }, seats: { type: array, items: { type: string } } } }
`
const MANIFEST = `
connector: bodies
title: Bodies
openapi: ./api.yaml
settings: { base_url: { type: string } }
resources:
  upload: { put: upload }
  raw: { put: raw }
  form: { put: form }
  order: { create: { operation: order, take: { id: body.id, keep: { seats: body.seats } } } }
`

const PDF = Buffer.concat([
  Buffer.from('%PDF-1.7\r\n--hrhub-\r\n'),
  Buffer.from([0, 255, 128, 13, 10, 45, 45]),
])
const OTHER = Buffer.from('another file')
const hash = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')

async function connect(answer: (seen: Seen) => Answer = () => ({}), more: readonly Buffer[] = []) {
  const vendor = await startVendor(answer)
  const files = new Map([PDF, OTHER, ...more].map(bytes => [hash(bytes), bytes]))
  const connection = openConnection(await load(MANIFEST, DOCUMENT), {
    tenant: 'acme',
    name: 'b',
    settings: { base_url: vendor.url },
    allowPrivate: true,
    files: async name => files.get(name),
  })
  open.push(vendor, connection)
  return { vendor, connection, files }
}

function prepare(
  connection: OpenConnection,
  resource: string,
  body: JsonObject,
  over: Partial<EffectProgress> = {},
) {
  const progress = effect({ resource, verb: resource === 'order' ? 'create' : 'put', body, ...over })
  const next = connection.next(progress)
  if (next.next !== 'call') throw new Error('there is no call')
  return { call: JSON.parse(JSON.stringify(next.call)) as PreparedCall, progress }
}
async function send(connection: OpenConnection, resource: string, body: JsonObject) {
  const { call, progress } = prepare(connection, resource, body)
  return connection.send(call, progress)
}
/** Read by the parser of Node's own fetch. */
const formOf = (seen: Seen | undefined) =>
  new Response(new Uint8Array(seen?.raw ?? []), {
    headers: { 'content-type': seen?.headers['content-type'] ?? '' },
  }).formData()

describe('a multipart body', () => {
  it('carries files by their hash, byte for byte, with names and types, beside texts, lists and objects', async () => {
    const { vendor, connection } = await connect()
    const outcome = await send(connection, 'upload', {
      name: '张三 "quoted"\r\nx',
      tags: ['a', 'b'],
      meta: { a: 1 },
      resume: { blob: hash(PDF), name: '张三 "简历".pdf', type: 'application/pdf' },
      more: [hash(OTHER), { blob: hash(PDF) }],
      stray: 'not in the document',
    })
    expect(outcome).toMatchObject({ is: 'accepted', status: 200 })
    const [seen] = vendor.seen
    const form = await formOf(seen)
    expect([...form.keys()]).toEqual(['name', 'tags', 'tags', 'meta', 'resume', 'more', 'more'])
    expect(form.get('name')).toBe('张三 "quoted"\r\nx')
    expect(form.getAll('tags')).toEqual(['a', 'b'])
    expect(seen?.body).toContain('name="meta"\r\nContent-Type: application/json\r\n\r\n{"a":1}\r\n')
    const resume = form.get('resume') as File
    expect([resume.name, resume.type]).toEqual(['张三 "简历".pdf', 'application/pdf'])
    expect(Buffer.from(await resume.arrayBuffer()).equals(PDF)).toBe(true)
    const more = form.getAll('more') as File[]
    expect(more.map(file => [file.name, file.type, file.size])).toEqual([
      ['more', 'application/pdf', OTHER.length],
      ['more', 'application/pdf', PDF.length],
    ])
  })

  it('is kept without its bytes, and is the same bytes on every repeat and other ones under another token', async () => {
    const { vendor, connection } = await connect()
    const body = { name: 'x', resume: hash(PDF) }
    const { call, progress } = prepare(connection, 'upload', body)
    expect(JSON.stringify(call)).not.toContain('%PDF')
    expect(JSON.stringify(call)).toContain(hash(PDF))
    await connection.send(call, progress)
    await connection.send(prepare(connection, 'upload', body).call, progress)
    const other = prepare(connection, 'upload', body, { token: '22222222-2222-8333-8444-555555555555' })
    await connection.send(other.call, other.progress)
    const [first, second, third] = vendor.seen
    expect(second?.raw.equals(first?.raw ?? Buffer.alloc(0))).toBe(true)
    expect(second?.headers['content-type']).toBe(first?.headers['content-type'])
    expect(third?.headers['content-type']).not.toBe(first?.headers['content-type'])
  })

  it('is shown to people with its files by name, never by content', async () => {
    const { connection } = await connect()
    const { call } = prepare(connection, 'upload', { resume: hash(PDF) })
    expect(connection.preview(call).body).toContain(`«file ${hash(PDF)}»`)
    expect(connection.preview(call).body).not.toContain('%PDF')
  })

  it.each([
    ['a file that is no hash', { resume: 'resume.pdf' }],
    ['a file that is a path', { resume: '../../etc/passwd' }],
    ['an object without a blob', { resume: { name: 'x.pdf' } }],
  ])('refuses %s before anything is sent', async (_, body) => {
    const { vendor, connection } = await connect()
    expect(() => prepare(connection, 'upload', body)).toThrow(
      expect.objectContaining({ code: 'CONNECTOR_FILE_INVALID' }),
    )
    expect(vendor.seen).toEqual([])
  })

  it.each(['text/plain\r\nX: 1', 'text/plain\n', 'plain', 'text/plain; name="\r\nX: 1"'])(
    'of bytes alone refuses %j as its media type, before anything is sent',
    async type => {
      const { vendor, connection } = await connect()
      expect(() => prepare(connection, 'raw', { blob: hash(PDF), type })).toThrow(
        expect.objectContaining({ code: 'CONNECTOR_FILE_INVALID', kind: 'invalid' }),
      )
      expect(vendor.seen).toEqual([])
      expect(await send(connection, 'raw', { blob: hash(PDF), type: 'image/png; q=1' })).toMatchObject({
        is: 'accepted',
      })
      expect(vendor.seen[0]?.headers['content-type']).toBe('image/png; q=1')
    },
  )

  it('is not sent where a file is gone, or all of them are over 32 MiB', async () => {
    const big = Buffer.alloc(17 * 1024 * 1024, 1)
    const { vendor, connection } = await connect(() => ({}), [big])
    expect(await send(connection, 'upload', { resume: 'a'.repeat(64) })).toMatchObject({
      is: 'refused',
      code: 'CONNECTOR_FILE_LOST',
    })
    expect(await send(connection, 'upload', { resume: hash(big), more: [hash(big)] })).toMatchObject({
      is: 'refused',
      code: 'CONNECTOR_BODY_LARGE',
    })
    expect(vendor.seen).toEqual([])
    expect(await send(connection, 'upload', { resume: hash(big) })).toMatchObject({ is: 'accepted' })
    expect(vendor.seen[0]?.raw.length).toBeGreaterThan(big.length)
  })
})

describe('a body that is a file', () => {
  it('is its bytes alone, under the type of the document', async () => {
    const { vendor, connection } = await connect()
    expect(await send(connection, 'raw', { blob: hash(PDF) })).toMatchObject({ is: 'accepted' })
    expect(vendor.seen[0]?.headers['content-type']).toBe('application/pdf')
    expect(vendor.seen[0]?.raw.equals(PDF)).toBe(true)
  })
})

describe('a form', () => {
  it('repeats the names of lists, writes objects as JSON, leaves null out', async () => {
    const { vendor, connection } = await connect()
    await send(connection, 'form', { name: '张 三&=', tags: ['a', 'b'], meta: { x: 1 }, n: null })
    const [seen] = vendor.seen
    expect(seen?.headers['content-type']).toBe('application/x-www-form-urlencoded')
    expect([...new URLSearchParams(seen?.body)]).toEqual([
      ['name', '张 三&='],
      ['tags', 'a'],
      ['tags', 'b'],
      ['meta', '{"x":1}'],
    ])
  })
})

describe('XML', () => {
  const order = { no: 7, name: '张三 & 李四', lines: ['a<b'] }
  const xml = (text: string, type = 'application/xml; charset=utf-8') => ({
    text,
    headers: { 'content-type': type },
  })

  it('goes out by the schema, is asked for, and its answer is read in the form of the document', async () => {
    const { vendor, connection } = await connect(() => xml('<Made><id>12</id><seats>A1</seats></Made>'))
    const outcome = await send(connection, 'order', order)
    expect(outcome).toMatchObject({ is: 'accepted', id: '12', keep: { seats: ['A1'] } })
    const [seen] = vendor.seen
    expect(seen?.headers['content-type']).toBe('application/xml; charset=utf-8')
    expect(seen?.headers['accept']).toBe('text/xml')
    expect(seen?.body).toBe(
      '<?xml version="1.0" encoding="UTF-8"?><Order no="7"><name>张三 &amp; 李四</name><lines><line>a&lt;b</line></lines></Order>',
    )
  })

  it.each([
    ['is cut short', xml('<Made><id>12</id>')],
    [
      'has a document type',
      xml('<!DOCTYPE Made [<!ENTITY x "12">]><Made><id>&x;</id><seats>A</seats></Made>'),
    ],
    ['is not as declared', xml('<Made><seats>A1</seats></Made>')],
    ['is a page', { text: '<html><p>hi', headers: { 'content-type': 'text/html' } }],
  ])('whose answer %s is an unknown end', async (_, answer) => {
    const { connection } = await connect(() => answer)
    expect(await send(connection, 'order', order)).toMatchObject({
      is: 'unknown',
      code: 'CONNECTOR_ANSWER_UNUSABLE',
    })
  })

  it('is read in the encoding that the answer names', async () => {
    const bytes = Buffer.concat([
      Buffer.from('<?xml version="1.0" encoding="GBK"?><Made><id>12</id><seats>'),
      Buffer.from('d5c5c8fd', 'hex'),
      Buffer.from('</seats></Made>'),
    ])
    const { connection } = await connect(
      () => response => void response.writeHead(200, { 'content-type': 'text/xml' }).end(bytes),
    )
    expect(await send(connection, 'order', order)).toMatchObject({
      is: 'accepted',
      keep: { seats: ['张三'] },
    })
  })

  it('without a name for its root is a problem of the document', async () => {
    const nameless = DOCUMENT.replace("{ $ref: '#/components/schemas/Order' }", '{ type: object }')
    await expect(load(MANIFEST, nameless)).rejects.toThrow('xml: { name: … }')
  })
})
