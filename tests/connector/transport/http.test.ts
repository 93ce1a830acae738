import { createServer } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, it } from 'vitest'
import { createAxios, NoAnswer } from '../../../src/connector/transport/axios.js'
import { createHttpClient, httpHouse } from '../../../src/connector/transport/http.js'
import type { HttpClient, OutgoingRequest } from '../../../src/connector/transport/transport.js'
import { startVendor, type Vendor } from '../support/vendor.js'

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const thing of open.splice(0)) await thing.close()
})
const keep = <T extends { close(): Promise<void> }>(thing: T): T => {
  open.push(thing)
  return thing
}
const request = (url: string, over: Partial<OutgoingRequest> = {}): OutgoingRequest => ({
  method: 'GET',
  url: new URL(url),
  headers: {},
  body: undefined,
  timeoutMs: 2000,
  maxBytes: 10_000,
  allowPrivate: true,
  ...over,
})
/** A server of raw bytes: what it does with a connection is the test's. */
async function rawServer(onRequest: (socket: import('node:net').Socket) => void) {
  const server = createServer(socket => {
    socket.on('error', () => {})
    socket.once('data', () => onRequest(socket))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  const close = () => new Promise<void>(resolve => server.close(() => resolve()))
  return keep({ port, close })
}

describe('the way out over HTTP', () => {
  it('sends exact bytes and reads the answer', async () => {
    const vendor = keep(
      await startVendor(() => ({ status: 201, json: { ok: true }, headers: { 'x-a': 'b' } })),
    )
    const client = keep(createHttpClient())
    const result = await client.send(
      request(`${vendor.url}/a?b=c`, {
        method: 'POST',
        body: '{"名":1}',
        headers: { 'content-type': 'application/json' },
      }),
    )
    expect(result).toMatchObject({ kind: 'answered', status: 201, headers: { 'x-a': 'b' } })
    expect(vendor.seen[0]).toMatchObject({ method: 'POST', path: '/a', body: '{"名":1}' })
  })

  it('does not follow redirects', async () => {
    const vendor = keep(await startVendor(() => ({ status: 302, headers: { location: '/other' } })))
    const client = keep(createHttpClient())
    expect(await client.send(request(vendor.url))).toMatchObject({ kind: 'answered', status: 302 })
    expect(vendor.seen).toHaveLength(1)
  })

  it('refuses private addresses, literal or resolved, before anything leaves', async () => {
    const vendor = keep(await startVendor(() => ({ json: {} })))
    const client = keep(
      createHttpClient({ lookup: (_, __, done) => done(null, [{ address: '127.0.0.1', family: 4 }]) }),
    )
    for (const host of ['127.0.0.1', 'localhost', 'public.example']) {
      const result = await client.send(request(`http://${host}:${vendor.port}/`, { allowPrivate: false }))
      expect(result).toMatchObject({ kind: 'failed', left: false, code: 'CONNECTOR_ADDRESS_PRIVATE' })
    }
    expect(vendor.seen).toHaveLength(0)
    expect(await client.send(request(`http://public.example:${vendor.port}/`))).toMatchObject({ status: 200 })
  })

  it('a socket opened where private addresses are allowed is not lent to a call where they are not', async () => {
    const vendor = keep(await startVendor(() => ({ json: {} })))
    const client = keep(createHttpClient())
    await client.send(request(`http://localhost:${vendor.port}/`))
    const result = await client.send(request(`http://localhost:${vendor.port}/`, { allowPrivate: false }))
    expect(result).toMatchObject({ left: false, code: 'CONNECTOR_ADDRESS_PRIVATE' })
  })

  it('a name without an address and a refused connection are unreachable: nothing left', async () => {
    const vendor = await startVendor(() => ({ json: {} }))
    await vendor.close()
    const client = keep(
      createHttpClient({
        lookup: (host, _, done) =>
          host === 'gone.example'
            ? done(Object.assign(new Error('not found'), { code: 'ENOTFOUND' }), [])
            : done(null, [{ address: '127.0.0.1', family: 4 }]),
      }),
    )
    for (const url of ['http://gone.example/', `http://127.0.0.1:${vendor.port}/`])
      expect(await client.send(request(url, { method: 'POST', body: 'x' }))).toMatchObject({
        kind: 'failed',
        left: false,
        code: 'CONNECTOR_CALL_UNREACHABLE',
      })
  })

  it('TLS that does not come about is unreachable: nothing left', async () => {
    const plain = keep(await startVendor(() => ({ json: {} })))
    const client = keep(createHttpClient())
    const result = await client.send(request(`https://127.0.0.1:${plain.port}/`))
    expect(result).toMatchObject({ left: false, code: 'CONNECTOR_CALL_UNREACHABLE' })
  })

  it('a line cut after the request left is unknown, before or within the answer', async () => {
    const client = keep(createHttpClient())
    const cut = await rawServer(socket => socket.destroy())
    expect(
      await client.send(request(`http://127.0.0.1:${cut.port}/`, { method: 'POST', body: 'x' })),
    ).toMatchObject({
      left: true,
      code: 'CONNECTOR_CALL_CUT',
    })
    const half = await rawServer(socket => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"half'))
    expect(await client.send(request(`http://127.0.0.1:${half.port}/`))).toMatchObject({
      left: true,
      code: 'CONNECTOR_CALL_CUT',
    })
  })

  it('an answer that does not come in time is unknown', async () => {
    const vendor = keep(await startVendor(() => () => {}))
    const client = keep(createHttpClient())
    expect(await client.send(request(vendor.url, { timeoutMs: 50 }))).toMatchObject({
      left: true,
      code: 'CONNECTOR_CALL_TIMEOUT',
    })
  })

  it('reads no more than its cap, compressed or not', async () => {
    const bomb = gzipSync(Buffer.alloc(100_000))
    const vendor = keep(
      await startVendor(seen =>
        seen.path === '/gzip'
          ? response => response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb)
          : { text: 'x'.repeat(20_000) },
      ),
    )
    const client = keep(createHttpClient())
    expect(await client.send(request(`${vendor.url}/`))).toMatchObject({
      left: true,
      code: 'CONNECTOR_ANSWER_LARGE',
    })
    expect(await client.send(request(`${vendor.url}/gzip`))).toMatchObject({
      left: true,
      code: 'CONNECTOR_ANSWER_UNUSABLE',
    })
  })

  it('opens an answer a server compressed unasked', async () => {
    const body = gzipSync('{"a":1}')
    const vendor = keep(
      await startVendor(() => response => response.writeHead(200, { 'content-encoding': 'gzip' }).end(body)),
    )
    const client = keep(createHttpClient())
    const result = await client.send(request(vendor.url))
    expect(result.kind === 'answered' && result.body.toString()).toBe('{"a":1}')
  })

  it.each([
    [200, 'create', 'accepted'],
    [401, 'create', 'misconfigured'],
    [403, 'update', 'misconfigured'],
    [404, 'update', 'absent'],
    [410, 'delete', 'absent'],
    [404, 'create', 'refused'],
    [408, 'create', 'unknown'],
    [425, 'create', 'unknown'],
    [429, 'create', 'throttled'],
    [500, 'create', 'unknown'],
    [502, 'create', 'unknown'],
    [503, 'create', 'unknown'],
    [504, 'create', 'unknown'],
    [422, 'create', 'refused'],
    [409, 'create', 'refused'],
    [301, 'create', 'misconfigured'],
    [303, 'create', 'unknown'],
  ] as const)('status %i on %s is %s', (status, verb, is) => {
    const answer = { kind: 'answered', status, headers: {}, body: Buffer.alloc(0), tookMs: 1 } as const
    expect(httpHouse(answer, verb).is).toBe(is)
  })

  it('503 with Retry-After is throttled', () => {
    const answer = {
      kind: 'answered',
      status: 503,
      headers: { 'retry-after': '5' },
      body: Buffer.alloc(0),
      tookMs: 1,
    } as const
    expect(httpHouse(answer, 'create').is).toBe('throttled')
  })
})

describe('axios for SDKs', () => {
  const instance = (client: HttpClient, over = {}) =>
    createAxios(client, { timeoutMs: 2000, maxBytes: 10_000, allowPrivate: true, ...over })
  async function vendorAndClient(): Promise<{ vendor: Vendor; client: HttpClient }> {
    const vendor = keep(
      await startVendor(seen => ({ status: seen.path === '/bad' ? 400 : 200, json: { path: seen.path } })),
    )
    return { vendor, client: keep(createHttpClient()) }
  }

  it('sends and parses as axios does', async () => {
    const { vendor, client } = await vendorAndClient()
    const answer = await instance(client).post(`${vendor.url}/a`, { x: 1 }, { params: { q: '值' } })
    expect(answer.data).toEqual({ path: '/a' })
    expect(vendor.seen[0]?.body).toBe('{"x":1}')
    expect(vendor.seen[0]?.query.get('q')).toBe('值')
    expect(vendor.seen[0]?.headers['content-type']).toContain('application/json')
  })

  it('unwraps bodies for SDKs that expect them', async () => {
    const { vendor, client } = await vendorAndClient()
    expect(await instance(client, { unwrap: true }).get(`${vendor.url}/a`)).toEqual({ path: '/a' })
  })

  it('throws with the answer on 4xx, and with the transport’s word where none came', async () => {
    const { vendor, client } = await vendorAndClient()
    await expect(instance(client).get(`${vendor.url}/bad`)).rejects.toMatchObject({
      response: { status: 400, data: { path: '/bad' } },
    })
    const error: unknown = await instance(client, { allowPrivate: false })
      .get(`${vendor.url}/a`)
      .catch((e: unknown) => e)
    expect(error).toMatchObject({ cause: { failed: { left: false, code: 'CONNECTOR_ADDRESS_PRIVATE' } } })
    expect((error as Error).cause).toBeInstanceOf(NoAnswer)
  })
})
