/**
 * The one way out over HTTP, on undici: keep-alive pools, one total timeout, a cap on answers, no redirects,
 * private addresses refused at connect time. It knows whether a request was ever handed to a connected
 * socket: before that moment nothing can have left.
 */
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib'
import { Agent, type Dispatcher } from 'undici'
import type { Code } from '../../kernel/errors.js'
import {
  guardedLookup,
  PRIVATE_ADDRESS,
  PrivateAddressError,
  refuseLiteral,
  type SystemLookup,
} from './address.js'
import type { Answered, Exchange, Failed, HouseVerdict, HttpClient, OutgoingRequest } from './transport.js'

const CONNECT_TIMEOUT = 10_000
/** Shorter than any common server's: a request on a socket the other side is closing would be an unknown. */
const KEEP_ALIVE = 4000

/**
 * @param options.connections sockets per origin; `lookup` replaces the system's resolver (tests)
 */
export function createHttpClient(
  options: { readonly connections?: number; readonly lookup?: SystemLookup; readonly ca?: string } = {},
): HttpClient {
  const common = {
    connections: options.connections ?? 64,
    pipelining: 1,
    keepAliveTimeout: KEEP_ALIVE,
    headersTimeout: 0,
    bodyTimeout: 0,
    maxHeaderSize: 32 * 1024,
  }
  const tls = { timeout: CONNECT_TIMEOUT, ...(options.ca !== undefined && { ca: options.ca }) }
  // Two pools: a socket opened for a connection that may call private addresses is never lent to one that may not.
  const open = new Agent({
    ...common,
    connect: { ...tls, ...(options.lookup && { lookup: plainLookup(options.lookup) }) },
  })
  const guarded = new Agent({ ...common, connect: { ...tls, lookup: guardedLookup(options.lookup) } })
  return {
    send: request => exchange(request.allowPrivate ? open : guarded, request),
    async close() {
      await Promise.all([open.destroy(), guarded.destroy()])
    },
  }
}

function plainLookup(resolve: SystemLookup): ReturnType<typeof guardedLookup> {
  return (host, options, done) =>
    resolve(host, { ...options, all: true }, (error, addresses) => {
      const first = addresses?.[0]
      if (error || !first) return done(error ?? new Error(`no address for ${host}`), [])
      if (options.all) return done(null, addresses)
      done(null, first.address, first.family)
    })
}

function exchange(agent: Dispatcher, request: OutgoingRequest): Promise<Exchange> {
  const began = performance.now()
  const took = () => Math.round((performance.now() - began) * 10) / 10
  const failed = (left: boolean, code: Code, cause: unknown): Failed => ({
    kind: 'failed',
    left,
    code,
    detail: reason(cause),
    tookMs: took(),
    cause,
  })
  if (!request.allowPrivate) {
    try {
      refuseLiteral(request.url.hostname)
    } catch (cause) {
      return Promise.resolve(failed(false, 'CONNECTOR_ADDRESS_PRIVATE', cause))
    }
  }
  return new Promise(resolve => {
    let controller: Dispatcher.DispatchController | undefined
    let over = false
    let status = 0
    let headers: Record<string, string> = {}
    let size = 0
    const chunks: Buffer[] = []
    const end = (result: Exchange) => {
      if (over) return
      over = true
      clearTimeout(timer)
      resolve(result)
    }
    const timer = setTimeout(() => {
      const cause = new Error(`no answer within ${request.timeoutMs} ms`)
      end(
        failed(
          controller !== undefined,
          controller ? 'CONNECTOR_CALL_TIMEOUT' : 'CONNECTOR_CALL_UNREACHABLE',
          cause,
        ),
      )
      controller?.abort(cause)
    }, request.timeoutMs)
    try {
      agent.dispatch(
        {
          origin: request.url.origin,
          path: `${request.url.pathname}${request.url.search}`,
          method: request.method as Dispatcher.HttpMethod,
          headers: { ...request.headers, 'accept-encoding': 'identity' },
          body: request.body ?? null,
        },
        {
          onRequestStart(given) {
            // The caller was told that nothing left: it must stay true.
            if (over) given.abort(new Error('too late'))
            else controller = given
          },
          onResponseStart(_, code, received) {
            status = code
            headers = flat(received)
          },
          onResponseData(given, chunk) {
            size += chunk.length
            if (size <= request.maxBytes) chunks.push(chunk)
            else {
              const cause = new Error(`the answer is over ${request.maxBytes} bytes`)
              end(failed(true, 'CONNECTOR_ANSWER_LARGE', cause))
              given.abort(cause)
            }
          },
          onResponseEnd() {
            const body = decoded(Buffer.concat(chunks), headers['content-encoding'], request.maxBytes)
            if (body) end({ kind: 'answered', status, headers, body, tookMs: took() })
            else
              end(failed(true, 'CONNECTOR_ANSWER_UNUSABLE', new Error('the answer cannot be decompressed')))
          },
          onResponseError(_, cause) {
            const refused = codeOf(cause) === PRIVATE_ADDRESS
            const left = controller !== undefined
            end(
              failed(
                left,
                refused
                  ? 'CONNECTOR_ADDRESS_PRIVATE'
                  : left
                    ? 'CONNECTOR_CALL_CUT'
                    : 'CONNECTOR_CALL_UNREACHABLE',
                cause,
              ),
            )
          },
        },
      )
    } catch (cause) {
      // undici refuses a malformed request (a bad header, a bad path) before anything is written.
      end(failed(false, 'CONNECTOR_CALL_UNREACHABLE', cause))
    }
  })
}

function flat(received: Record<string, string | string[] | undefined>): Record<string, string> {
  const headers: Record<string, string> = Object.create(null)
  for (const [name, value] of Object.entries(received))
    if (value !== undefined) headers[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : value
  return headers
}

/** Some servers compress unasked; the cap holds for what comes out. */
const DECODERS: Readonly<Record<string, (body: Buffer, options: { maxOutputLength: number }) => Buffer>> = {
  gzip: gunzipSync,
  'x-gzip': gunzipSync,
  deflate: inflateSync,
  br: brotliDecompressSync,
}
function decoded(body: Buffer, encoding: string | undefined, maxOutputLength: number): Buffer | undefined {
  const name = encoding?.trim().toLowerCase() ?? 'identity'
  if (name === 'identity' || name === '' || body.length === 0) return body
  const decode = Object.hasOwn(DECODERS, name) ? DECODERS[name] : undefined
  try {
    return decode?.(body, { maxOutputLength })
  } catch {
    // Whatever is wrong with it: an answer that cannot be read is an answer we do not know.
    return undefined
  }
}

const codeOf = (error: unknown): string | undefined =>
  error instanceof PrivateAddressError ? PRIVATE_ADDRESS : (error as { code?: string } | undefined)?.code

function reason(cause: unknown): string {
  if (!(cause instanceof Error)) return 'the call failed'
  const code = codeOf(cause)
  const inner = cause instanceof AggregateError ? (cause.errors[0] as Error | undefined) : undefined
  return code === undefined ? cause.message : `${inner?.message || cause.message} (${code})`
}

/** The house table by status; what differs per verb (absent) is told by the verb. */
export function httpHouse(answer: Answered, verb: string): HouseVerdict {
  const { status } = answer
  if (status >= 200 && status < 300) return { is: 'accepted', code: undefined }
  if (status === 401 || status === 403) return { is: 'misconfigured', code: 'CONNECTOR_ACCESS_DENIED' }
  if ((status === 404 || status === 410) && verb !== 'create' && verb !== 'put' && verb !== 'check')
    return { is: 'absent', code: 'CONNECTOR_THING_ABSENT' }
  if (status === 408 || status === 425) return { is: 'unknown', code: 'CONNECTOR_CALL_TIMEOUT' }
  if (status === 429) return { is: 'throttled', code: 'CONNECTOR_ANSWER_THROTTLED' }
  if (status === 503 && answer.headers['retry-after'] !== undefined)
    return { is: 'throttled', code: 'CONNECTOR_ANSWER_THROTTLED' }
  if (status >= 500) return { is: 'unknown', code: 'CONNECTOR_ANSWER_FAILED' }
  if (status >= 400) return { is: 'refused', code: 'CONNECTOR_ANSWER_REFUSED' }
  // Redirects are not followed. A moved address is for the operator; "see other" may well follow work done.
  if (status === 301 || status === 307 || status === 308)
    return { is: 'misconfigured', code: 'CONNECTOR_ANSWER_UNUSABLE' }
  return { is: 'unknown', code: 'CONNECTOR_ANSWER_UNUSABLE' }
}
