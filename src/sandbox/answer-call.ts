/**
 * The way of one call through a simulator: its fault, auth, the document's checks, the vendor's handler, the
 * document's checks on the answer, memory, then the wire. An answer that breaks the document is a breach.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { isHubError } from '../kernel/errors.js'
import { type Json, parseJson } from '../kernel/json.js'
import { authenticate } from './authenticate.js'
import type { CallbackRecord, Callbacks } from './callbacks.js'
import type { Operation, VendorDocument } from './document.js'
import type { Memory } from './memory.js'
import type { CallFault, Faults } from './misbehaviour.js'
import type { Answer, Call, Exchange, Problem, Vendor } from './types.js'
import { VendorProblem } from './types.js'

/** What is true while one call is being worked on. */
export interface CallContext {
  readonly operation: string
  readonly said: CallbackRecord[]
}
export const callContext = new AsyncLocalStorage<CallContext>()

export interface CallParts {
  readonly document: VendorDocument
  readonly vendor: Vendor
  readonly faults: Faults
  readonly callbacks: Callbacks
  readonly memory: Memory
  readonly exchanges: Exchange[]
  readonly breaches: string[]
  readonly now: () => number
  readonly stopped: AbortSignal
}

const HTML = '<html><head><title>502 Bad Gateway</title></head><body><h1>Bad Gateway</h1></body></html>'
const STALE_BY = 3_600_000
/** An overtaken answer waits this long for its callbacks at most, ms. */
const OVERTAKE_LIMIT = 5000
const EXCHANGES_KEPT = 5000
const TEXT_KEPT = 64 * 1024
const SECRET_HEADERS = new Set([
  'authorization',
  'token',
  'x-acs-dingtalk-access-token',
  'x-api-key',
  'cookie',
])

/** Resolves early, never rejects, when the simulator stops. */
export function pause(ms: number, stopped: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    if (stopped.aborted) return resolve()
    const timer = setTimeout(done, ms)
    function done() {
      clearTimeout(timer)
      stopped.removeEventListener('abort', done)
      resolve()
    }
    stopped.addEventListener('abort', done)
  })
}

export async function answerCall(
  parts: CallParts,
  operation: Operation | undefined,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const begun = performance.now()
  const at = parts.now()
  const raw = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
  const headers = flatHeaders(request)
  const fault = operation && parts.faults.takeForCall(operation.id)
  const socket = request.raw.socket
  const note = (status: number, answer: string) => {
    parts.exchanges.push({
      at,
      operation: operation?.id,
      method: request.method,
      path: request.url,
      headers: Object.fromEntries(
        Object.entries(headers).map(([name, value]) => [name, SECRET_HEADERS.has(name) ? '***' : value]),
      ),
      body: raw.toString('utf8', 0, TEXT_KEPT),
      status,
      answer: answer.slice(0, TEXT_KEPT),
      fault: fault?.kind,
      tookMs: Math.round(performance.now() - begun),
    })
    if (parts.exchanges.length > EXCHANGES_KEPT) parts.exchanges.shift()
  }
  const cut = (how: CallFault & { kind: 'cut' }) => {
    note(0, '')
    if (how.reset) socket.resetAndDestroy()
    else socket.destroy()
    return reply.hijack()
  }
  const send = (answer: Answer) => {
    const type = answer.type ?? 'application/json'
    const body =
      answer.body === undefined
        ? Buffer.alloc(0)
        : Buffer.isBuffer(answer.body)
          ? answer.body
          : Buffer.from(JSON.stringify(answer.body))
    note(answer.status, Buffer.isBuffer(answer.body) ? `(${body.length} bytes)` : body.toString('utf8'))
    reply.code(answer.status).headers({ ...answer.headers })
    if (answer.body !== undefined)
      reply.type(type === 'application/json' ? 'application/json; charset=utf-8' : type)
    return reply.send(body)
  }
  const problem = (what: Problem) => {
    const answer = parts.vendor.problem(what, operation?.id)
    const silent = what.retryAfter === undefined || parts.vendor.saysWaitItself === true
    const wait = silent ? {} : { 'retry-after': String(what.retryAfter) }
    return { ...answer, headers: { ...answer.headers, ...wait } }
  }

  if (operation === undefined)
    return send(problem({ kind: 'not_found', detail: `${request.method} ${request.url.split('?')[0]}` }))

  if (fault?.kind === 'slow' && fault.when !== 'after') await pause(fault.ms, parts.stopped)
  if (fault?.kind === 'cut' && fault.when === 'before') return cut(fault)
  if (fault?.kind === 'html' && fault.when !== 'after') return send(gatewayPage())
  if (fault?.kind === 'error' && fault.when !== 'after')
    return send(problem({ kind: 'failed', status: fault.status, detail: 'the service failed' }))
  if (fault?.kind === 'throttled')
    return send(
      problem({ kind: 'throttled', detail: 'too many requests', retryAfter: fault.retryAfter ?? 1 }),
    )
  if (fault?.kind === 'expire_tokens') parts.vendor.expireTokens?.()

  const context: CallContext = { operation: operation.id, said: [] }
  const staleBy = fault?.kind === 'stale' ? (fault.ms ?? STALE_BY) : 0
  const answer = await callContext.run(context, () =>
    work(parts, operation, { request, headers, raw, staleBy }, problem),
  )
  await parts.memory.save()

  const sayAll = () => Promise.all(context.said.map(record => parts.callbacks.send(record)))
  if (fault?.kind === 'overtake') await Promise.race([sayAll(), pause(OVERTAKE_LIMIT, parts.stopped)])
  else if (context.said.length > 0) reply.raw.once('close', () => void sayAll())

  if (fault?.kind === 'slow') await pause(fault.ms, parts.stopped)
  if (fault?.kind === 'cut') {
    if (fault.when === 'after') return cut(fault)
    return sendHalf(answer, reply, note)
  }
  if (fault?.kind === 'html') return send(gatewayPage())
  if (fault?.kind === 'error')
    return send(problem({ kind: 'failed', status: fault.status, detail: 'the service failed' }))
  return send(answer)
}

interface Incoming {
  readonly request: FastifyRequest
  readonly headers: Readonly<Record<string, string>>
  readonly raw: Buffer
  readonly staleBy: number
}

async function work(
  parts: CallParts,
  operation: Operation,
  incoming: Incoming,
  problem: (what: Problem) => Answer,
): Promise<Answer> {
  let answer: Answer
  try {
    const handler = parts.vendor.handlers[operation.id]
    if (!handler) throw new Error(`no handler for ${operation.id}`)
    answer = await handler(checkCall(parts, operation, incoming))
  } catch (error) {
    if (error instanceof VendorProblem) answer = problem(error.problem)
    else {
      parts.breaches.push(
        `${operation.id}: ${error instanceof Error ? (error.stack ?? error.message) : 'failed'}`,
      )
      return problem({ kind: 'failed', status: 500, detail: 'the simulator failed' })
    }
  }
  const breaches = operation.checkAnswer(answer)
  if (breaches.length === 0) return answer
  parts.breaches.push(...breaches)
  return problem({
    kind: 'failed',
    status: 500,
    detail: `the simulator broke its document: ${breaches.join('; ')}`,
  })
}

/** @throws VendorProblem in the order real gateways check: credentials, media type, parameters, body */
function checkCall(parts: CallParts, operation: Operation, incoming: Incoming): Call {
  const { request, headers, raw, staleBy } = incoming
  const bare = { operation: operation.id, method: request.method, path: request.url, headers, raw, staleBy }
  const query = { ...(request.query as Record<string, Json | undefined>) }
  const params = { ...(request.params as Record<string, string>) }
  const who = authenticate(operation, parts.document.schemes, parts.vendor.auth, bare, query)
  const coerced = { params, query, headers: { ...headers } }
  refuse(operation.checkParts(coerced))
  const body = readBody(operation, headers['content-type'], raw)
  return { ...bare, params, query, body, who }
}

function readBody(operation: Operation, contentType: string | undefined, raw: Buffer): Json | undefined {
  if (raw.length === 0) {
    if (operation.bodyRequired) refuse(['body is required'])
    return undefined
  }
  const mediaType = (contentType ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''
  // A body where the document has none is tolerated when it says nothing: many clients send `{}` with DELETE.
  if (operation.mediaTypes.length === 0) {
    if (raw.toString('utf8').trim() !== '{}') refuse(['body: this operation takes none'])
    return undefined
  }
  if (!operation.mediaTypes.includes(mediaType))
    throw new VendorProblem({
      kind: 'unsupported_type',
      detail: `expected ${operation.mediaTypes.join(' or ')}`,
    })
  const text = raw.toString('utf8')
  let body: Json
  if (mediaType === 'application/x-www-form-urlencoded') body = Object.fromEntries(new URLSearchParams(text))
  else
    try {
      body = parseJson(text)
    } catch (error) {
      if (!isHubError(error)) throw error
      throw new VendorProblem({ kind: 'invalid', detail: error.message })
    }
  refuse(operation.checkBody(mediaType, body))
  return body
}

function refuse(complaints: readonly string[]): void {
  if (complaints.length > 0) throw new VendorProblem({ kind: 'invalid', detail: complaints.join('; ') })
}

function gatewayPage(): Answer {
  return { status: 200, body: Buffer.from(HTML), type: 'text/html; charset=utf-8' }
}

/** Announces the whole answer and sends half of it. */
function sendHalf(answer: Answer, reply: FastifyReply, note: (status: number, text: string) => void) {
  const body = Buffer.isBuffer(answer.body) ? answer.body : Buffer.from(JSON.stringify(answer.body ?? null))
  const half = body.subarray(0, Math.floor(body.length / 2))
  note(answer.status, half.toString('utf8'))
  reply.hijack()
  reply.raw.writeHead(answer.status, {
    'content-type': answer.type ?? 'application/json; charset=utf-8',
    'content-length': body.length,
  })
  reply.raw.write(half, () => reply.raw.destroy())
  return reply
}

function flatHeaders(request: FastifyRequest): Record<string, string> {
  return Object.fromEntries(
    Object.entries(request.headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value]],
    ),
  )
}
