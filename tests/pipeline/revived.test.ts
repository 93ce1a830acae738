import { expect, it } from 'vitest'
import { links } from '../../src/ledger/schema.js'
import { selectRows } from '../../src/ledger/table.js'
import { forEachEngine } from '../support/engines.js'
import { configOf, outMapping, rig, vendorFlow } from './rig.js'
import { FakeVendor } from './vendor.js'

const title = outMapping(['title'], record => ({ title: record.data['title'] ?? null }))

forEachEngine('a thing given up as gone', engine => {
  async function lost(ifGone: 'leave' | 'recreate') {
    const lms = new FakeVendor('lms', { tokens: true })
    const flow = vendorFlow('jobs', 'position', 'lms', 'position', title, { ifGone })
    const hub = rig(await engine.open(), configOf([lms], [flow]))
    await hub.say('ehr', 'position', 'p1', { title: 'A' })
    await hub.rest()
    const thing = lms.things.get('lms-1')
    lms.things.delete('lms-1')
    await hub.say('ehr', 'position', 'p1', { title: 'B' })
    await hub.rest()
    const states = async () =>
      (await selectRows(hub.ledger, links, `where t.connection = 'lms' order by t.external_id`)).map(
        link => link.state,
      )
    return { lms, hub, states, bringBack: () => thing && lms.things.set('lms-1', thing) }
  }

  it('stands again when its system speaks of it, and is updated, not made a second time', async () => {
    const { lms, hub, states, bringBack } = await lost('leave')
    expect(await states()).toEqual(['gone'])
    bringBack()
    await hub.say('lms', 'position', 'lms-1', { department: 'R&D' })
    expect(await states()).toEqual(['active'])
    await hub.say('ehr', 'position', 'p1', { title: 'C' })
    await hub.rest()
    expect(lms.bodies()).toEqual([{ title: 'C' }])
    expect(lms.calls.at(-1)).toMatchObject({ verb: 'update' })
  })

  it('stays gone where another took its place', async () => {
    const { hub, states } = await lost('recreate')
    expect(await states()).toEqual(['gone', 'active'])
    await hub.say('lms', 'position', 'lms-1', { department: 'R&D' })
    expect(await states()).toEqual(['gone', 'active'])
  })
})
