import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parseYaml } from '../../src/kernel/yaml.js'
import { loadDocument, readDocument, vendorDocumentFile } from '../../src/sandbox/document.js'
import { startSimulator } from '../../src/sandbox/simulator.js'
import type { Vendor } from '../../src/sandbox/types.js'
import { TOY_DOCUMENT } from './support/toy-vendor.js'

const folder = vendorDocumentFile('x').replace(/x\.yaml$/, '')
const names = readdirSync(folder).map(file => file.replace(/\.yaml$/, ''))

describe.each(names)('the document of %s', name => {
  it('can be held to: every operation has a name of its own and schemas that compile', () => {
    const file = vendorDocumentFile(name)
    const document = readDocument(parseYaml(readFileSync(file, 'utf8'), file).value, file)
    expect(document.operations.length).toBeGreaterThan(0)
    expect(document.title).not.toBe('')
  })
  it('leaves no operation open but those that give out credentials or are meant for browsers', () => {
    const document = loadDocument(vendorDocumentFile(name))
    const open = document.operations.filter(operation => operation.security.length === 0)
    for (const { id } of open) expect(id).toMatch(/token|clip|join|media|page/i)
  })
})

describe('a document that is wrong', () => {
  const withPath = (item: object) => ({ ...TOY_DOCUMENT, paths: { '/x': item } })
  const answer = { 200: { description: 'ok' } }
  it.each([
    ['an older version', { ...TOY_DOCUMENT, openapi: '3.0.3' }, 'not an OpenAPI 3.1'],
    ['an operation without a name', withPath({ get: { responses: answer } }), 'GET /x has no operationId'],
    [
      'a name that stands twice',
      withPath({
        get: { operationId: 'a', responses: answer },
        put: { operationId: 'a', responses: answer },
      }),
      'stands twice',
    ],
    [
      'a word schemas do not know',
      withPath({
        get: {
          operationId: 'a',
          parameters: [{ name: 'q', in: 'query', schema: { type: 'string', maxlength: 3 } }],
          responses: answer,
        },
      }),
      'maxlength',
    ],
    [
      'a reference to nowhere',
      withPath({
        get: {
          operationId: 'a',
          responses: {
            200: {
              description: 'x',
              content: { 'application/json': { schema: { $ref: '#/components/schemas/None' } } },
            },
          },
        },
      }),
      'None',
    ],
  ])('fails at the start: %s', (_name, document, message) => {
    expect(() => readDocument(JSON.parse(JSON.stringify(document)), 'wrong')).toThrow(message)
  })
})

describe('a vendor that is not whole', () => {
  const vendor: Vendor = {
    auth: { bearer: () => 'x' },
    handlers: Object.fromEntries(
      ['getToken', 'createThing', 'listThings', 'getThing'].map(id => [id, () => ({ status: 500 })]),
    ),
    problem: () => ({ status: 400, body: { error: 'x' } }),
    page: () => [],
    snapshot: () => null,
  }
  it.each([
    ['an operation nobody answers', { ...vendor, handlers: {} }, 'handler createThing'],
    ['a scheme nobody checks', { ...vendor, auth: {} }, 'auth check bearer'],
    [
      'an answer to what is not in the document',
      { ...vendor, handlers: { ...vendor.handlers, sing: () => ({ status: 200 }) } },
      'sing',
    ],
  ])('does not start: %s', async (_name, broken, message) => {
    const start = startSimulator({ name: 'toy', title: '玩具', document: TOY_DOCUMENT }, () => broken)
    await expect(start).rejects.toThrow(message)
  })
})
