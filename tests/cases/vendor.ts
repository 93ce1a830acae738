/** A vendor on 127.0.0.1 with a memory of every call: routes by method and path, faults by what a route gives back. */
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import type { JsonObject } from '../../src/kernel/json.js'

export interface Call {
  /** As the route is written: `POST /schedule/add`. */
  readonly route: string
  readonly path: Readonly<Record<string, string>>
  readonly query: Readonly<Record<string, string>>
  readonly headers: IncomingHttpHeaders
  /** The JSON body, or the form's fields. */
  readonly body: JsonObject
}

export type Reply =
  | { readonly status?: number; readonly json?: unknown; readonly text?: string; readonly type?: string }
  /** The work is done, the answer is lost. */
  | 'cut'

export type Routes = Readonly<Record<string, (call: Call) => Reply>>

export interface Vendor {
  readonly url: string
  readonly calls: readonly Call[]
  /** Bodies of the calls of one route, in their order. */
  bodies(route: string): readonly JsonObject[]
  count(route: string): number
}

/** Answers what the routes say; closed when the test ends. An unknown route is a 404. */
export async function startVendor(routes: Routes): Promise<Vendor> {
  const calls: Call[] = []
  const table = Object.entries(routes).map(([route, handle]) => {
    const [method = '', pattern = ''] = route.split(' ')
    const text = pattern.replace(/[.+]/g, '\\$&').replace(/\{(\w+)\}/g, '(?<$1>[^/]+)')
    return { route, method, pattern: new RegExp(`^${text}$`), handle }
  })
  const server = createServer(async (request, reply) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const text = Buffer.concat(chunks).toString('utf8')
    const url = new URL(request.url ?? '/', 'http://vendor')
    const found = table.find(one => one.method === request.method && one.pattern.test(url.pathname))
    const groups = found?.pattern.exec(url.pathname)?.groups ?? {}
    const form = (request.headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded')
    const call: Call = {
      route: found?.route ?? `${request.method} ${url.pathname}`,
      path: Object.fromEntries(Object.entries(groups).map(([k, v]) => [k, decodeURIComponent(v)])),
      query: Object.fromEntries(url.searchParams),
      headers: request.headers,
      body: text === '' ? {} : form ? Object.fromEntries(new URLSearchParams(text)) : JSON.parse(text),
    }
    calls.push(call)
    const given = found?.handle(call) ?? { status: 404, json: { message: `no route ${call.route}` } }
    if (given === 'cut') return void request.socket.destroy()
    const body = given.text ?? (given.json === undefined ? '' : JSON.stringify(given.json))
    const type = given.type ?? (given.json === undefined ? 'text/plain' : 'application/json')
    reply.writeHead(given.status ?? 200, body === '' ? {} : { 'content-type': type }).end(body)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(
    () =>
      new Promise<void>(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  )
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    bodies: route => calls.filter(call => call.route === route).map(call => call.body),
    count: route => calls.filter(call => call.route === route).length,
  }
}
