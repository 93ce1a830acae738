/** The OpenAPI document: made from the routes, served at /openapi.json, with a page to try it at /docs. */
import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import { KINDS } from '../model/kinds.js'
import { SHARED } from './schemas.js'
import type { App } from './served.js'

export interface Named {
  readonly $id: string
}

/** The contract's version; it grows with every change that a client can see. */
const VERSION = '1.0.0'

const TAGS = [
  { name: 'records', description: 'The one canonical record of each thing, and what systems say about it.' },
  { name: 'feed', description: 'Every change, in one order, to follow.' },
  { name: 'messages', description: 'What came in, and what became of it.' },
  { name: 'deliveries', description: 'What each system is to hold, and how far it is.' },
  { name: 'effects', description: 'Calls that changed something outside.' },
  { name: 'findings', description: 'What a person should know.' },
  { name: 'connections', description: 'The systems, where they call and whether they are well.' },
  { name: 'mappings', description: 'Trying mappings out.' },
  { name: 'keys', description: 'Who may do what.' },
  { name: 'health', description: 'For balancers and monitors.' },
]

/** Call before the routes: the document sees only what is registered after it. */
export async function describe(app: App): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'hrhub',
        version: VERSION,
        description:
          'Integration middleware for HR: every system’s picture of a candidate, kept the same. Errors are RFC 9457 problems with a `code` and a `remedy`. Callbacks of vendors go to /hooks/{hook}; see GET /v1/connections for the addresses.',
      },
      tags: TAGS,
      components: {
        securitySchemes: {
          key: { type: 'http', scheme: 'bearer', description: 'A key of the API: `hrhub keys create`.' },
        },
      },
      security: [{ key: [] }],
    },
    refResolver: { buildLocalReference: (json, _base, _fragment, i) => String(json['$id'] ?? `def-${i}`) },
  })
  for (const { schema } of KINDS.values()) app.addSchema(schema)
  for (const schema of SHARED) app.addSchema(schema)
}

/** The pages; after the routes or before, they are in no document. */
export async function serveDocument(app: App): Promise<void> {
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    uiConfig: { deepLinking: true, persistAuthorization: false },
  })
  let document: string | undefined
  app.get('/openapi.json', { schema: { hide: true } }, async (_request, reply) => {
    document ??= JSON.stringify(app.swagger())
    return reply.type('application/json').send(document)
  })
}
