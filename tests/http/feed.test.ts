import { once } from 'node:events'
import { type ClientRequest, get, type IncomingMessage } from 'node:http'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { endKey, openKey } from '../../src/pipeline/keys.js'
import { forEachEngine } from '../support/engines.js'
import { type Door, openDoor } from './door.js'

forEachEngine('the feed', engine => {
  let door: Door
  let reader: string
  let ehr: string
  let base: string
  let n = 0
  const open: ClientRequest[] = []

  beforeAll(async () => {
    door = await openDoor(await engine.open(), { app: { mostStreams: 2 } })
    reader = await door.key(['feed:read'])
    ehr = await door.key(['records:write'], 'ehr')
    base = await door.app.listen({ port: 0, host: '127.0.0.1' })
  })
  afterEach(() => {
    for (const request of open.splice(0)) request.destroy()
  })

  const change = async (name: string) => {
    const said = await door.call('PATCH', `/v1/candidates/by/ehr/candidate/f${++n}`, {
      key: ehr,
      body: { name },
    })
    await door.publish()
    return said.body.record.id
  }
  const page = (query: string) => door.call('GET', `/v1/changes${query}`, { key: reader })

  async function stream(path: string, headers: Record<string, string> = {}, key = reader) {
    const request = get(`${base}/v1/changes/stream${path}`, {
      headers: { authorization: `Bearer ${key}`, ...headers },
    })
    open.push(request)
    request.on('error', () => undefined)
    const [response] = (await once(request, 'response')) as [IncomingMessage]
    let text = ''
    let ended = false
    response.setEncoding('utf8')
    response.on('data', chunk => {
      text += chunk
    })
    response.on('close', () => {
      ended = true
    })
    response.on('error', () => undefined)
    return {
      response,
      names: () => [...text.matchAll(/"name":"([^"]*)"/g)].map(match => match[1]),
      ids: () => [...text.matchAll(/^id: (\d+)\nevent: change$/gm)].map(match => Number(match[1])),
      text: () => text,
      ended: () => ended,
    }
  }

  it('gives every change once, in one order, and no secret of the ledger', async () => {
    const first = await change('一')
    await change('二')
    const all = await page('?after=0')
    expect(all.body.items.map(item => item['version'])).toEqual([1, 1])
    expect(all.body.items[0]).toMatchObject({
      position: 1,
      record: first,
      kind: 'candidate',
      data: { name: '一' },
      cause: { by: 'operator' },
    })
    expect(all.text).not.toContain('salt')
    expect(all.body).toMatchObject({ next: null, position: 2 })
    const one = await page('?after=0&limit=1')
    expect(one.body).toMatchObject({ next: '1', position: 1 })
    expect((await page(`?after=${one.body.next}`)).body.items.map(item => item.data)).toEqual([
      { name: '二' },
    ])
    expect((await page('?after=0&kind=interview')).body).toMatchObject({ items: [], position: 2 })
  })

  it('answers 410 to a position that is no longer kept, and to one this ledger never gave', async () => {
    await change('三')
    const { position } = (await page('?after=0')).body
    expect(await page(`?after=${position + 1}`)).toMatchObject({
      status: 410,
      body: { code: 'HTTP_POSITION_EXPIRED' },
    })
    await door.ledger.query('delete from hrhub.changes where pos = 1')
    expect(await page('?after=0')).toMatchObject({ status: 410, body: { code: 'HTTP_POSITION_EXPIRED' } })
    expect((await page('?after=1')).status).toBe(200)
  })

  describe('as a stream', () => {
    it('begins now, hears at once what is published, and goes on after Last-Event-ID', async () => {
      const live = await stream('')
      expect(live.response.headers['content-type']).toContain('text/event-stream')
      await change('四')
      await change('五')
      await expect.poll(() => live.names()).toEqual(['四', '五'])
      const [from = 0, to] = live.ids()
      const resumed = await stream('', { 'last-event-id': String(from) })
      await expect.poll(() => resumed.names()).toEqual(['五'])
      expect(resumed.ids()).toEqual([to])
    })

    it('tells first where it begins, so that who is cut off before a change misses none', async () => {
      const live = await stream('')
      await expect.poll(() => live.text()).toMatch(/^retry: 1000\n\nid: (\d+)\nevent: position\ndata: \1\n\n/)
    })

    it('opens no more than it may, and tells when to try again', async () => {
      await stream('')
      await stream('')
      const third = await stream('')
      expect(third.response.statusCode).toBe(503)
      expect(third.response.headers['retry-after']).toBe('5')
    })

    it('ends when its key is revoked', async () => {
      const key = await door.key(['feed:read'])
      const live = await stream('', {}, key)
      const opened = await openKey(door.parts, key)
      await endKey(door.parts, 'default', opened?.id ?? '')
      door.clock.pass(16_000)
      await change('六')
      await expect.poll(() => live.ended(), { timeout: 5000 }).toBe(true)
    })

    it('refuses a Last-Event-ID that is no position', async () => {
      const answer = await door.call('GET', '/v1/changes/stream', {
        key: reader,
        headers: { 'last-event-id': 'x' },
      })
      expect(answer).toMatchObject({ status: 400, body: { code: 'HTTP_REQUEST_INVALID' } })
    })
  })
})
