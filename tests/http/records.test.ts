import { beforeAll, describe, expect, it } from 'vitest'
import { forEachEngine } from '../support/engines.js'
import { type Door, openDoor } from './door.js'

forEachEngine('records', engine => {
  let door: Door
  let reader: string
  let ehr: string
  let n = 0
  const address = (id: string, kinds = 'candidates', resource = 'candidate') =>
    `/v1/${kinds}/by/ehr/${resource}/${encodeURIComponent(id)}`
  const fresh = () => `c${++n}`

  beforeAll(async () => {
    door = await openDoor(await engine.open())
    reader = await door.key(['records:read'])
    ehr = await door.key(['records:read', 'records:write'], 'ehr')
  })

  describe('saying', () => {
    it('makes a record and shows it with its link', async () => {
      const said = await door.call('PATCH', address('a:b/c 17'), {
        key: ehr,
        body: { name: '张三', emails: ['zhang@example.com'], occurred_at: '2026-11-01T08:00:00+08:00' },
      })
      expect(said).toMatchObject({
        status: 200,
        body: {
          state: 'folded',
          verdict: 'folded',
          record: {
            kind: 'candidate',
            version: 1,
            gone: false,
            data: { name: '张三', emails: ['zhang@example.com'] },
            refs: [],
            links: [{ connection: 'ehr', resource: 'candidate', id: 'a:b/c 17', state: 'active' }],
          },
        },
      })
      const { id } = said.body.record
      expect(await door.call('GET', `/v1/candidates/${id}`, { key: reader })).toMatchObject({
        status: 200,
        body: said.body.record,
      })
    })

    it('follows RFC 7396: null empties, absent says nothing; PUT says whole', async () => {
      const at = address(fresh())
      await door.call('PATCH', at, { key: ehr, body: { name: '李四', source: 'web', tags: ['a'] } })
      door.clock.pass(1000)
      const patched = await door.call('PATCH', at, { key: ehr, body: { source: null, custom: { team: 7 } } })
      expect(patched.body.record.data).toEqual({ name: '李四', tags: ['a'], custom: { team: 7 } })
      door.clock.pass(1000)
      const put = await door.call('PUT', at, { key: ehr, body: { name: '李四四' } })
      expect(put.body.record.data).toEqual({ name: '李四四' })
    })

    it('orders by occurred_at, in the body or the header, and not by arrival', async () => {
      const at = address(fresh())
      await door.call('PATCH', at, {
        key: ehr,
        body: { name: 'new' },
        headers: { 'occurred-at': '2026-11-02T00:00:00Z' },
      })
      const late = await door.call('PATCH', at, {
        key: ehr,
        body: { name: 'old', occurred_at: '2026-11-01T00:00:00Z' },
      })
      expect(late.body.record.data).toEqual({ name: 'new' })
    })

    it('marks a record gone', async () => {
      const at = address(fresh())
      await door.call('PATCH', at, { key: ehr, body: { name: 'x' } })
      door.clock.pass(1000)
      const said = await door.call('PATCH', at, { key: ehr, body: { gone: true } })
      expect(said.body.record).toMatchObject({ gone: true, data: { name: 'x' } })
    })

    it('takes references as record ids and as a system’s own ids, and waits for what is not there yet', async () => {
      const candidate = fresh()
      const made = await door.call('PATCH', address(candidate), { key: ehr, body: { name: 'ref' } })
      const application = fresh()
      const at = address(application, 'applications', 'application')
      const waiting = await door.call('PATCH', at, {
        key: ehr,
        body: {
          candidate: made.body.record.id,
          position: { connection: 'ehr', resource: 'position', external_id: `p-${application}` },
        },
      })
      expect(waiting).toMatchObject({ status: 202, body: { state: 'waiting', record: null } })
      await door.call('PATCH', address(`p-${application}`, 'positions', 'position'), {
        key: ehr,
        body: { title: '工程师' },
      })
      // The waiting message is folded after the commit that made the position.
      const found = async () =>
        (
          await door.call(
            'GET',
            `/v1/applications?connection=ehr&resource=application&external_id=${application}`,
            { key: reader },
          )
        ).body.items
      await expect.poll(found).toMatchObject([
        {
          refs: [
            { path: 'candidate', kind: 'candidate', id: made.body.record.id },
            { path: 'position', kind: 'position' },
          ],
        },
      ])
    })

    it.each([
      ['an unknown field', { nome: 'x' }, 422, 'MODEL_PATH_UNKNOWN'],
      ['a value that does not fit', { reject_reason: 7 }, 422, 'MODEL_VALUE_INVALID'],
      [
        'a reference to no record',
        { candidate: `candidate_${'0'.repeat(32)}` },
        422,
        'PIPELINE_REFERENCE_MISSING',
      ],
      [
        'a reference to another kind',
        { candidate: `position_${'0'.repeat(32)}` },
        422,
        'MODEL_VALUE_INVALID',
      ],
      [
        'a reference into nowhere',
        { candidate: { resource: 'nix', external_id: '1' } },
        404,
        'PIPELINE_RESOURCE_UNKNOWN',
      ],
      [
        'a reference of the inside',
        { custom: { a: { $reference: { kind: 'x' } } } },
        400,
        'HTTP_TEXT_FORBIDDEN',
      ],
      ['a poisoned name', '{"custom":{"__proto__":{"a":1}}}', 400, 'HTTP_TEXT_FORBIDDEN'],
      ['a character no store keeps', { reject_reason: 'a\u0000b' }, 400, 'HTTP_TEXT_FORBIDDEN'],
      ['no object', '[1]', 400, 'HTTP_REQUEST_INVALID'],
      ['nothing', '', 400, 'HTTP_REQUEST_INVALID'],
      ['no JSON', '{', 400, 'JSON_TEXT_BROKEN'],
      ['an instant of no clock', { stage_at: '2016-12-31T23:59:60Z' }, 422, 'MODEL_VALUE_INVALID'],
      ['a time before all people', { occurred_at: '0001-01-01T00:00:00Z' }, 400, 'HTTP_REQUEST_INVALID'],
      ['a time that is none', { occurred_at: 'yesterday' }, 400, 'HTTP_REQUEST_INVALID'],
    ])('refuses %s and stores nothing', async (_name, body, status, code) => {
      const id = fresh()
      const answer = await door.call('PATCH', address(id, 'applications', 'application'), { key: ehr, body })
      expect(answer).toMatchObject({ status, body: { code } })
      const found = await door.call(
        'GET',
        `/v1/applications?connection=ehr&resource=application&external_id=${id}`,
        { key: reader },
      )
      expect(found.body.items).toEqual([])
    })

    it.each([
      ['a key of another connection', 'ai', 403, 'HTTP_CONNECTION_FOREIGN'],
      ['the key of an unknown resource', 'ehr', 404, 'PIPELINE_RESOURCE_UNKNOWN'],
    ])('refuses %s', async (_name, connection, status, code) => {
      const key = await door.key(['records:write'], connection)
      const answer = await door.call('PATCH', '/v1/candidates/by/ehr/nowhere/1', { key, body: { name: 'x' } })
      expect(answer).toMatchObject({ status, body: { code } })
    })
  })

  describe('Idempotency-Key', () => {
    it('gives the same answer to the same request and refuses another', async () => {
      const at = address(fresh())
      const headers = { 'idempotency-key': `k-${fresh()}` }
      const first = await door.call('PATCH', at, { key: ehr, body: { name: 'once' }, headers })
      door.clock.pass(5000)
      await door.call('PATCH', at, { key: ehr, body: { name: 'later' } })
      const again = await door.call('PATCH', at, { key: ehr, body: { name: 'once' }, headers })
      expect(again.body).toEqual(first.body)
      const other = await door.call('PATCH', at, { key: ehr, body: { name: 'twice' }, headers })
      expect(other).toMatchObject({ status: 422, body: { code: 'HTTP_IDEMPOTENCY_DIFFERS' } })
      const now = await door.call('GET', `/v1/candidates/${first.body.record.id}`, { key: reader })
      expect(now.body.data).toEqual({ name: 'later' })
    })

    it('keeps refusals too, and tells the keys of two callers apart', async () => {
      const headers = { 'idempotency-key': `k-${fresh()}` }
      const at = address(fresh())
      const refused = await door.call('PATCH', at, { key: ehr, body: { nome: 1 }, headers })
      expect(await door.call('PATCH', at, { key: ehr, body: { nome: 1 }, headers })).toMatchObject({
        status: 422,
        body: refused.body,
      })
      const second = await door.key(['records:write'], 'ehr')
      expect(await door.call('PATCH', at, { key: second, body: { name: 'x' }, headers })).toMatchObject({
        status: 200,
      })
    })

    it('takes over a try that died, with its time, so that nothing is said twice', async () => {
      const at = address(fresh())
      const headers = { 'idempotency-key': `k-${fresh()}` }
      const first = await door.call('PATCH', at, { key: ehr, body: { name: 'dies' }, headers })
      // As a crash between the commit of the message and the commit of the answer leaves it.
      await door.ledger.query(
        `update hrhub.idempotency set answer = jsonb_build_object('started_at', $2::bigint) where key like '%' || $1`,
        [headers['idempotency-key'], door.clock.now()],
      )
      expect(await door.call('PATCH', at, { key: ehr, body: { name: 'dies' }, headers })).toMatchObject({
        status: 409,
        body: { code: 'HTTP_IDEMPOTENCY_BUSY' },
      })
      door.clock.pass(61_000)
      const again = await door.call('PATCH', at, { key: ehr, body: { name: 'dies' }, headers })
      expect(again).toMatchObject({ status: 200, body: { verdict: 'unchanged' } })
      const { rows } = await door.ledger.query<{ n: number }>(
        'select count(*)::int as n from hrhub.sayings where record = $1',
        [first.body.record.id],
      )
      expect(rows).toEqual([{ n: 1 }])
    })
  })

  describe('a batch', () => {
    const lines = (...all: unknown[]) =>
      all.map(line => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n')
    const send = (body: string, key = ehr) =>
      door.call('POST', '/v1/candidates/batch', {
        key,
        body,
        headers: { 'content-type': 'application/x-ndjson' },
      })

    it('gives each line its verdict and lets none stop the others', async () => {
      const [a, b] = [fresh(), fresh()]
      const answer = await send(
        lines(
          {
            resource: 'candidate',
            external_id: a,
            data: { name: '甲' },
            occurred_at: '2026-11-01T00:00:00Z',
          },
          '{ broken',
          { resource: 'candidate', external_id: b, data: { nome: 1 } },
          { resource: 'candidate', external_id: b, data: { name: '乙' } },
          { connection: 'ai', resource: 'candidate', external_id: b, data: {} },
          '',
          {
            resource: 'candidate',
            external_id: a,
            data: { name: '甲' },
            occurred_at: '2026-11-01T00:00:00Z',
          },
          { resource: 'candidate', external_id: 5, data: {} },
        ),
      )
      expect(answer.status).toBe(200)
      expect(answer.body.items.map(({ line, verdict, code }) => [line, verdict, code])).toEqual([
        [1, 'folded', null],
        [2, 'invalid', 'JSON_TEXT_BROKEN'],
        [3, 'invalid', 'MODEL_PATH_UNKNOWN'],
        [4, 'folded', null],
        [5, 'invalid', 'HTTP_CONNECTION_FOREIGN'],
        [7, 'unchanged', null],
        [8, 'invalid', 'HTTP_REQUEST_INVALID'],
      ])
      expect(answer.body['counts']).toEqual({ folded: 2, invalid: 4, unchanged: 1 })
    })

    it('takes 10 000 lines and no more', async () => {
      const line = JSON.stringify({ resource: 'candidate', external_id: 'same', data: { nope: 1 } })
      const most = await send(Array.from({ length: 10_000 }, () => line).join('\n'))
      expect(most.body['counts']).toEqual({ invalid: 10_000 })
      const over = await send(Array.from({ length: 10_001 }, () => line).join('\n'))
      expect(over).toMatchObject({ status: 413, body: { code: 'HTTP_BODY_LARGE' } })
    })

    it('wants its own content type', async () => {
      const answer = await door.call('POST', '/v1/candidates/batch', { key: ehr, body: { a: 1 } })
      expect(answer).toMatchObject({ status: 400, body: { code: 'HTTP_REQUEST_INVALID' } })
      const xml = await door.call('POST', '/v1/candidates/batch', {
        key: ehr,
        body: '<a/>',
        headers: { 'content-type': 'text/xml' },
      })
      expect(xml).toMatchObject({ status: 415, body: { code: 'HTTP_TYPE_UNSUPPORTED' } })
    })
  })

  describe('reading', () => {
    it('pages through a kind without losing or doubling any', async () => {
      for (let i = 0; i < 7; i++)
        await door.call('PATCH', address(fresh(), 'positions', 'position'), {
          key: ehr,
          body: { code: `${i}` },
        })
      const all = await door.call('GET', '/v1/positions?limit=500', { key: reader })
      const seen: string[] = []
      let next: string | null = ''
      while (next !== null) {
        const cursor: string = next === '' ? '' : `&cursor=${next}`
        const page: Awaited<ReturnType<Door['call']>> = await door.call(
          'GET',
          `/v1/positions?limit=3${cursor}`,
          {
            key: reader,
          },
        )
        seen.push(...page.body.items.map(({ id }) => id))
        next = page.body.next
      }
      expect(seen).toEqual(all.body.items.map(({ id }) => id))
      expect(new Set(seen).size).toBe(seen.length)
    })

    it('shows who said what when, on demand', async () => {
      const id = fresh()
      const said = await door.call('PATCH', address(id), {
        key: ehr,
        body: { name: 'stamp', occurred_at: '2026-11-01T00:00:00Z' },
      })
      const shown = await door.call('GET', `/v1/candidates/${said.body.record.id}?stamps=true`, {
        key: reader,
      })
      expect(shown.body).toMatchObject({
        stamps: {
          name: {
            connection: 'ehr',
            resource: 'candidate',
            external_id: id,
            at: '2026-11-01T00:00:00.000Z',
            rank: 0,
          },
        },
        findings: [],
      })
    })

    it('tells the life of a record without its values', async () => {
      const said = await door.call('PATCH', address(fresh()), { key: ehr, body: { name: '绝密姓名' } })
      const life = await door.call('GET', `/v1/candidates/${said.body.record.id}/timeline`, { key: reader })
      expect(life.body.items.map(({ is }) => is)).toEqual(
        expect.arrayContaining(['link', 'saying', 'change']),
      )
      expect(life.text).toContain(said.body.message)
      expect(life.text).not.toContain('绝密姓名')
    })

    it('leads from a merged record to the one that took it in', async () => {
      const from = await door.call('PATCH', address(fresh()), { key: ehr, body: { name: 'from' } })
      const into = await door.call('PATCH', address(fresh()), { key: ehr, body: { name: 'into' } })
      await door.ledger.query('update hrhub.records set was_merged_into = $2 where id = $1', [
        from.body.record.id,
        into.body.record.id,
      ])
      const answer = await door.call('GET', `/v1/candidates/${from.body.record.id}/timeline?a=1`, {
        key: reader,
      })
      expect(answer.status).toBe(308)
      expect(answer.headers['location']).toBe(`/v1/candidates/${into.body.record.id}/timeline?a=1`)
    })

    it.each([
      ['/v1/nothings', 404, 'HTTP_ROUTE_UNKNOWN'],
      ['/v1/candidates/17', 404, 'HTTP_ROUTE_UNKNOWN'],
      [`/v1/candidates/candidate_${'0'.repeat(32)}`, 404, 'PIPELINE_ID_UNKNOWN'],
      ['/v1/candidates?limit=501', 400, 'HTTP_REQUEST_INVALID'],
      ['/v1/candidates?limit=x', 400, 'HTTP_REQUEST_INVALID'],
      ['/v1/candidates?colour=red', 400, 'HTTP_REQUEST_INVALID'],
      ['/v1/candidates?cursor=abc', 400, 'HTTP_CURSOR_BROKEN'],
      ['/v1/candidates?external_id=%00', 400, undefined],
      ['/v1/candidates/%', 400, 'HTTP_REQUEST_BROKEN'],
      ['/nowhere', 404, 'HTTP_ROUTE_UNKNOWN'],
    ])('answers a problem to GET %s', async (url, status, code) => {
      const answer = await door.call('GET', url, { key: reader })
      expect(answer.status).toBe(status)
      if (code) expect(answer.body.code).toBe(code)
      expect(answer.headers['content-type']).toContain('application/problem+json')
    })

    it('shows another tenant nothing', async () => {
      const said = await door.call('PATCH', address(fresh()), { key: ehr, body: { name: 'ours' } })
      const theirs = await door.key(['admin'], undefined, 'other')
      for (const url of [
        `/v1/candidates/${said.body.record.id}`,
        `/v1/candidates/${said.body.record.id}/timeline`,
        `/v1/messages/${said.body.message}`,
      ])
        expect(await door.call('GET', url, { key: theirs })).toMatchObject({ status: 404 })
      for (const list of ['candidates', 'messages', 'deliveries', 'effects', 'findings'])
        expect((await door.call('GET', `/v1/${list}`, { key: theirs })).body.items).toEqual([])
      await door.publish()
      expect((await door.call('GET', '/v1/changes', { key: theirs })).body.items).toEqual([])
    })
  })
})
