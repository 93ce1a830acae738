/** The smallest vendor that shows everything the framework does. */
import type { CallbackScheme } from '../../../src/sandbox/callbacks.js'
import { createIdempotency, emptyIdempotency } from '../../../src/sandbox/idempotency.js'
import { createShelf, emptyShelf } from '../../../src/sandbox/shelf.js'
import { type SimulatorOptions, startSimulator } from '../../../src/sandbox/simulator.js'
import { createTokens, emptyTokens } from '../../../src/sandbox/tokens.js'
import { VendorProblem } from '../../../src/sandbox/types.js'

const problem = { content: { 'application/json': { schema: { $ref: '#/components/schemas/Problem' } } } }
const thing = { content: { 'application/json': { schema: { $ref: '#/components/schemas/Thing' } } } }
export const TOY_DOCUMENT = {
  openapi: '3.1.0',
  info: { title: 'Toy', version: '1' },
  paths: {
    '/token': {
      post: {
        operationId: 'getToken',
        security: [],
        responses: {
          200: { description: 'token', content: { 'application/json': { schema: { type: 'object' } } } },
        },
      },
    },
    '/things': {
      post: {
        operationId: 'createThing',
        parameters: [{ name: 'Idempotency-Key', in: 'header', schema: { type: 'string', maxLength: 64 } }],
        requestBody: {
          required: true,
          content: { 'application/json': { schema: { $ref: '#/components/schemas/NewThing' } } },
        },
        responses: {
          201: { description: 'made', ...thing },
          default: { description: 'problem', ...problem },
        },
      },
      get: {
        operationId: 'listThings',
        parameters: [
          { name: 'limit', in: 'query', schema: { type: 'integer', maximum: 100 } },
          { name: 'ref', in: 'query', schema: { type: 'string' } },
        ],
        responses: {
          200: {
            description: 'list',
            content: {
              'application/json': {
                schema: { type: 'array', items: { $ref: '#/components/schemas/Thing' } },
              },
            },
          },
          default: { description: 'problem', ...problem },
        },
      },
    },
    '/things/{id}': {
      get: {
        operationId: 'getThing',
        parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }],
        responses: {
          200: { description: 'thing', ...thing },
          default: { description: 'problem', ...problem },
        },
      },
    },
  },
  webhooks: {
    'thing.made': {
      post: {
        requestBody: { content: { 'application/json': { schema: { $ref: '#/components/schemas/Thing' } } } },
        responses: { 200: { description: 'ok' } },
      },
    },
  },
  components: {
    securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } },
    schemas: {
      NewThing: {
        type: 'object',
        required: ['ref', 'name'],
        additionalProperties: false,
        properties: { ref: { type: 'string' }, name: { type: 'string', 'x-personal': 'name' } },
      },
      Thing: {
        type: 'object',
        required: ['id', 'ref', 'name'],
        properties: { id: { type: 'string' }, ref: { type: 'string' }, name: { type: 'string' } },
      },
      Problem: {
        type: 'object',
        required: ['error'],
        properties: { error: { type: 'string' }, why: { type: 'string' } },
      },
    },
  },
  security: [{ bearer: [] }],
} as const

type Thing = { id: string; ref: string; name: string }

const scheme: CallbackScheme = {
  schedule: [1000, 1000],
  timeout: 2000,
  encode: (draft, how) => ({
    body: JSON.stringify(draft.body),
    headers: {
      'x-at': String(how.at),
      'x-id': draft.id,
      ...(how.forge === 'missing' ? {} : { 'x-signature': how.forge === 'wrong' ? 'bad' : 'good' }),
    },
  }),
}

export function startToy(options: SimulatorOptions & { lagMs?: number; breakAnswer?: boolean } = {}) {
  return startSimulator(
    { name: 'toy', title: '玩具系统', document: TOY_DOCUMENT },
    runtime => {
      const things = createShelf(runtime.slice('things', emptyShelf<Thing>), runtime.now, options.lagMs)
      const tokens = createTokens(runtime.slice('tokens', emptyTokens), runtime.now, 'tok_')
      const memory = createIdempotency(runtime.slice('keys', emptyIdempotency), runtime.now, {
        windowMs: 60_000,
        otherBody: 'refuse',
      })
      return {
        auth: { bearer: credential => tokens.check(credential.value) },
        expireTokens: () => tokens.expireAll(),
        problem: (what, operation) => {
          const status = {
            unauthenticated: 401,
            token_expired: 401,
            throttled: 429,
            not_found: 404,
            conflict: 409,
          } as Record<string, number>
          return {
            status: what.status ?? status[what.kind] ?? 400,
            body: { error: what.kind, why: `${operation}: ${what.detail}` },
          }
        },
        handlers: {
          getToken: () => ({ status: 200, body: { token: tokens.issue('hub', 7_200_000) } }),
          createThing: call =>
            memory.once('createThing', call.headers['idempotency-key'], call.raw, () => {
              const body = call.body as Omit<Thing, 'id'>
              const made = { id: runtime.id('thg'), ...body }
              things.put(made.id, made)
              runtime.effect({
                verb: 'create',
                resource: 'thing',
                id: made.id,
                body,
                token: call.headers['idempotency-key'],
              })
              runtime.emit('thing.made', made.id, made)
              return { status: 201, body: options.breakAnswer ? { id: 7 } : made }
            }),
          listThings: call => ({
            status: 200,
            body: things
              .search(call.staleBy)
              .filter(entry => call.query['ref'] === undefined || entry.ref === call.query['ref']),
          }),
          getThing: call => {
            const found = things.get(call.params['id'] ?? '')
            if (!found) throw new VendorProblem({ kind: 'not_found', detail: 'no such thing' })
            return { status: 200, body: found }
          },
        },
        controls: {
          shout: {
            title: '再说一次',
            run: input => {
              const found = things.get(String(input['id']))
              if (found) runtime.emit('thing.made', found.id, found)
              return { shouted: found !== undefined }
            },
          },
        },
        page: () => [
          { title: '东西', columns: ['编号', '名称'], rows: things.all().map(t => [t.id, t.name]) },
        ],
        snapshot: () => ({ things: [...things.all()] }),
      }
    },
    { ...options, callbacks: scheme },
  )
}
