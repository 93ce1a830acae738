import { expect, it } from 'vitest'
import { findings } from '../../src/ledger/schema.js'
import { selectRows } from '../../src/ledger/table.js'
import { forEachEngine } from '../support/engines.js'
import { configOf, outMapping, rig, vendorFlow } from './rig.js'
import { reference } from './support.js'
import { FakeVendor } from './vendor.js'

const HOUR = 3_600_000
const position = vendorFlow(
  'positions',
  'position',
  'lms',
  'position',
  outMapping(['title'], record => ({ title: record.data['title'] ?? null })),
)
const application = (waitFor: number) =>
  vendorFlow(
    'applications',
    'application',
    'lms',
    'application',
    outMapping(['position'], (record, { external }) => {
      const to = record.data['position'] as string
      const id = external(to, 'position')
      return id === undefined
        ? { verdict: 'waits', for: [{ record: to, resource: 'position' }] }
        : { position: id }
    }),
    { waitFor },
  )

forEachEngine('a wait that lasts', engine => {
  it('of a delivery is shown once when it is overdue, and no more when it has ended', async () => {
    const lms = new FakeVendor('lms', { tokens: true })
    const hub = rig(await engine.open(), configOf([lms], [position, application(2 * HOUR)]))
    const shown = () => selectRows(hub.ledger, findings, '')
    lms.faults.push('refused')
    await hub.say('ehr', 'position', 'p1', { title: 'A' })
    await hub.rest()
    await hub.say('ehr', 'application', 'a1', { position: reference('position', 'p1') })
    await hub.pass(HOUR)
    expect(await shown()).toEqual([])
    await hub.pass(HOUR)
    await hub.pass(HOUR)
    const [row] = await hub.rows('applications')
    expect(await shown()).toMatchObject([
      {
        code: 'wait_overdue',
        about: row?.id,
        connection: 'lms',
        times: 1,
        detail: { flow: 'applications', for: ['lms.position'] },
      },
    ])
    await hub.say('ehr', 'position', 'p1', { title: 'B' })
    await hub.rest()
    expect(await hub.rows('applications')).toMatchObject([{ state: 'delivered' }])
    await hub.pipeline.sweep()
    expect(await shown()).toEqual([])
  })

  it('of a message is shown after a day', async () => {
    const hub = rig(await engine.open(), configOf([], []))
    await hub.say('ehr', 'application', 'a1', { position: reference('position', 'p1') })
    await hub.pass(23 * HOUR)
    expect(await selectRows(hub.ledger, findings, '')).toEqual([])
    await hub.pass(2 * HOUR)
    expect(await selectRows(hub.ledger, findings, '')).toMatchObject([
      { code: 'wait_overdue', connection: 'ehr', detail: { flow: null, for: ['ehr.position'] } },
    ])
    await hub.say('ehr', 'position', 'p1', { title: 'A' })
    await hub.rest()
    await hub.pipeline.sweep()
    expect(await selectRows(hub.ledger, findings, '')).toEqual([])
  })
})
