import { expect, it } from 'vitest'
import { attempts, effects, links } from '../../src/ledger/schema.js'
import { selectRows } from '../../src/ledger/table.js'
import { forEachEngine } from '../support/engines.js'
import { configOf, expression, hubFlow, inMapping, outMapping, rig, vendorFlow } from './rig.js'
import { TENANT } from './support.js'
import { FakeVendor } from './vendor.js'

const state = (word: string) =>
  expression(`record.state == "${word}"`, ({ record }) => record.data['state'] === word)
const event = outMapping(['title', 'schedule', 'state'], record => ({
  title: record.data['title'] ?? null,
  start: (record.data['schedule'] as { start?: string })?.start ?? null,
}))
const calendar = (more = {}) =>
  vendorFlow('calendar', 'interview', 'feishu', 'event', event, {
    when: expression('has(record.schedule)', ({ record }) => record.data['schedule'] !== undefined),
    removeWhen: state('cancelled'),
    ...more,
  })
const at = (hour: string) => ({
  schedule: { start: `2026-12-02T${hour}:00:00Z`, end: `2026-12-02T${hour}:30:00Z` },
})

forEachEngine('deliver', engine => {
  it('makes the thing once, then moves it, then removes it, and keeps its link', async () => {
    const feishu = new FakeVendor('feishu', { tokens: true })
    const hub = rig(await engine.open(), configOf([feishu], [calendar()]))
    await hub.say('ehr', 'interview', 'i1', { title: '一面', state: 'scheduled', ...at('02') })
    await hub.rest()
    expect(feishu.bodies()).toEqual([{ title: '一面', start: '2026-12-02T02:00:00Z' }])
    await hub.say('ehr', 'interview', 'i1', { ...at('03') })
    await hub.say('ehr', 'interview', 'i1', { ...at('04') })
    await hub.rest()
    expect(feishu.bodies()).toEqual([{ title: '一面', start: '2026-12-02T04:00:00Z' }])
    expect(await hub.rows()).toMatchObject([{ state: 'delivered', external_id: 'feishu-1', open: false }])
    await hub.say('ehr', 'interview', 'i1', { state: 'cancelled' })
    await hub.rest()
    expect(feishu.bodies()).toEqual([])
    expect(await hub.rows()).toMatchObject([{ state: 'cancelled', external_id: null }])
    expect(await selectRows(hub.ledger, links, 'where t.connection = $1', ['feishu'])).toMatchObject([
      { state: 'retired' },
    ])
    expect(feishu.calls.map(call => call.verb)).toEqual([
      'create',
      ...Array(feishu.calls.length - 2).fill('update'),
      'delete',
    ])
  })

  it('sends nothing where nothing it maps has changed', async () => {
    const feishu = new FakeVendor('feishu', { tokens: true })
    const hub = rig(await engine.open(), configOf([feishu], [calendar()]))
    await hub.say('ehr', 'interview', 'i1', { title: '一面', state: 'scheduled', ...at('02') })
    await hub.rest()
    await hub.say('ehr', 'interview', 'i1', { state: 'started' })
    await hub.say('ehr', 'interview', 'i1', { custom: { note: 'x' } })
    await hub.rest()
    expect(feishu.calls).toHaveLength(1)
  })

  it('repeats a cut create under the same token with the same bytes, then sends the edit', async () => {
    const feishu = new FakeVendor('feishu', { tokens: true })
    const hub = rig(await engine.open(), configOf([feishu], [calendar()]))
    feishu.faults.push('cut-after')
    await hub.say('ehr', 'interview', 'i1', { title: 'A', ...at('02') })
    await hub.pipeline.bell.idle()
    await hub.say('ehr', 'interview', 'i1', { title: 'B' })
    await hub.pass(5000)
    expect(feishu.bodies()).toEqual([{ title: 'B', start: '2026-12-02T02:00:00Z' }])
    const [first, second, third] = feishu.calls
    expect(second).toEqual(first)
    expect(third).toMatchObject({ verb: 'update', body: { title: 'B' } })
    expect(third?.token).not.toBe(first?.token)
  })

  it('looks a cut create up where there is no token, and adopts what it finds', async () => {
    const feishu = new FakeVendor('feishu', { lookup: { afterMs: 10_000 } })
    const hub = rig(await engine.open(), configOf([feishu], [calendar()]))
    feishu.faults.push('cut-after')
    await hub.say('ehr', 'interview', 'i1', { title: 'A', ...at('02') })
    await hub.rest()
    expect(feishu.calls).toHaveLength(1)
    expect(await hub.rows()).toMatchObject([{ state: 'delivered', external_id: 'feishu-1' }])
  })

  it('sends again only after two late look-ups said that it is not there', async () => {
    const feishu = new FakeVendor('feishu', { lookup: { afterMs: 10_000 } })
    const hub = rig(await engine.open(), configOf([feishu], [calendar()]))
    feishu.faults.push('cut-before')
    await hub.say('ehr', 'interview', 'i1', { title: 'A', ...at('02') })
    await hub.rest()
    await hub.pass(9000)
    expect(await hub.rows()).toMatchObject([{ state: 'unknown' }])
    await hub.pass(2000)
    expect(feishu.calls).toHaveLength(1)
    await hub.pass(11_000)
    expect(feishu.calls).toHaveLength(2)
    expect(feishu.bodies()).toHaveLength(1)
  })

  it('parks an unknown create that nothing can settle; a later edit does not send it twice', async () => {
    const sms = new FakeVendor('sms')
    const hub = rig(
      await engine.open(),
      configOf([sms], [vendorFlow('late', 'interview', 'sms', 'message', event)]),
    )
    sms.faults.push('cut-after')
    await hub.say('ehr', 'interview', 'i1', { title: 'A' })
    await hub.rest()
    await hub.say('ehr', 'interview', 'i1', { title: 'B' })
    await hub.pass(60_000)
    expect(sms.calls).toHaveLength(1)
    expect(await hub.rows()).toMatchObject([{ state: 'parked', because: 'unknown', open: true }])
  })

  it('A-B-A after a cut update leaves A: the fingerprint is of what the system holds', async () => {
    const feishu = new FakeVendor('feishu', { tokens: true })
    const hub = rig(await engine.open(), configOf([feishu], [calendar()]))
    await hub.say('ehr', 'interview', 'i1', { title: 'A', ...at('02') })
    await hub.rest()
    feishu.faults.push('cut-after')
    await hub.say('ehr', 'interview', 'i1', { title: 'B' })
    await hub.pipeline.bell.idle()
    await hub.say('ehr', 'interview', 'i1', { title: 'A' })
    await hub.pass(10_000)
    expect(feishu.bodies()).toEqual([{ title: 'A', start: '2026-12-02T02:00:00Z' }])
  })

  it('a process that died with the row in its hands leaves an unknown, never a second thing', async () => {
    const feishu = new FakeVendor('feishu', { tokens: true })
    const hub = rig(await engine.open(), configOf([feishu], [calendar()]))
    feishu.faults.push('unreachable')
    await hub.say('ehr', 'interview', 'i1', { title: 'A', ...at('02') })
    await hub.pipeline.bell.idle()
    // The next process claims it, sends, and dies before it settles.
    const [row] = await hub.rows()
    const [effect] = await selectRows(hub.ledger, effects, 'where t.delivery = $1', [row?.id])
    feishu.things.set('feishu-0', { resource: 'event', body: { title: 'A' }, token: effect?.token ?? '' })
    await hub.ledger.query(`update hrhub.deliveries set claim = 'dead', lease_until = $1, due_at = $1`, [
      new Date(hub.clock.now() - 1),
    ])
    await hub.pass(3000)
    expect(await selectRows(hub.ledger, effects, 'where t.delivery = $1', [row?.id])).toMatchObject([
      { state: 'accepted' },
    ])
    expect(feishu.calls.filter(call => call.verb === 'create').map(call => call.token)).toEqual([
      effect?.token,
      effect?.token,
    ])
  })

  it('waits for the thing it refers to, and goes when that is there', async () => {
    const ai = new FakeVendor('ai', { tokens: true })
    const person = vendorFlow(
      'person',
      'candidate',
      'ai',
      'candidate',
      outMapping(['name'], record => ({ name: record.data['name'] ?? null })),
    )
    const session = vendorFlow(
      'session',
      'interview',
      'ai',
      'session',
      outMapping(['title', 'candidate'], (record, env) => {
        const id = String(record.data['candidate'])
        const candidate = env.external(id, 'candidate')
        return candidate
          ? { candidate, title: record.data['title'] ?? null }
          : { verdict: 'waits', for: [{ record: id, resource: 'candidate' }] }
      }),
    )
    const hub = rig(await engine.open(), configOf([ai], [session, person]))
    ai.faults.push('throttled')
    await hub.say('ehr', 'candidate', 'c1', { name: '张三' })
    await hub.pipeline.bell.idle()
    await hub.say('ehr', 'interview', 'i1', {
      title: '一面',
      candidate: {
        $reference: { kind: 'candidate', of: undefined as never, id: 'c1', missing: 'wait' },
      } as never,
    })
    await hub.rest()
    expect(await hub.rows('session')).toMatchObject([{ state: 'waiting', because: 'link' }])
    await hub.pass(6000)
    expect(ai.bodies('session')).toEqual([{ candidate: 'ai-1', title: '一面' }])
  })

  it('wakes for what a referred record changed', async () => {
    const feishu = new FakeVendor('feishu', { tokens: true })
    const flow = vendorFlow(
      'calendar',
      'interview',
      'feishu',
      'event',
      outMapping(['title', 'candidate>name'], record => ({
        who: record.follow(String(record.data['candidate']))?.data['name'] ?? null,
      })),
    )
    const hub = rig(await engine.open(), configOf([feishu], [flow]))
    await hub.say('ehr', 'candidate', 'c1', { name: '张三' })
    await hub.say('ehr', 'interview', 'i1', {
      candidate: {
        $reference: { kind: 'candidate', of: undefined as never, id: 'c1', missing: 'wait' },
      } as never,
    })
    await hub.rest()
    expect(feishu.bodies()).toEqual([{ who: '张三' }])
    await hub.say('ehr', 'candidate', 'c1', { name: '张三丰' })
    await hub.rest()
    expect(feishu.bodies()).toEqual([{ who: '张三丰' }])
  })

  it('has one row per entry of a list; an entry that goes is removed', async () => {
    const feishu = new FakeVendor('feishu', { tokens: true })
    const flow = vendorFlow(
      'attendees',
      'interview',
      'feishu',
      'attendee',
      outMapping(['interviewers'], (_record, env) => ({ person: (env.item as { person: string }).person })),
      {
        each: { list: 'interviewers', key: expression('item.person', ({ item }) => item?.['person']) },
      },
    )
    const hub = rig(await engine.open(), configOf([feishu], [flow]))
    await hub.say('ehr', 'interview', 'i1', {
      interviewers: [{ person: 'person_a' }, { person: 'person_b' }],
    })
    await hub.rest()
    expect(
      feishu
        .bodies()
        .map(body => body['person'])
        .sort(),
    ).toEqual(['person_a', 'person_b'])
    await hub.say('ehr', 'interview', 'i1', {
      interviewers: [{ person: 'person_b' }, { person: 'person_c' }],
    })
    await hub.rest()
    expect(
      feishu
        .bodies()
        .map(body => body['person'])
        .sort(),
    ).toEqual(['person_b', 'person_c'])
  })

  it('a once-row has one effect in its life, whatever the record does', async () => {
    const sms = new FakeVendor('sms', { tokens: true })
    const once = vendorFlow('late', 'interview', 'sms', 'message', event, {
      once: [
        expression('record.id', ({ record }) => record.id),
        expression(
          'record.schedule.start',
          ({ record }) => (record.data['schedule'] as { start?: string })?.start,
        ),
      ],
      at: expression('start + 15m', ({ record }) =>
        new Date(Date.parse((record.data['schedule'] as { start: string }).start) + 900_000).toISOString(),
      ),
      until: 3_600_000,
      when: expression('scheduled', ({ record }) => record.data['state'] === 'scheduled'),
    })
    const hub = rig(await engine.open(), configOf([sms], [once]))
    await hub.say('ehr', 'interview', 'i1', { title: 'A', state: 'scheduled', ...at('02') })
    await hub.rest()
    expect(sms.calls).toHaveLength(0)
    await hub.say('ehr', 'interview', 'i1', at('05'))
    await hub.pass(2.5 * 3_600_000)
    expect(sms.calls).toHaveLength(0)
    await hub.pass(26.9 * 3_600_000)
    expect(sms.calls).toHaveLength(1)
    await hub.say('ehr', 'interview', 'i1', { title: 'B' })
    await hub.pass(60_000)
    expect(sms.calls).toHaveLength(1)
  })

  it('brings what a vendor answered to the record', async () => {
    const ai = new FakeVendor('ai', { tokens: true, answer: id => ({ id, url: `https://ai.example/${id}` }) })
    const flow = vendorFlow(
      'session',
      'interview',
      'ai',
      'session',
      outMapping(['title'], record => ({ title: record.data['title'] ?? null })),
      {
        answer: inMapping('interview', (source: { url: string }) => ({ fields: { join_url: source.url } })),
      },
    )
    const hub = rig(await engine.open(), configOf([ai], [flow]))
    await hub.say('ehr', 'interview', 'i1', { title: 'A' })
    await hub.rest()
    expect((await hub.record('interview'))?.data).toEqual({ title: 'A', join_url: 'https://ai.example/ai-1' })
  })

  it('makes one offer of one application, however many reports raise its score', async () => {
    const offer = hubFlow(
      'offer',
      'application',
      'offer',
      inMapping(
        'offer',
        (view: { id: string; data: { composite: number } }) => ({
          identityRef: view.id,
          fields: { application: view.id, state: 'draft', reason: `composite ${view.data.composite}` },
        }),
        ['composite'],
      ),
      {
        when: expression('composite >= 8', ({ record }) => Number(record.data['composite']) >= 8),
      },
    )
    const hub = rig(await engine.open(), configOf([], [offer]))
    await hub.say('ehr', 'application', 'a1', { stage: 'ai_interview', composite: 7 })
    await hub.rest()
    expect(await hub.records('offer')).toEqual([])
    await hub.say('ehr', 'application', 'a1', { composite: 8.5 })
    await hub.rest()
    await hub.say('ehr', 'application', 'a1', { composite: 9 })
    await hub.rest()
    expect((await hub.records('offer')).map(row => row.data)).toMatchObject([
      { state: 'draft', reason: 'composite 9' },
    ])
  })

  it('finds people once and links them; a miss is remembered', async () => {
    const feishu = new FakeVendor('feishu')
    feishu.people.set('138', 'ou_1')
    const flow = vendorFlow(
      'people',
      'person',
      'feishu',
      'user',
      outMapping(['phones'], record => ({ mobile: (record.data['phones'] as string[])?.[0] ?? null })),
    )
    const hub = rig(await engine.open(), configOf([feishu], [flow]))
    await hub.say('ehr', 'person', 'p1', { phones: ['138'] })
    await hub.say('ehr', 'person', 'p2', { phones: ['139'] })
    await hub.rest()
    expect((await hub.rows()).map(row => [row.state, row.external_id]).sort()).toEqual([
      ['delivered', 'ou_1'],
      ['held', null],
    ])
    expect(feishu.calls).toEqual([])
  })

  it('a refusal is buried; a new wanted state reopens it', async () => {
    const feishu = new FakeVendor('feishu', { tokens: true })
    const hub = rig(await engine.open(), configOf([feishu], [calendar()]))
    feishu.faults.push('refused')
    await hub.say('ehr', 'interview', 'i1', { title: 'A', ...at('02') })
    await hub.pass(60_000)
    expect(await hub.rows()).toMatchObject([{ state: 'dead', because: 'refused' }])
    await hub.say('ehr', 'interview', 'i1', { title: 'B' })
    await hub.rest()
    expect(feishu.bodies()).toMatchObject([{ title: 'B' }])
  })

  it('pauses a connection whose check fails too, and refuses the one thing where it passes', async () => {
    const feishu = new FakeVendor('feishu', { tokens: true })
    const hub = rig(await engine.open(), configOf([feishu], [calendar()]))
    feishu.faults.push('unauthorized')
    await hub.say('ehr', 'interview', 'i1', { title: 'A', ...at('02') })
    await hub.rest()
    expect(await hub.rows()).toMatchObject([{ state: 'dead' }])
    feishu.healthy = false
    feishu.faults.push('unauthorized')
    await hub.say('ehr', 'interview', 'i2', { title: 'A', ...at('02') })
    await hub.rest()
    expect([...hub.parts.paused]).toEqual([`${TENANT}/feishu`])
    expect(feishu.calls).toHaveLength(2)
    await hub.ledger.query(`update hrhub.connections set state = 'active'`)
    feishu.healthy = true
    await hub.pass(1000)
    expect(feishu.bodies()).toHaveLength(1)
  })

  it('what the vendor echoes of our own write claims nothing', async () => {
    const ehr = new FakeVendor('ehr', { tokens: true })
    const out = vendorFlow(
      'to-ehr',
      'candidate',
      'ehr',
      'candidate',
      outMapping(['name'], record => ({ name: record.data['name'] ?? null })),
    )
    const back = inMapping('candidate', (source: { name: string; verdict?: string; fields?: object }) =>
      source.verdict ? (source as object) : { fields: { name: source.name } },
    )
    const hub = rig(
      await engine.open(),
      configOf(
        [ehr],
        [out],
        [{ id: 'from-ehr', connection: 'ehr', resource: 'candidate', kind: 'candidate', mapping: back }],
      ),
    )
    await hub.say('ats', 'candidate', 'x', { name: 'A' })
    await hub.rest()
    await hub.say('ats', 'candidate', 'x', { name: 'B' })
    await hub.rest()
    const [row] = await hub.rows()
    // A late echo of A, stamped later than the edit to B: the image knows it was told.
    await hub.say('ehr', 'candidate', row?.external_id ?? '', { name: 'B' })
    await hub.rest()
    expect((await hub.record('candidate'))?.data).toEqual({ name: 'B' })
    expect(ehr.calls).toHaveLength(2)
  })

  it('counts every try and never writes a body into an attempt', async () => {
    const feishu = new FakeVendor('feishu', { tokens: true })
    const hub = rig(await engine.open(), configOf([feishu], [calendar()]))
    feishu.faults.push('unreachable', 'cut-before')
    await hub.say('ehr', 'interview', 'i1', { title: '秘密', ...at('02') })
    await hub.rest()
    await hub.pass(5000)
    await hub.pass(5000)
    const rows = await selectRows(hub.ledger, attempts, 'where t.tenant = $1 order by t.try', [TENANT])
    expect(rows.map(row => row.outcome)).toEqual(['unreachable', 'unknown', 'accepted'])
    expect(JSON.stringify(rows)).not.toContain('秘密')
  })
})
