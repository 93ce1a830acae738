import { expect, it } from 'vitest'
import { forEachEngine } from '../support/engines.js'
import { configOf, outMapping, rig, vendorFlow } from './rig.js'
import { TwoSteps } from './two-steps.js'

const title = outMapping(['title'], record => ({ title: record.data['title'] ?? null }))

forEachEngine('a process that lost its claim', engine => {
  it('sends nothing more and writes to no row', async () => {
    const lms = new TwoSteps('lms', { tokens: true })
    const hub = rig(
      await engine.open(),
      configOf([lms], [vendorFlow('jobs', 'position', 'lms', 'job', title)]),
    )
    const until = new Date(hub.clock.now() + 600_000)
    lms.during = () =>
      hub.ledger.query(`update hrhub.deliveries set claim = 'another', lease_until = $1`, [until])
    await hub.say('ehr', 'position', 'p1', { title: 'A' })
    await hub.pipeline.idle()
    expect(lms.steps).toEqual(['one'])
    expect(await hub.rows()).toMatchObject([{ claim: 'another', state: 'in_flight', open: true }])
    await hub.pass(700_000)
    expect(lms.steps).toEqual(['one', 'one', 'two'])
    expect(await hub.rows()).toMatchObject([{ claim: null, state: 'delivered', external_id: 'lms-1' }])
    expect(lms.bodies()).toEqual([{ title: 'A' }])
  })
})
