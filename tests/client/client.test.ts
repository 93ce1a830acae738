import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Change, createClient, type HubClient, HubProblem, type ItemOf } from '../../src/client/index.js'
import { type Door, openDoor } from '../http/door.js'
import { forEachEngine } from '../support/engines.js'

const place = (id: string) => ({
  path: { kinds: 'candidates', connection: 'ehr', resource: 'candidate', external_id: id },
})

const nameOf = (record: ItemOf<'/v1/{kinds}'>) => ('name' in record.data ? record.data.name : undefined)

forEachEngine('the client', engine => {
  let door: Door
  let url: string
  let reader: HubClient
  let ehr: HubClient

  beforeAll(async () => {
    door = await openDoor(await engine.open())
    url = await door.app.listen({ port: 0, host: '127.0.0.1' })
    reader = createClient({ url, key: await door.key(['records:read', 'messages:read', 'feed:read']) })
    ehr = createClient({ url: `${url}/`, key: await door.key(['records:write'], 'ehr') })
  })

  const say = (id: string, name: string) =>
    ehr.patch('/v1/{kinds}/by/{connection}/{resource}/{external_id}', {
      params: place(id),
      body: { name, occurred_at: '2026-03-01T00:00:00Z' },
    })

  it('says and reads records, with answers of the document’s types', async () => {
    const said = await say('c1', 'Li')
    expect(said.state).toBe('folded')
    const page = await reader.get('/v1/{kinds}', { params: { path: { kinds: 'candidates' } } })
    expect(page.items.map(nameOf)).toEqual(['Li'])
    expect((await createClient({ url }).get('/healthz')) !== undefined).toBe(true)
  })

  it('sends many lines as NDJSON', async () => {
    const lines = ['c2', 'c3'].map(id =>
      JSON.stringify({ resource: 'candidate', external_id: id, data: { name: id } }),
    )
    const said = await ehr.post('/v1/{kinds}/batch', {
      params: { path: { kinds: 'candidates' } },
      body: lines.join('\n'),
    })
    expect(said.items.map(line => line.verdict)).toEqual(['folded', 'folded'])
  })

  it('walks a list page by page, each item once', async () => {
    const names: unknown[] = []
    const query = { limit: 2 }
    for await (const record of reader.pages('/v1/{kinds}', {
      params: { path: { kinds: 'candidates' }, query },
    }))
      names.push(nameOf(record))
    expect(names.sort()).toEqual(['Li', 'c2', 'c3'])
    const messages = new Set<string>()
    for await (const message of reader.pages('/v1/messages')) messages.add(message.id)
    expect(messages.size).toBe(3)
  })

  it('throws what the hub refuses, with its code, remedy and places', async () => {
    const refused = async (work: Promise<unknown>): Promise<HubProblem> => {
      const error = await work.catch((thrown: unknown) => thrown)
      if (error instanceof HubProblem) return error
      throw new Error('it was not refused')
    }
    const unknown = await refused(
      reader.get('/v1/messages/{id}', { params: { path: { id: `message_${'0'.repeat(32)}` } } }),
    )
    expect(unknown).toMatchObject({ name: 'HubProblem', status: 404, code: 'PIPELINE_MESSAGE_UNKNOWN' })
    expect(unknown.remedy).toContain('/v1/messages')
    const invalid = await refused(reader.get('/v1/messages', { params: { query: { limit: 0 } } }))
    expect(invalid).toMatchObject({ status: 400, code: 'HTTP_REQUEST_INVALID' })
    expect(invalid.errors.length).toBeGreaterThan(0)
    expect((await refused(createClient({ url, key: 'hrk_wrong' }).get('/v1/messages'))).status).toBe(401)
  })

  it('follows the feed from a position, and ends with its signal', async () => {
    await door.publish()
    const end = new AbortController()
    const seen: Change[] = []
    for await (const change of reader.follow({ after: 0, signal: end.signal })) {
      seen.push(change)
      if (seen.length === 3) end.abort()
    }
    expect(seen.map(change => change.position)).toEqual([1, 2, 3])
    expect(seen[0]).toMatchObject({ kind: 'candidate', data: { name: 'Li' } })
  })

  it('throws at once where the feed no longer reaches back', async () => {
    await expect(reader.follow({ after: 1_000_000 }).next()).rejects.toMatchObject({
      status: 410,
      code: 'HTTP_POSITION_EXPIRED',
    })
  })
})

describe('the client and a line that breaks', () => {
  const asked: (string | undefined)[] = []
  let server: Server
  let url: string
  const change = (position: number) =>
    `id: ${position}\nevent: change\ndata: ${JSON.stringify({ position, kind: 'candidate' })}\n\n`

  beforeAll(async () => {
    server = createServer((request, response) => {
      asked.push(request.headers['last-event-id'] as string | undefined)
      if (request.url?.startsWith('/page')) return response.writeHead(502).end('<html>no gateway</html>')
      if (request.url?.startsWith('/login'))
        return response.writeHead(200, { 'content-type': 'text/html' }).end('<html>who are you?</html>')
      if (request.url?.startsWith('/round'))
        return response
          .writeHead(200, { 'content-type': 'application/json' })
          .end('{"items":[1],"next":"the same again"}')
      if (asked.length === 2)
        return response
          .writeHead(503, { 'retry-after': '0', 'content-type': 'application/problem+json' })
          .end('{"code":"HTTP_LOAD_HIGH","status":503}')
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      if (asked.length === 1) {
        const text = `retry: 1000\n\nid: 6\nevent: position\ndata: 6\n\n: still here\n\n${change(7)}`
        response.write(text.slice(0, 50))
        return void setImmediate(() => response.write(text.slice(50), () => response.destroy()))
      }
      response.write(change(8))
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterAll(() => {
    server.closeAllConnections()
    server.close()
  })

  it('goes on after the position seen last, through a cut and a hub under load', async () => {
    const positions: number[] = []
    for await (const { position } of createClient({ url }).follow()) {
      positions.push(position)
      if (position === 8) break
    }
    expect(positions).toEqual([7, 8])
    expect(asked).toEqual([undefined, '7', '7'])
  })

  it('tells an answer that is not the hub’s, and a line that never was', async () => {
    const client = createClient({ url: `${url}/page` })
    await expect(client.get('/readyz')).rejects.toMatchObject({ status: 502, code: 'HTTP_ANSWER_FOREIGN' })
    await expect(createClient({ url: 'http://127.0.0.1:9' }).follow().next()).rejects.toThrow()
    expect(() => createClient({ url: 'the hub' })).toThrow(TypeError)
  })

  it('takes no login page for an answer, and no list that leads round for one without an end', async () => {
    const foreign = { code: 'HTTP_ANSWER_FOREIGN' }
    const login = createClient({ url: `${url}/login` })
    await expect(login.get('/readyz')).rejects.toMatchObject(foreign)
    await expect(login.follow().next()).rejects.toMatchObject(foreign)
    const seen: unknown[] = []
    const walk = async () => {
      const { pages } = createClient({ url: `${url}/round` })
      for await (const item of pages('/v1/messages')) seen.push(item)
    }
    await expect(walk()).rejects.toMatchObject(foreign)
    expect(seen).toEqual([1, 1])
  })
})
