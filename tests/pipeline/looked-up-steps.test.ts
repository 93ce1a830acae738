import { expect, it } from 'vitest'
import { forEachEngine } from '../support/engines.js'
import { configOf, outMapping, rig, vendorFlow } from './rig.js'
import { TwoSteps } from './two-steps.js'

const title = outMapping(['title'], record => ({ title: record.data['title'] ?? null }))

forEachEngine('a look-up amid the steps of a making', engine => {
  async function start(repeatable: boolean) {
    const lms = new TwoSteps('lms', { lookup: { afterMs: 1000 } })
    lms.repeatable = repeatable
    const hub = rig(
      await engine.open(),
      configOf([lms], [vendorFlow('jobs', 'position', 'lms', 'job', title)]),
    )
    const say = async () => {
      await hub.say('ehr', 'position', 'p1', { title: 'A' })
      await hub.rest()
      await hub.pass(60_000)
    }
    return { lms, hub, say }
  }

  it('that finds what the first made goes on with the second', async () => {
    const { lms, hub, say } = await start(true)
    lms.faults.push('cut-after')
    await say()
    expect(lms.steps).toEqual(['one', 'two'])
    expect(await hub.rows()).toMatchObject([{ state: 'delivered', external_id: 'lms-1' }])
    expect(lms.bodies()).toEqual([{ title: 'A' }])
  })

  it('is not asked about the second: the thing is there, and whether it is whole a person must say', async () => {
    const { lms, hub, say } = await start(false)
    lms.later.push('cut-before')
    await say()
    expect(lms.steps).toEqual(['one', 'two'])
    expect(await hub.rows()).toMatchObject([{ state: 'parked', because: 'unknown', open: true }])
  })
})
