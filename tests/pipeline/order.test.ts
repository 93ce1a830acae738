import { expect, it } from 'vitest'
import { pauseConnection, resumeConnection } from '../../src/pipeline/deliver/pause.js'
import { redriveAll } from '../../src/pipeline/redrive.js'
import { forEachEngine } from '../support/engines.js'
import { configOf, outMapping, rig, vendorFlow } from './rig.js'
import { TENANT } from './support.js'
import { FakeVendor } from './vendor.js'

const title = outMapping(['title'], record => ({ title: record.data['title'] ?? null }))
const NAMES = ['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H']

forEachEngine('after an outage', engine => {
  async function start() {
    const lms = new FakeVendor('lms', { tokens: true })
    const hub = rig(
      await engine.open(),
      configOf([lms], [vendorFlow('jobs', 'position', 'lms', 'job', title)]),
    )
    const titles = () => lms.calls.map(call => call.body['title'])
    /** Wishes as they were made, A first, though whatever else orders the rows runs the other way. */
    const turnAround = () =>
      hub.ledger.query(
        `update hrhub.deliveries d set wanted = 1000 - r.n, due_at = d.due_at + r.n * interval '1 second' from (
           select id, row_number() over (order by wanted desc) as n from hrhub.deliveries) r where r.id = d.id`,
      )
    return { lms, hub, titles, turnAround }
  }

  it('rows of a resumed connection go out in the order of their wishes', async () => {
    const { lms, hub, titles, turnAround } = await start()
    await pauseConnection(hub.parts, TENANT, 'lms', 'by an operator')
    for (const name of NAMES) await hub.say('ehr', 'position', name, { title: name })
    await hub.pipeline.idle()
    await turnAround()
    hub.clock.pass(600_000)
    await resumeConnection(hub.parts, TENANT, 'lms')
    await hub.rest()
    expect(lms.calls).toHaveLength(NAMES.length)
    expect(titles()).toEqual(NAMES)
  })

  it('redriven rows go out in the order of their wishes', async () => {
    const { lms, hub, titles } = await start()
    lms.faults.push(...NAMES.map(() => 'refused' as const))
    for (const name of [...NAMES].reverse()) await hub.say('ehr', 'position', name, { title: name })
    await hub.rest()
    await hub.ledger.query(
      `update hrhub.deliveries d set wanted = 1000 - r.n from (
         select id, row_number() over (order by id) as n from hrhub.deliveries) r where r.id = d.id`,
    )
    lms.calls.length = 0
    const { done } = await redriveAll({ parts: hub.parts, bell: hub.pipeline.bell }, TENANT, {
      state: 'dead',
    })
    await done
    await hub.rest()
    expect(titles()).toEqual(NAMES)
  })
})
