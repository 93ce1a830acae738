import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { MAX_DOCUMENT_BYTES, readForeign } from '../../../src/connector/draft/read-document.js'
import { formatProblem } from '../../../src/kernel/errors.js'
import { isObject } from '../../../src/kernel/json.js'

const problemsOf = (text: string) => (readForeign(text, 'acme.yaml').problems ?? []).map(formatProblem)
const documentOf = (value: unknown) => {
  const { document, problems } = readForeign(JSON.stringify(value), 'acme.json')
  if (!document) throw new Error(problems.map(formatProblem).join('\n'))
  return document
}
const get = (more: object = {}) => ({ responses: { 200: { description: 'ok' } }, ...more })

describe('a document from outside', () => {
  it.each([
    [
      'broken JSON',
      '{ "openapi": "3.1.0",\n  "paths": { "/a": [ }\n}',
      /^acme\.yaml:2:\d+ CONFIG_YAML_BROKEN /,
    ],
    ['broken YAML', 'openapi: 3.1.0\npaths:\n  /a: [\n', /^acme\.yaml:\d+:\d+ CONFIG_YAML_BROKEN /],
    ['a list', '[1]', /^acme\.yaml:1:1 CONNECTOR_DOCUMENT_BROKEN the file holds no OpenAPI document$/],
    [
      'no version',
      'paths: {}',
      /:1:1 CONNECTOR_DOCUMENT_BROKEN the document must say openapi: 3\.0\.x or 3\.1\.x$/,
    ],
    [
      'Swagger 2, and how to convert it',
      'swagger: "2.0"\npaths: {}',
      /^acme\.yaml:1:1 CONNECTOR_DOCUMENT_BROKEN this is Swagger 2\.0; convert it .*swagger2openapi/,
    ],
    [
      'no paths',
      'openapi: 3.1.0\npaths: {}',
      /^acme\.yaml:2:1 CONNECTOR_DOCUMENT_BROKEN the document has no paths/,
    ],
    [
      'a reference to nothing, with its place',
      'openapi: 3.1.0\npaths:\n  /a:\n    get: { responses: { "200": { $ref: "#/components/responses/None" } } }',
      /^acme\.yaml:4:\d+ CONNECTOR_DOCUMENT_BROKEN \$ref #\/components\/responses\/None points to nothing$/,
    ],
    [
      'a reference to another file',
      'openapi: 3.1.0\npaths:\n  /a:\n    get: { responses: { "200": { $ref: "other.yaml#/a" } } }',
      /leaves the document: bundle it into one file first$/,
    ],
    [
      'a bomb of brackets',
      `{"openapi":"3.1.0","paths":${'['.repeat(100_000)}`,
      /^acme\.yaml:\d+:\d+ (?:CONFIG_YAML_BROKEN|CONNECTOR_DOCUMENT_BROKEN nested over 200 levels)/,
    ],
    [
      'a bomb of indentation',
      `openapi: 3.1.0\npaths:\n${Array.from({ length: 3000 }, (_, at) => `${' '.repeat(at + 1)}a:`).join('\n')}`,
      /^acme\.yaml:\d+:\d+ (?:CONFIG_YAML_BROKEN|CONNECTOR_DOCUMENT_BROKEN nested over 200 levels)/,
    ],
    [
      'JSON nested deep',
      `{"openapi":"3.1.0","paths":{},"x-deep":${'['.repeat(300)}${']'.repeat(300)}}`,
      /nested over 200 levels$/,
    ],
    [
      'a bomb of dashes, with its place',
      `openapi: 3.1.0\nx:\n  ${'- '.repeat(200_000)}`,
      /^acme\.yaml:3:\d+ CONNECTOR_DOCUMENT_BROKEN nested over 200 levels$/,
    ],
    [
      'nested deep, with its place',
      `openapi: 3.1.0\npaths: {}\nx-deep:\n  ${'- '.repeat(300)}a`,
      /^acme\.yaml:4:\d+ CONNECTOR_DOCUMENT_BROKEN nested over 200 levels$/,
    ],
    [
      'an anchor that holds itself, with its place',
      'openapi: 3.1.0\ninfo: { title: A }\npaths:\n  /a: &a\n    get: *a\n    put: *a\n',
      /^acme\.yaml:5:\d+ CONNECTOR_DOCUMENT_BROKEN an anchor holds itself/,
    ],
    [
      'an alias bomb',
      `a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefghi'
        .split('')
        .map((name, at) => `${name}: &${name} [${Array(9).fill(`*${'abcdefgh'[at]}`).join(',')}]`)
        .join('\n')}\n`,
      /CONFIG_YAML_BROKEN/,
    ],
  ])('is refused where it is %s', (_what, text, said) => {
    expect(problemsOf(text)[0]).toMatch(said)
  })

  it('is refused where it is larger than the limit, without being read', () => {
    expect(problemsOf(' '.repeat(MAX_DOCUMENT_BYTES + 1))[0]).toContain('CONNECTOR_DOCUMENT_LARGE')
  })

  it('may hold brackets that are never closed in its texts', () => {
    const description = 'a half-open interval [0, 1) '.repeat(500)
    const paths = { '/a': { get: get({ operationId: 'a', description }) } }
    expect(documentOf({ openapi: '3.1.0', paths }).changes).toEqual([])
  })

  it('gets an operationId of its own for every operation, and tells which', () => {
    const { root, changes } = documentOf({
      openapi: '3.1.0',
      paths: {
        '/a': { get: get({ operationId: 'list' }), post: get() },
        '/b': { get: get({ operationId: 'list' }), delete: get({ operationId: 'post_a' }) },
        '/b/{id}': { parameters: [], get: get() },
      },
    })
    const paths = root['paths'] as Record<string, Record<string, { operationId?: string }>>
    const ids = Object.values(paths).flatMap(item =>
      Object.values(item).flatMap(({ operationId }) => operationId ?? []),
    )
    expect(ids).toEqual(['list', 'post_a_2', 'list_2', 'post_a', 'get_b_by_id'])
    expect(changes).toEqual([
      'POST /a: had no operationId, it is now post_a_2',
      'GET /b: operationId list was there already, it is now list_2',
      'GET /b/{id}: had no operationId, it is now get_b_by_id',
    ])
  })

  it('is brought from 3.0 to 3.1, but for its examples', () => {
    const { root } = documentOf({
      openapi: '3.0.3',
      paths: { '/a': { get: get({ operationId: 'a' }) } },
      components: {
        schemas: {
          A: {
            type: 'object',
            example: { nullable: true },
            properties: {
              name: { type: 'string', nullable: true },
              size: { type: 'integer', minimum: 0, exclusiveMinimum: true },
              word: { type: 'string', enum: ['a'], nullable: true },
              other: { allOf: [{ type: 'object' }], nullable: true },
            },
          },
        },
      },
    })
    const components = root['components']
    const schemas = isObject(components) ? components['schemas'] : undefined
    expect(root['openapi']).toBe('3.1.0')
    expect(schemas).toEqual({
      A: {
        type: 'object',
        example: { nullable: true },
        properties: {
          name: { type: ['string', 'null'] },
          size: { type: 'integer', exclusiveMinimum: 0 },
          word: { type: ['string', 'null'], enum: ['a', null] },
          other: { anyOf: [{ allOf: [{ type: 'object' }] }, { type: 'null' }] },
        },
      },
    })
  })

  it('keeps callbacks of operations where the hub looks for them, and needs a scheme only once', () => {
    const { root, changes } = documentOf({
      openapi: '3.1.0',
      paths: {
        '/a': {
          post: get({ operationId: 'a', callbacks: { aDone: { '{$request.body#/url}': { post: get() } } } }),
        },
      },
      components: { securitySchemes: { key: { type: 'apiKey', in: 'header', name: 'X-Key' } } },
    })
    expect(Object.keys(root['webhooks'] as object)).toEqual(['aDone'])
    expect(root['security']).toEqual([{ key: [] }])
    expect(changes).toHaveLength(2)
  })

  it('that needs no change is left as it is', () => {
    const text = readFileSync('tests/fixtures/openapi/lift.json', 'utf8')
    const { document } = readForeign(text, 'lift.json')
    expect(document?.changes).toEqual([])
    expect(document?.root).toEqual(JSON.parse(text))
  })
})
