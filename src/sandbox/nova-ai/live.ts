/**
 * Live scores over a WebSocket: `GET /open/v2/live?token=<access token>`; one JSON text per score, in the shape
 * `Live` of the document. Nothing is kept for those who are not listening, as with the real thing.
 */
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import { WebSocketServer } from 'ws'
import type { JsonObject } from '../../kernel/json.js'
import type { Tokens } from '../tokens.js'
import { VendorProblem } from '../types.js'

export interface LiveStream {
  readonly listeners: number
  publish(live: JsonObject): void
  close(): void
}

const PATH = '/open/v2/live'
const PING_MS = 30_000

export function openLiveStream(server: FastifyInstance, tokens: Tokens): LiveStream {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: 64 * 1024 })
  server.server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1')
    const refusal = url.pathname === PATH ? refusalOf(tokens, url.searchParams.get('token')) : '404 Not Found'
    if (refusal !== undefined) {
      socket.end(`HTTP/1.1 ${refusal}\r\nConnection: close\r\n\r\n`)
      return
    }
    sockets.handleUpgrade(request, socket, head, client => sockets.emit('connection', client, request))
  })
  const ping = setInterval(() => {
    for (const client of sockets.clients) client.ping()
  }, PING_MS)
  ping.unref()
  return {
    get listeners() {
      return sockets.clients.size
    },
    publish(live) {
      const text = JSON.stringify({ type: 'session.live', ...live })
      for (const client of sockets.clients) client.send(text)
    },
    close() {
      clearInterval(ping)
      for (const client of sockets.clients) client.terminate()
      sockets.close()
    },
  }
}

function refusalOf(tokens: Tokens, token: string | null): string | undefined {
  try {
    tokens.check(token ?? '')
    return undefined
  } catch (error) {
    if (error instanceof VendorProblem) return '401 Unauthorized'
    throw error
  }
}
