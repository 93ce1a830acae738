/**
 * A simulated vendor: a real HTTP server on 127.0.0.1 made from the vendor's OpenAPI 3.1 document, handlers by
 * operationId, and plain-JSON state. It holds callers AND itself to the document, and misbehaves on demand.
 *
 * HOW TO MAKE ONE
 *
 *   const simulator = await startSimulator(
 *     { name: 'acme', title: '某系统', document: 'acme' },          // openapi/vendors/acme.yaml
 *     runtime => {
 *       const things = createShelf(runtime.slice('things', emptyShelf<Thing>), runtime.now)
 *       return {
 *         auth: { apiKey: credential => { … return 'who' } },       // one per security scheme; throws VendorProblem
 *         handlers: { createThing: call => { … return { status: 201, body } } },   // one per operationId
 *         problem: (problem, operation) => ({ status: 400, body: { … } }),         // the vendor's error format
 *         controls: { approve: { title: '同意', run: input => … } },               // what a person can do there
 *         page: () => [{ title: '审批', columns: […], rows: […] }],                // shown on GET /
 *         snapshot: () => ({ … }),                                                 // GET /_sandbox/state
 *       }
 *     },
 *     { callbacks: scheme })
 *
 * - Before a handler runs, credentials, path, query, headers and body were checked; parameters are coerced. Throw
 *   `VendorProblem` to refuse. What a handler answers is checked too: an undocumented status or body is a *breach*,
 *   kept in `breaches`, and makes `close()` throw. Binary answers: a Buffer body with `type`.
 * - `runtime.effect(…)` notes a change (create, update, delete); `runtime.emit(event, key, body)` sends a callback
 *   through the `CallbackScheme` (callbacks.ts: exact bytes, signature, retry schedule), after the answer.
 * - Helpers: `createShelf` (things with a search index that may lag: pass `call.staleBy` to `search`),
 *   `createIdempotency` (tokens with a window), `createTokens` (access tokens that expire; wire `expireTokens`).
 * - Several operations on one path and method (RPC style): write `/#SendSms` in the document and give `select`.
 * - `extend(server)` adds routes of your own (Fastify; bodies arrive as Buffers) or a WebSocket on `server.server`.
 *
 * HOW TO MISBEHAVE: `simulator.faults.add({ on: 'createThing', fault: { kind: 'cut', when: 'after' } })`, or the same
 * JSON to `POST /_sandbox/faults`. All kinds stand in misbehaviour.ts. Also there: `GET /_sandbox/{state, effects,
 * exchanges, callbacks, faults}`, `POST /_sandbox/target {url}`, `POST /_sandbox/do/{control}`.
 */
import Fastify, { type FastifyInstance } from 'fastify'
import { type Clock, systemClock } from '../kernel/clock.js'
import { answerCall, type CallParts, callContext } from './answer-call.js'
import { addBackdoor } from './backdoor.js'
import { type CallbackScheme, createCallbacks, emptyCallbacks } from './callbacks.js'
import {
  loadDocument,
  type Operation,
  readDocument,
  type VendorDocument,
  vendorDocumentFile,
} from './document.js'
import { openMemory } from './memory.js'
import { createFaults } from './misbehaviour.js'
import type { Effect, Exchange, Runtime, Simulator, Vendor } from './types.js'

export interface SimulatorIdentity {
  /** Names the memory file and the log lines. */
  readonly name: string
  /** Chinese, the page's heading. */
  readonly title: string
  /** Name of a file in openapi/vendors, or a document already read. */
  readonly document: string | { readonly openapi: string } | { readonly read: VendorDocument }
}

export interface SimulatorOptions {
  /** 0 = any free port (default). A remembered port is tried first. */
  readonly port?: number
  readonly clock?: Clock
  /** Where to remember across restarts; absent: nothing is written. */
  readonly folder?: string
  /** Address of the hub's hook; may be set later through `callbacks.target`. */
  readonly target?: string
  /** Multiplies the vendor's retry schedule; default 1. */
  readonly retryScale?: number
}

/** Larger than any vendor's documented request. */
const BODY_LIMIT = 4 * 1024 * 1024

export async function startSimulator(
  identity: SimulatorIdentity,
  build: (runtime: Runtime) => Vendor,
  options: SimulatorOptions & { readonly callbacks?: CallbackScheme } = {},
): Promise<Simulator> {
  const document = documentOf(identity)
  const clock = options.clock ?? systemClock
  const now = () => clock.now()
  const memory = openMemory(options.folder, identity.name)
  const own = memory.slice('sandbox', () => ({ port: 0, count: 0 }))
  const effects = memory.slice<Effect[]>('effects', () => [])
  const exchanges: Exchange[] = []
  const breaches: string[] = []
  const faults = createFaults()
  const stop = new AbortController()
  const callbackState = memory.slice('callbacks', emptyCallbacks)
  if (options.target !== undefined) callbackState.target = options.target
  const callbacks = createCallbacks({
    scheme: options.callbacks ?? PLAIN_SCHEME,
    state: callbackState,
    faults,
    now,
    scale: options.retryScale ?? 1,
    changed: () => memory.saveSoon(),
    broke: text => void breaches.push(text),
  })

  let url = ''
  const id = (prefix: string) => {
    own.count++
    return `${prefix}_${String(own.count).padStart(6, '0')}`
  }
  const runtime: Runtime = {
    now,
    get url() {
      return url
    },
    slice: (name, initial) => memory.slice(name, initial),
    id,
    effect(effect) {
      const context = callContext.getStore()
      effects.push({ ...effect, at: now(), operation: context?.operation ?? 'control' })
      // A call saves before its answer; what happens outside one (SMTP, a timer) has nobody else to save it.
      if (!context) void memory.save()
    },
    emit(event, key, body) {
      breaches.push(...(document.checkCallback(event, body) ?? []).map(text => `${event}: ${text}`))
      const record = callbacks.enqueue({ id: id('evt'), event, key, body, at: now() })
      const context = callContext.getStore()
      if (context) context.said.push(record)
      else void callbacks.send(record)
    },
  }
  const vendor = build(runtime)
  assertComplete(identity.name, document, vendor)

  const server = Fastify({ bodyLimit: BODY_LIMIT, exposeHeadRoutes: false, forceCloseConnections: true })
  server.removeAllContentTypeParsers()
  server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  const parts: CallParts = {
    document,
    vendor,
    faults,
    callbacks,
    memory,
    exchanges,
    breaches,
    now,
    stopped: stop.signal,
  }
  addOperations(server, parts)
  const simulator: Simulator = {
    name: identity.name,
    title: identity.title,
    get url() {
      return url
    },
    faults,
    exchanges,
    effects,
    callbacks,
    breaches,
    async control(name, input = {}) {
      const control = Object.hasOwn(vendor.controls ?? {}, name) ? vendor.controls?.[name] : undefined
      if (!control) throw new Error(`${identity.name} has no control ${name}`)
      const result = await control.run(input)
      await memory.save()
      return result
    },
    snapshot: () => vendor.snapshot(),
    now,
    async close() {
      stop.abort()
      await callbacks.close()
      await vendor.close?.()
      await server.close()
      memory.close()
      if (breaches.length > 0) throw new Error(`${identity.name} broke its document:\n${breaches.join('\n')}`)
    },
  }
  addBackdoor(server, simulator, vendor)
  await vendor.extend?.(server)
  own.port = await listen(server, options.port || own.port)
  url = `http://127.0.0.1:${own.port}`
  await memory.save()
  return simulator
}

function documentOf({ document, name }: SimulatorIdentity): VendorDocument {
  if (typeof document === 'string') return loadDocument(vendorDocumentFile(document))
  return 'read' in document ? document.read : readDocument(document, name)
}

/** Vendors without a documented signature: plain POST, three tries. */
const PLAIN_SCHEME: CallbackScheme = {
  schedule: [1000, 5000],
  timeout: 5000,
  encode: draft => ({ body: JSON.stringify(draft.body), headers: {} }),
}

function addOperations(server: FastifyInstance, parts: CallParts): void {
  const routes = new Map<string, Operation[]>()
  for (const operation of parts.document.operations) {
    const key = `${operation.method} ${operation.route}`
    routes.set(key, [...(routes.get(key) ?? []), operation])
  }
  for (const operations of routes.values()) {
    const [first] = operations
    if (!first) continue
    server.route({
      method: first.method as 'GET',
      url: first.route,
      handler: (request, reply) => {
        let operation: Operation | undefined = first
        if (operations.length > 1) {
          const headers = request.headers as Record<string, string>
          const ids = operations.map(candidate => candidate.id)
          const chosen = parts.vendor.select?.(ids, { headers, path: request.url })
          operation = operations.find(candidate => candidate.id === chosen)
        }
        return answerCall(parts, operation, request, reply)
      },
    })
  }
  server.setNotFoundHandler((request, reply) => answerCall(parts, undefined, request, reply))
}

function assertComplete(name: string, document: VendorDocument, vendor: Vendor): void {
  const ids = document.operations.map(operation => operation.id)
  const missing = [
    ...ids.filter(id => !Object.hasOwn(vendor.handlers, id)).map(id => `handler ${id}`),
    ...Object.keys(document.schemes)
      .filter(scheme => !Object.hasOwn(vendor.auth, scheme))
      .map(scheme => `auth check ${scheme}`),
  ]
  const unknown = Object.keys(vendor.handlers).filter(id => !ids.includes(id))
  if (missing.length > 0) throw new Error(`${name} lacks: ${missing.join(', ')}`)
  if (unknown.length > 0) throw new Error(`${name} handles what its document has not: ${unknown.join(', ')}`)
}

async function listen(server: FastifyInstance, port: number): Promise<number> {
  try {
    await server.listen({ host: '127.0.0.1', port })
  } catch (error) {
    if (port === 0 || (error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
    await server.listen({ host: '127.0.0.1', port: 0 })
  }
  const address = server.server.address()
  if (address === null || typeof address === 'string') throw new Error('the simulator has no port')
  return address.port
}
