import { expect, it } from 'vitest'
import { takeUpFlows } from '../../src/pipeline/start-flows.js'
import { forEachEngine } from '../support/engines.js'
import { configOf, expression, outMapping, rig, vendorFlow } from './rig.js'
import { FakeVendor } from './vendor.js'

const title = outMapping(['title'], record => ({ title: record.data['title'] ?? null }))

forEachEngine('flows', engine => {
  it('every: change sends each step once and in order, though the first is refused its line', async () => {
    const feed = new FakeVendor('feed', { tokens: true })
    const flow = vendorFlow('feed', 'interview', 'feed', 'message', title, { everyChange: true })
    const hub = rig(await engine.open(), configOf([feed], [flow]))
    feed.faults.push('unreachable')
    for (const word of ['A', 'B', 'C']) await hub.say('ehr', 'interview', 'i1', { title: word })
    for (let i = 0; i < 4; i++) await hub.pass(3000)
    expect(feed.bodies().map(body => body['title'])).toEqual(['A', 'B', 'C'])
    expect(feed.calls.map(call => call.body['title'])).toEqual(['A', 'A', 'B', 'C'])
  })

  it('every: change sends a step for each message, also of those that came in one commit', async () => {
    const feed = new FakeVendor('feed', { tokens: true })
    const flow = vendorFlow('feed', 'interview', 'feed', 'message', title, { everyChange: true })
    const hub = rig(await engine.open(), configOf([feed], [flow]))
    await Promise.all(['A', 'B', 'C'].map(word => hub.say('ehr', 'interview', 'i1', { title: word })))
    for (let i = 0; i < 4; i++) await hub.pass(3000)
    expect(feed.bodies().map(body => body['title'])).toEqual(['A', 'B', 'C'])
  })

  it('a renamed flow keeps its rows and resends nothing', async () => {
    const feishu = new FakeVendor('feishu', { tokens: true })
    const ledger = await engine.open()
    const old = configOf([feishu], [vendorFlow('old-name', 'interview', 'feishu', 'event', title)])
    const before = rig(ledger, old)
    await takeUpFlows(before.parts, old)
    await before.say('ehr', 'interview', 'i1', { title: 'A' })
    await before.rest()
    const renamed = configOf(
      [feishu],
      [vendorFlow('new-name', 'interview', 'feishu', 'event', title, { was: ['old-name'] })],
    )
    const after = rig(ledger, renamed)
    await takeUpFlows(after.parts, renamed)
    await after.rest()
    expect(feishu.calls).toHaveLength(1)
    expect((await after.rows()).map(row => row.flow)).toEqual(['new-name'])
  })

  it('a changed mapping is sent without a change of the record; an unchanged body is not', async () => {
    const feishu = new FakeVendor('feishu', { tokens: true })
    const ledger = await engine.open()
    const start = async (mapping: typeof title) => {
      const config = configOf([feishu], [vendorFlow('calendar', 'interview', 'feishu', 'event', mapping)])
      const hub = rig(ledger, config)
      await takeUpFlows(hub.parts, config)
      return hub
    }
    const hub = await start(title)
    await hub.say('ehr', 'interview', 'i1', { title: 'A' })
    await hub.rest()
    await (await start({ ...title, version: 'v2' })).rest()
    expect(feishu.calls).toHaveLength(1)
    await (
      await start({
        ...outMapping(['title'], record => ({ title: `${String(record.data['title'])}!` })),
        version: 'v3',
      })
    ).rest()
    expect(feishu.bodies()).toEqual([{ title: 'A!' }])
  })

  it('a new flow begins with the changes from now on, with backfill with the past too', async () => {
    const feishu = new FakeVendor('feishu', { tokens: true })
    const ledger = await engine.open()
    const none = configOf([feishu], [])
    const before = rig(ledger, none)
    await before.say('ehr', 'interview', 'i1', { title: 'past' })
    await before.rest()
    const plain = configOf([feishu], [vendorFlow('plain', 'interview', 'feishu', 'event', title)])
    const hub = rig(ledger, plain)
    await takeUpFlows(hub.parts, plain)
    await hub.rest()
    expect(feishu.calls).toEqual([])
    const past = configOf(
      [feishu],
      [vendorFlow('filled', 'interview', 'feishu', 'event', title, { backfill: true })],
    )
    const filled = rig(ledger, past)
    await takeUpFlows(filled.parts, past)
    await filled.rest()
    expect(feishu.bodies()).toEqual([{ title: 'past' }])
  })

  it('a flow whose expression fails parks its row, and judges it again when the flow is mended', async () => {
    const feishu = new FakeVendor('feishu', { tokens: true })
    const ledger = await engine.open()
    const { HubError } = await import('../../src/kernel/errors.js')
    const broken = expression('1/0', () => {
      throw new HubError('MAPPING_EXPRESSION_FAILED', { detail: 'division by zero' })
    })
    const flow = (when: typeof broken) =>
      configOf([feishu], [vendorFlow('calendar', 'interview', 'feishu', 'event', title, { when })])
    const first = flow(broken)
    const hub = rig(ledger, first)
    await takeUpFlows(hub.parts, first)
    await hub.say('ehr', 'interview', 'i1', { title: 'A' })
    await hub.rest()
    expect(await hub.rows()).toMatchObject([
      { state: 'parked', because: 'mapping', last_error: { code: 'PIPELINE_JUDGEMENT_FAILED' } },
    ])
    const mended = flow(expression('true', () => true))
    const again = rig(ledger, mended)
    await takeUpFlows(again.parts, mended)
    await again.rest()
    expect(feishu.bodies()).toEqual([{ title: 'A' }])
  })

  it('contradictions are told three times a day, then shown as a finding', async () => {
    const ai = new FakeVendor('ai', { tokens: true })
    const config = configOf(
      [ai],
      [
        vendorFlow(
          'to-ai',
          'candidate',
          'ai',
          'candidate',
          outMapping(['source'], record => ({ source: record.data['source'] ?? null })),
        ),
      ],
    )
    const owned = { ...config, rank: (connection: string) => (connection === 'ehr' ? 1 : 0) }
    const hub = rig(await engine.open(), owned)
    await hub.say('ehr', 'candidate', 'c1', { source: 'ehr' })
    await hub.rest()
    const id = (await hub.rows())[0]?.external_id ?? ''
    for (let i = 0; i < 5; i++) {
      await hub.say('ai', 'candidate', id, { source: `ai ${i}` })
      await hub.rest()
    }
    expect(ai.calls).toHaveLength(4)
    const { rows } = await hub.ledger.query('select code, detail, times from hrhub.findings')
    expect(rows).toEqual([{ code: 'contested', detail: { path: 'source' }, times: 2 }])
  })
})
