/**
 * Callbacks of vendors: raw bytes to the receiver, its answer back. The hot path: no parsing, no validation, no key;
 * the connection's verify scheme is the lock, and an unknown hook answers like a wrong signature.
 */
import type { IncomingMessage } from 'node:http'
import type { FastifyRequest } from 'fastify'
import type { RawRequest } from '../../connector/types.js'
import { HubError, isHubError } from '../../kernel/errors.js'
import { refuseText } from '../check-input.js'
import { refuseLoad } from '../load.js'
import type { App, AppOptions, ServedHub } from '../served.js'

/** For hooks that nobody has, so that they answer like those that somebody has. */
const UNKNOWN_MAX = 1024 * 1024
const EMPTY = Buffer.alloc(0)
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const

/** A scope of its own: its parsers and its silence are nobody else's. */
export async function hookRoutes(app: App, hub: ServedHub, options: AppOptions): Promise<void> {
  const { receiver } = hub.pipeline
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (request, payload, done) => {
    const { hook } = request.params as { hook: string }
    const most = receiver.find(hook)?.maxBytes ?? UNKNOWN_MAX
    readBody(payload, Number(request.headers['content-length'] ?? 0), most).then(
      body => done(null, body),
      done,
    )
  })

  for (const url of ['/hooks/:hook', '/hooks/:hook/*']) {
    app.route<{ Params: { hook: string } }>({
      method: [...METHODS],
      url,
      schema: { hide: true },
      handler: async (request, reply) => {
        refuseLoad(hub, options)
        const answer = await receive(request.params.hook, rawRequest(request))
        return reply.code(answer.status).headers(answer.headers).send(answer.body)
      },
    })
  }

  async function receive(hook: string, request: RawRequest) {
    try {
      return await receiver.receive(hook, request)
    } catch (error) {
      // One face for every refusal: strangers learn neither which hooks exist nor what is wrong with a signature.
      if (isHubError(error) && error.entry.status === 401)
        throw new HubError('HTTP_HOOK_REFUSED', { detail: 'the callback is not signed as agreed' })
      throw error
    }
  }
}

function readBody(payload: IncomingMessage, announced: number, most: number): Promise<Buffer> {
  const tooLarge = () => new HubError('HTTP_BODY_LARGE', { detail: `the body is larger than ${most} bytes` })
  return new Promise((resolve, reject) => {
    if (announced > most) {
      reject(tooLarge())
      return
    }
    const chunks: Buffer[] = []
    let size = 0
    payload.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size > most) {
        payload.removeAllListeners('data')
        payload.resume()
        reject(tooLarge())
      } else chunks.push(chunk)
    })
    payload.once('end', () => resolve(chunks.length === 1 ? (chunks[0] ?? EMPTY) : Buffer.concat(chunks)))
    payload.once('error', cause =>
      reject(new HubError('HTTP_REQUEST_BROKEN', { detail: 'the body was cut', cause })),
    )
  })
}

function rawRequest(request: FastifyRequest<{ Params: { hook: string } }>): RawRequest {
  const url = request.raw.url ?? ''
  const end = url.indexOf('?')
  const path = end < 0 ? url : url.slice(0, end)
  // The address as it was written: schemes that sign it must see every byte.
  const tail = path.indexOf('/', '/hooks/'.length)
  return {
    method: request.method,
    tail: tail < 0 ? '' : path.slice(tail),
    query: queryOf(end < 0 ? '' : url.slice(end + 1)),
    headers: headersOf(request.headers),
    body: Buffer.isBuffer(request.body) ? request.body : EMPTY,
    receivedAt: request.arrivedAt,
  }
}

function queryOf(text: string): Record<string, string> {
  const query: Record<string, string> = Object.create(null) as Record<string, string>
  if (text === '') return query
  for (const [name, value] of new URLSearchParams(text)) {
    refuseText(name, 'the query')
    refuseText(value, 'the query')
    // The first of two counts, for every vendor alike.
    if (!(name in query)) query[name] = value
  }
  return query
}

function headersOf(headers: FastifyRequest['headers']): Record<string, string> {
  const flat: Record<string, string> = Object.create(null) as Record<string, string>
  for (const [name, value] of Object.entries(headers))
    if (value !== undefined) flat[name] = Array.isArray(value) ? value.join(', ') : value
  return flat
}
