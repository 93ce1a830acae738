import { expect, it } from 'vitest'
import { links } from '../../src/ledger/schema.js'
import { selectRows } from '../../src/ledger/table.js'
import { updateLinks } from '../../src/ledger/write-fold.js'
import type { InMapping } from '../../src/mapping/types.js'
import { forEachEngine } from '../support/engines.js'
import { configOf, expression, inMapping, outMapping, rig, vendorFlow } from './rig.js'
import { FakeVendor } from './vendor.js'

const title = outMapping(['title', 'state'], record => ({ title: record.data['title'] ?? null }))
const event = (more = {}) => vendorFlow('out', 'interview', 'v', 'event', title, more)
const kept = (hub: ReturnType<typeof rig>) =>
  selectRows(hub.ledger, links, `where t.connection = 'v' order by t.kind`)

forEachEngine('links', engine => {
  it('a fold that read a link before it was retired does not bring it back', async () => {
    const hub = rig(await engine.open(), configOf([], []))
    await hub.say('v', 'interview', 'i1', { title: 'A' })
    const [read] = await kept(hub)
    await hub.ledger.query(`update hrhub.links set state = 'retired', keep = '{"etag":"2"}'`)
    await hub.ledger.transaction(tx => updateLinks(tx, read ? [read] : []))
    expect(await kept(hub)).toMatchObject([{ state: 'retired', keep: { etag: '2' } }])
  })

  it('a removed thing retires its own link, not that of another kind under the same id', async () => {
    const vendor = new FakeVendor('v', { tokens: true })
    const cancelled = expression('cancelled', ({ record }) => record.data['state'] === 'cancelled')
    const hub = rig(await engine.open(), configOf([vendor], [event({ removeWhen: cancelled })]))
    await hub.say('ehr', 'interview', 'i1', { title: 'A', state: 'scheduled' })
    await hub.rest()
    await hub.ledger.query(
      `insert into hrhub.links (tenant, id, connection, resource, external_id, kind, record, image, created_at)
       select tenant, 'link_other', connection, resource, external_id, 'candidate', 'candidate_1', '{}', created_at
       from hrhub.links where connection = 'v'`,
    )
    await hub.say('ehr', 'interview', 'i1', { state: 'cancelled' })
    await hub.rest()
    expect(await kept(hub)).toMatchObject([
      { kind: 'candidate', state: 'active' },
      { kind: 'interview', state: 'retired' },
    ])
  })

  it('news waits for a creation that began before it, not for one that began after', async () => {
    const vendor = new FakeVendor('v', { tokens: true })
    const mapping: InMapping = { ...inMapping('interview', source => source), unknown: 'create' }
    const hub = rig(
      await engine.open(),
      configOf(
        [vendor],
        [vendorFlow('out', 'interview', 'v', 'interview', title)],
        [{ id: 'back', connection: 'v', resource: 'interview', kind: 'interview', mapping }],
      ),
    )
    const known = async () => (await kept(hub)).map(link => link.external_id)
    vendor.faults.push('throttled')
    await hub.say('ehr', 'interview', 'i1', { title: 'A' })
    await hub.pipeline.bell.idle()
    await hub.say('v', 'interview', 'stranger', { title: 'X' })
    expect(await known()).toEqual([])
    hub.clock.pass(3000)
    vendor.faults.push('throttled')
    await hub.say('ehr', 'interview', 'i2', { title: 'B' })
    await hub.pipeline.bell.idle()
    await hub.rest()
    expect(await known()).toContain('stranger')
    expect((await hub.rows()).filter(row => row.open && row.external_id === null)).toHaveLength(1)
  })
})
