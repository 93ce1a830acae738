/** Any system with an OpenAPI document, by six lines in the project's own folder: the ones that docs/connector.md shows. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { startVendor } from '../connector/support/vendor.js'
import { forEachEngine } from '../support/engines.js'
import { afterwards, startHub } from './hub-over-http.js'

/** The first block of YAML under its heading. */
function shown(heading: string): string {
  const text = readFileSync(join(import.meta.dirname, '../../docs/connector.md'), 'utf8')
  const block = text.split(`\n## ${heading}\n`)[1]?.match(/```yaml\n([\s\S]*?)```/)?.[1]
  if (block === undefined) throw new Error(`docs/connector.md shows no YAML under ${heading}`)
  return block
}

/** As a vendor writes it: JSON, an address of its own, what nobody here asked for. */
const document = (address: string) =>
  JSON.stringify({
    openapi: '3.1.0',
    info: { title: 'Campus LMS', version: '2024-11' },
    servers: [{ url: address }],
    security: [{ bearer: [] }],
    paths: {
      '/learners': {
        post: {
          operationId: 'createLearner',
          requestBody: {
            required: true,
            content: { 'application/json': { schema: { $ref: '#/components/schemas/Learner' } } },
          },
          responses: {
            '201': {
              description: 'made',
              content: {
                'application/json': {
                  schema: { type: 'object', required: ['id'], properties: { id: { type: 'integer' } } },
                },
              },
            },
          },
        },
      },
      '/learners/{id}': {
        patch: {
          operationId: 'updateLearner',
          parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'integer' } }],
          requestBody: {
            content: { 'application/json': { schema: { $ref: '#/components/schemas/Learner' } } },
          },
          responses: { '204': { description: 'changed' } },
        },
      },
    },
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } },
      schemas: {
        Learner: {
          type: 'object',
          required: ['full_name'],
          properties: {
            full_name: { type: 'string' },
            mobile: { type: 'string' },
            locale: { type: 'string' },
          },
        },
      },
    },
  })

const NEWS = {
  'connectors/news/connector.yaml': `connector: news
title: News
openapi: ./api.yaml
resources: { person: { callback: { event: candidate.changed } } }
callback: { verify: { scheme: none }, event: type }
`,
  'connectors/news/api.yaml': `openapi: 3.1.0
info: { title: News, version: "1" }
paths: {}
webhooks:
  candidate.changed:
    post: { requestBody: { content: { application/json: { schema: { type: object, properties: { type: { type: string }, id: { type: string }, name: { type: string }, phone: { type: string } } } } } }, responses: {} }
`,
  'mappings/person.in.yaml': `mapping: person.in
from: news.person
to: candidate
identity: id
fields: { name: name, phones: [phone] }
`,
}

forEachEngine('a system of six lines', engine => {
  it('is checked, made known of people, and told of their changes', async () => {
    const vendor = await startVendor(({ method }) =>
      method === 'POST' ? { status: 201, json: { id: 41 } } : { status: 204 },
    )
    afterwards(() => vendor.close())
    const manifest = shown('The shortest connector')
    expect(manifest.trim().split('\n')).toHaveLength(6)
    const hub = await startHub(await engine.open(), {
      ...NEWS,
      'connections.yaml': `connections:
  - { connection: news, connector: news, hook: news, accept_unsigned: true }
  - { connection: campus, connector: lms, allow_private: true, personal_data: true, settings: { token: t0ken } }
`,
      'connectors/lms/connector.yaml': manifest,
      'connectors/lms/lms.json': document(`${vendor.url}/api/v2`),
      'mappings/learner.out.yaml': `mapping: learner.out
from: candidate
to: lms.learner
fields: { full_name: name, mobile: { from: "phones[0]", as: phone, write: national } }
`,
      'flows/a.yaml': `flows:
  - { flow: person-in, from: news.person, to: candidate, mapping: person.in }
  - { flow: learner, from: candidate, to: campus.learner, mapping: learner.out }
`,
    })
    const tell = async (person: object) => {
      hub.clock.pass(1000)
      const answer = await fetch(`${hub.url}/hooks/news`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ type: 'candidate.changed', ...person }),
      })
      expect(answer.status).toBe(200)
      await hub.rest()
    }
    await tell({ id: 'c1', name: '张三', phone: '+8613900001234' })
    await tell({ id: 'c1', name: '张三丰', phone: '+8613900001234' })
    expect(
      vendor.seen.map(({ method, path, body, headers }) => [
        method,
        path,
        JSON.parse(body),
        headers.authorization,
      ]),
    ).toEqual([
      [
        'POST',
        '/api/v2/learners',
        { full_name: '张三', mobile: expect.stringContaining('139') },
        'Bearer t0ken',
      ],
      [
        'PATCH',
        '/api/v2/learners/41',
        { full_name: '张三丰', mobile: expect.stringContaining('139') },
        'Bearer t0ken',
      ],
    ])
    expect(await hub.rows()).toMatchObject([{ state: 'delivered', external_id: '41' }])
  })
})
