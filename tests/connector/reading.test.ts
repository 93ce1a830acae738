import { afterEach, describe, expect, it } from 'vitest'
import { openConnection } from '../../src/connector/open-connection.js'
import type { PollState } from '../../src/connector/types.js'
import type { Json } from '../../src/kernel/json.js'
import { effect, load, MANIFEST, OPENAPI } from './support/connectors.js'
import { type Answer, type Seen, startVendor } from './support/vendor.js'

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const thing of open.splice(0).reverse()) await thing.close()
})
const NOW = 1_700_000_000_000
const DAY = 86_400_000

async function connect(
  answer: (seen: Seen, all: readonly Seen[]) => Answer,
  manifest = MANIFEST,
  document = OPENAPI,
) {
  const vendor = await startVendor((seen, all) =>
    seen.path === '/token' ? { json: { code: 0, data: { token: 't', ttl: 7200 } } } : answer(seen, all),
  )
  let now = NOW
  const connection = openConnection(await load(manifest, document), {
    tenant: 'acme',
    name: 'ai',
    settings: { base_url: vendor.url, app_id: 'a', secret: 's' },
    allowPrivate: true,
    clock: { now: () => now },
  })
  open.push(vendor, connection)
  const calls = () => vendor.seen.filter(seen => seen.path !== '/token')
  return {
    vendor,
    connection,
    calls,
    pass: (ms: number) => {
      now += ms
    },
  }
}
const listing = (data: readonly Json[], more: object = {}): Answer => ({ json: { code: 0, data, ...more } })
const nothing: PollState = { since: undefined, cursor: undefined }

describe('a look-up', () => {
  const token = effect().token
  it('finds our thing by its reference, over several pages', async () => {
    const { connection, calls } = await connect(seen =>
      seen.query.get('ref') === token && calls().length < 2
        ? listing([{ ref: 'other', id: 'S1' }], { next: 'c2' })
        : listing([{ ref: token, id: 'S2', room: 'R' }]),
    )
    expect(await connection.lookup('session', effect())).toMatchObject({
      found: 'one',
      id: 'S2',
      keep: { room: 'R' },
      ours: true,
    })
  })

  it('says none where the list ends without it', async () => {
    const { connection } = await connect(() => listing([{ ref: 'other', id: 'S1' }]))
    expect(await connection.lookup('session', effect())).toEqual({ found: 'none' })
  })

  it('is unsure, never "none", where the vendor gives no usable answer', async () => {
    for (const answer of [
      { status: 500 },
      { status: 429 },
      { text: 'oops', headers: { 'content-type': 'text/html' } },
    ]) {
      const { connection } = await connect(() => answer)
      expect((await connection.lookup('session', effect())).found).toBe('unsure')
    }
  })

  it('takes 404 for none', async () => {
    const { connection } = await connect(() => ({ status: 404 }))
    expect(await connection.lookup('session', effect())).toEqual({ found: 'none' })
  })

  it('goes through steps: id by mobile, then the person, as DingTalk does', async () => {
    const manifest = MANIFEST.replace(
      /lookup: \{.*\}\n/,
      'lookup: { steps: [ { step: first, operation: listSessions, with: { ref: body.mobile } }, { step: detail, operation: getSession, with: { session_id: step.first.body.userid } } ], id: step.detail.body.unionid, keep: { userid: step.first.body.userid }, adopt: true }\n',
    ).replace('success: body.code == 0\n', '')
    const document = OPENAPI.replaceAll('required: [code], ', '')
    const { connection, calls } = await connect(
      seen => (seen.path === '/sessions' ? { json: { userid: 'u1' } } : { json: { unionid: 'un1' } }),
      manifest,
      document,
    )
    const found = await connection.lookup('session', effect({ body: { mobile: '13900001234' } }))
    expect(found).toMatchObject({ found: 'one', id: 'un1', keep: { userid: 'u1' }, ours: false })
    expect(calls().map(call => call.path)).toEqual(['/sessions', '/sessions/u1'])
  })
})

describe('a poll', () => {
  it('walks pages by cursor, keeps its window over them, and remembers the newest time it was shown', async () => {
    const { connection, calls } = await connect(seen =>
      seen.query.get('cursor') === 'c2'
        ? listing([{ id: 2, updated: NOW - 1000 }], { more: false })
        : listing([{ id: 1, updated: NOW - 5000 }], { more: true, next: 'c2' }),
    )
    const since = NOW - DAY
    const first = await connection.poll('report', { since, cursor: undefined })
    expect(first).toMatchObject({ more: true, sentAt: NOW, items: [{ resource: 'report', body: { id: 1 } }] })
    expect(first.state.since).toBe(since)
    const second = await connection.poll('report', JSON.parse(JSON.stringify(first.state)) as PollState)
    expect(second).toMatchObject({ more: false, state: { since: NOW - 1000, cursor: undefined } })
    expect(calls().map(call => call.query.get('updated_after'))).toEqual([
      String(since - 300_000),
      String(since - 300_000),
    ])
  })

  it('keeps since where nothing was shown', async () => {
    const { connection } = await connect(() => listing([]))
    expect(
      (await connection.poll('report', { since: 5, cursor: undefined })).state.since,
    ).toBeLessThanOrEqual(NOW)
    const recent = NOW - DAY
    expect((await connection.poll('report', { since: recent, cursor: undefined })).state.since).toBe(recent)
  })

  it('walks a long absence in windows the vendor allows', async () => {
    const { connection, calls } = await connect(() => listing([]))
    let state: PollState = { since: NOW - 200 * DAY, cursor: undefined }
    let turns = 0
    for (let more = true; more && turns < 9; turns++)
      ({ state, more } = await connection.poll('report', state))
    expect(turns).toBe(3)
    expect(calls().map(call => Number(call.query.get('updated_after')) < NOW)).toEqual([true, true, true])
  })

  it('an absent list is empty; trouble is an error of its kind with the wait', async () => {
    const { connection } = await connect(() => ({ status: 404 }))
    expect((await connection.poll('report', nothing)).items).toEqual([])
    const { connection: busy } = await connect(() => ({ status: 429, headers: { 'retry-after': '7' } }))
    await expect(busy.poll('report', nothing)).rejects.toMatchObject({
      code: 'CONNECTOR_ANSWER_THROTTLED',
      wait: 7000,
    })
  })

  it('a vendor that gives the same cursor for ever is not asked for ever', async () => {
    const { connection } = await connect(() => listing([{ id: 1 }], { more: true, next: 'c' }))
    const first = await connection.poll('report', nothing)
    const second = await connection.poll('report', first.state)
    expect([first.more, second.more]).toEqual([true, false])
  })

  const paged = (next: string, extra = '') =>
    MANIFEST.replace('next: { cursor: body.next, while: body.more }', `next: ${next}${extra}`)

  it('starts anew where a cursor has died', async () => {
    const { connection, calls, pass } = await connect(
      () => listing([{ id: 1 }], { more: true, next: 'c2' }),
      paged('{ scroll: body.next, while: body.more, dies_after: 10s }'),
    )
    const first = await connection.poll('report', nothing)
    pass(11_000)
    await connection.poll('report', first.state)
    expect(calls().map(call => call.query.get('cursor'))).toEqual([null, null])
  })

  it('walks by page number, by offset and by link', async () => {
    const page = await connect(
      seen => listing(Number(seen.query.get('cursor')) < 3 ? [{ id: seen.query.get('cursor') }] : []),
      paged('{ page: 1 }'),
    )
    const offset = await connect(
      seen => listing(Number(seen.query.get('cursor')) < 4 ? [{ id: 1 }, { id: 2 }] : []),
      paged('{ offset: 0 }'),
    )
    const link = await connect((seen): Answer => {
      const headers: Record<string, string> = seen.query.get('p')
        ? {}
        : { link: '<https://elsewhere.example/sessions?p=2>; rel="next"' }
      return { json: { code: 0, data: [{ id: 1 }] }, headers }
    }, paged('{ link: true }'))
    const asked: (string | null)[][] = []
    for (const { connection, calls } of [page, offset, link]) {
      let state = nothing
      for (let more = true, turns = 0; more && turns < 9; turns++)
        ({ state, more } = await connection.poll('report', state))
      asked.push(calls().map(call => call.query.get('cursor') ?? call.query.get('p')))
    }
    expect(asked).toEqual([
      ['1', '2', '3'],
      ['0', '2', '4'],
      [null, '2'],
    ])
  })

  it('turns ids into things', async () => {
    const { connection, calls } = await connect(
      seen =>
        seen.path === '/sessions'
          ? listing([{ id: 'a' }, { id: 'b' }])
          : { json: { code: 0, data: { id: seen.path.slice(-1) } } },
      paged(
        '{ cursor: body.next }',
        '\n      hydrate: { operation: getSession, with: { session_id: item.id }, items: body.data }',
      ),
    )
    const { items } = await connection.poll('report', nothing)
    expect(items.map(item => item.body)).toEqual([{ id: 'a' }, { id: 'b' }])
    expect(calls().map(call => call.path)).toEqual(['/sessions', '/sessions/a', '/sessions/b'])
  })
})

describe('reading one thing', () => {
  it('fetches the thing a hint is about, stamped with the time of asking', async () => {
    const { connection, calls } = await connect(() => ({
      json: { code: 0, data: { id: 'R1', state: 'done' } },
    }))
    const fetched = await connection.fetch('report', 'R1', { report_id: 'R1' })
    expect(fetched).toMatchObject({
      sentAt: NOW,
      outcome: { is: 'accepted' },
      item: { resource: 'report', body: { id: 'R1', state: 'done' } },
    })
    expect(calls()[0]?.path).toBe('/sessions/R1')
  })

  it('reads what we made, and says absent where it is gone', async () => {
    const { connection } = await connect(() => ({ status: 404 }))
    expect(await connection.fetch('session', 'S1', undefined)).toMatchObject({
      outcome: { is: 'absent' },
      item: undefined,
    })
  })

  it('puts id and time around a body that repeats neither, where the manifest says so', async () => {
    const manifest = MANIFEST.replace(
      'item: body.data, every: 10m',
      'item: body.data, envelope: true, every: 10m',
    )
    const { connection } = await connect(() => ({ json: { code: 0, data: { state: 'done' } } }), manifest)
    const { item } = await connection.fetch('session', 'S1', undefined)
    expect(item?.body).toEqual({ id: 'S1', fetched_at: new Date(NOW).toISOString(), body: { state: 'done' } })
  })

  it.each([
    ['done', true],
    ['running', false],
    [undefined, false],
  ])('says of a thing that is %s whether it need not be read again: %s', async (state, done) => {
    const manifest = MANIFEST.replace('every: 10m', 'every: 10m, until: body.data.state == "done"')
    const { connection } = await connect(() => ({ json: { code: 0, data: { id: 'S1', state } } }), manifest)
    expect(await connection.fetch('session', 'S1', undefined)).toMatchObject({
      outcome: { is: 'accepted' },
      done,
    })
  })

  it('finds attachments by path and fetches them under the same rules', async () => {
    const { connection, vendor } = await connect(() => ({
      text: 'PDF',
      headers: { 'content-type': 'application/pdf' },
    }))
    const item = { media: [{ url: `${vendor.url}/a` }, { url: 'javascript:x' }, { url: `${vendor.url}/b` }] }
    const found = connection.attachments?.('report', item) ?? []
    expect(found.map(entry => entry.path)).toEqual(['media[0].url', 'media[2].url'])
    expect(await connection.fetchAttachment(found[0]?.url ?? '')).toMatchObject({
      fetched: true,
      mediaType: 'application/pdf',
    })
    expect(await connection.fetchAttachment('not a url')).toMatchObject({ fetched: false })
  })

  it('tells what each resource can do', async () => {
    const { connection } = await connect(() => listing([]))
    expect(connection.resource('session')).toEqual({
      name: 'session',
      verbs: ['create', 'update', 'delete', 'read'],
      lookup: { afterMs: 60_000, adopt: false },
      tokenWindow: DAY,
      onUnknown: 'park',
      poll: undefined,
      read: { everyMs: 600_000 },
      refetch: false,
      usesCallbackUrl: false,
      uses: { record: false, sent: false },
    })
    expect(connection.resource('report')).toMatchObject({
      refetch: true,
      poll: { everyMs: 60_000, consumes: false },
    })
    expect(connection.resource('constructor')).toBeUndefined()
  })
})
