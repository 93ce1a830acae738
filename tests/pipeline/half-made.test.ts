import { expect, it } from 'vitest'
import { links } from '../../src/ledger/schema.js'
import { selectRows } from '../../src/ledger/table.js'
import { askErasure } from '../../src/pipeline/erase/ask.js'
import { redriveDelivery } from '../../src/pipeline/redrive.js'
import { forEachEngine } from '../support/engines.js'
import { configOf, expression, outMapping, rig, vendorFlow } from './rig.js'
import { TENANT } from './support.js'
import { TwoSteps } from './two-steps.js'
import type { Fault, VendorOptions } from './vendor.js'

const HOUR = 3_600_000
const title = outMapping(['title'], record => ({ title: record.data['title'] ?? null }))
const flow = vendorFlow('jobs', 'position', 'lms', 'job', title, {
  removeWhen: expression('record.title == "gone"', ({ record }) => record.data['title'] === 'gone'),
})
const dead = { state: 'dead', because: 'refused', open: false }

forEachEngine('a thing whose making was refused at a later step', engine => {
  async function refused(later: readonly Fault[] = ['refused'], options: VendorOptions = {}) {
    const lms = new TwoSteps('lms', { tokens: true, ...options })
    lms.later.push(...later)
    const hub = rig(await engine.open(), configOf([lms], [flow]))
    await hub.say('ehr', 'position', 'p1', { title: 'A' })
    await hub.rest()
    const linked = async () =>
      (await selectRows(hub.ledger, links, 'where t.connection = $1 order by t.external_id', ['lms'])).map(
        link => `${link.external_id} ${link.state}`,
      )
    return { lms, hub, linked }
  }

  for (const fault of ['refused', 'unauthorized'] as const)
    it(`keeps its id (${fault}), and the next wanted state changes that very thing`, async () => {
      const { lms, hub, linked } = await refused([fault])
      expect(await hub.rows()).toMatchObject([
        { ...dead, external_id: 'lms-1', last_error: { outcome: expect.any(String) }, done: 0 },
      ])
      expect(await linked()).toEqual(['lms-1 active'])
      await hub.say('ehr', 'position', 'p1', { title: 'B' })
      await hub.rest()
      expect(lms.bodies()).toEqual([{ title: 'B' }])
      expect(lms.steps).toEqual(['one', 'two', 'main'])
      expect(await hub.rows()).toMatchObject([
        { state: 'delivered', external_id: 'lms-1', keep: null, last_error: null },
      ])
    })

  it('is taken away when it is no longer wanted', async () => {
    const { lms, hub, linked } = await refused()
    await hub.say('ehr', 'position', 'p1', { title: 'gone' })
    await hub.rest()
    expect(lms.bodies()).toEqual([])
    expect(await hub.rows()).toMatchObject([{ state: 'cancelled', external_id: null, keep: null }])
    expect(await linked()).toEqual(['lms-1 retired'])
  })

  it('makes room for a new one where it cannot be changed', async () => {
    const { lms, hub, linked } = await refused(['refused', 'refused'], { verbs: ['create', 'delete'] })
    await hub.say('ehr', 'position', 'p1', { title: 'B' })
    await hub.rest()
    expect(lms.bodies()).toEqual([{ title: 'B' }])
    expect(await hub.rows()).toMatchObject([{ ...dead, external_id: 'lms-2' }])
    await hub.say('ehr', 'position', 'p1', { title: 'C' })
    await hub.rest()
    expect(lms.bodies()).toEqual([{ title: 'C' }])
    expect(await hub.rows()).toMatchObject([{ state: 'delivered', external_id: 'lms-3', keep: null }])
    expect(await linked()).toEqual(['lms-1 retired', 'lms-2 retired', 'lms-3 active'])
  })

  it('stays refused where it can neither be changed nor removed', async () => {
    const { lms, hub } = await refused(['refused'], { verbs: ['create'] })
    await hub.say('ehr', 'position', 'p1', { title: 'B' })
    await hub.rest()
    expect(lms.steps).toEqual(['one', 'two'])
    expect(await hub.rows()).toMatchObject([
      { ...dead, external_id: 'lms-1', done: 0, last_error: { outcome: 'refused' } },
    ])
  })

  it('is removed when its person is forgotten', async () => {
    const { lms, hub } = await refused()
    const id = (await hub.record('position'))?.id ?? ''
    await askErasure({ parts: hub.parts, bell: hub.pipeline.bell }, TENANT, id, 'key_dpo')
    await hub.rest()
    expect(lms.bodies()).toEqual([])
  })

  it('is not left for another where the later step is not reached for days: a redrive ends it first', async () => {
    const { lms, hub } = await refused(['unreachable', 'unreachable'])
    await hub.pass(81 * HOUR)
    const parked = { state: 'parked', because: 'not reached', open: true }
    expect(await hub.rows()).toMatchObject([parked])
    await hub.say('ehr', 'position', 'p1', { title: 'B' })
    await hub.rest()
    expect(await hub.rows()).toMatchObject([parked])
    const [row] = await hub.rows()
    await redriveDelivery({ parts: hub.parts, bell: hub.pipeline.bell }, TENANT, row?.id ?? '')
    await hub.rest()
    expect(lms.steps).toEqual(['one', 'two', 'two', 'two', 'main'])
    expect(lms.bodies()).toEqual([{ title: 'B' }])
    expect(await hub.rows()).toMatchObject([{ state: 'delivered', external_id: 'lms-1' }])
  })
})
