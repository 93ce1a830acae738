import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Seen {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: IncomingMessage['headers']
  readonly body: string
  /** The bytes as they came. */
  readonly raw: Buffer
}
export type Answer =
  | {
      readonly status?: number
      readonly headers?: Record<string, string>
      readonly json?: unknown
      readonly text?: string
    }
  | ((response: ServerResponse, request: IncomingMessage) => void)

/** A vendor on 127.0.0.1: answers what the test says, remembers what it was asked. */
export async function startVendor(answer: (seen: Seen, all: readonly Seen[]) => Answer) {
  const seen: Seen[] = []
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const url = new URL(request.url ?? '/', 'http://vendor')
      const raw = Buffer.concat(chunks)
      const entry: Seen = {
        method: request.method ?? '',
        path: url.pathname,
        query: url.searchParams,
        headers: request.headers,
        body: raw.toString('utf8'),
        raw,
      }
      seen.push(entry)
      const given = answer(entry, seen)
      if (typeof given === 'function') return given(response, request)
      const text = given.text ?? (given.json === undefined ? '' : JSON.stringify(given.json))
      const type: Record<string, string> =
        given.json === undefined ? {} : { 'content-type': 'application/json' }
      response.writeHead(given.status ?? 200, { ...type, ...given.headers }).end(text)
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    seen,
    async close() {
      server.closeAllConnections()
      await new Promise<void>(resolve => server.close(() => resolve()))
    },
  }
}
export type Vendor = Awaited<ReturnType<typeof startVendor>>
