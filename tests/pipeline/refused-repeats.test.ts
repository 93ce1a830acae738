import { expect, it } from 'vitest'
import { forEachEngine } from '../support/engines.js'
import { configOf, outMapping, rig, vendorFlow } from './rig.js'
import { FakeVendor, type Fault, type VendorOptions } from './vendor.js'

const title = outMapping(['title'], record => ({ title: record.data['title'] ?? null }))

forEachEngine('a repeat that is turned away', engine => {
  async function turnedAway(options: VendorOptions, faults: readonly Fault[]) {
    const lms = new FakeVendor('lms', options)
    const hub = rig(
      await engine.open(),
      configOf([lms], [vendorFlow('jobs', 'position', 'lms', 'job', title)]),
    )
    lms.faults.push(...faults)
    await hub.say('ehr', 'position', 'p1', { title: 'A' })
    await hub.rest()
    await hub.pass(60_000)
    const [row] = await hub.rows()
    return { lms, hub, row }
  }

  it('with 403 says nothing of the first call: a person looks', async () => {
    const { lms, row } = await turnedAway({ tokens: true }, ['cut-after', 'unauthorized'])
    expect(row).toMatchObject({ state: 'parked', because: 'unknown', open: true })
    expect(row?.last_error).toMatchObject({ outcome: 'misconfigured' })
    expect(lms.things.size).toBe(1)
    expect(lms.calls).toHaveLength(2)
  })

  it('with 403 is looked up where that can be done, and what is there is found', async () => {
    const { row } = await turnedAway({ tokens: true, lookup: { afterMs: 1000 } }, [
      'cut-after',
      'unauthorized',
    ])
    expect(row).toMatchObject({ state: 'delivered', external_id: 'lms-1' })
  })

  it('is refused where the look-up says that nothing is there', async () => {
    const faults = ['cut-before', 'unauthorized', 'unauthorized'] as const
    const { hub } = await turnedAway({ tokens: true, lookup: { afterMs: 1000 } }, faults)
    await hub.pass(60_000)
    expect(await hub.rows()).toMatchObject([{ state: 'dead', because: 'refused', open: false }])
  })

  it('with 422 ends it where the vendor knows the token, for it would have answered as it did the first', async () => {
    const { row } = await turnedAway({ tokens: true }, ['cut-before', 'refused'])
    expect(row).toMatchObject({ state: 'dead', because: 'refused', open: false })
  })

  it('with 422 says nothing of the first where it was sent blindly', async () => {
    const { lms, row } = await turnedAway({ onUnknown: 'repeat' }, ['cut-after', 'refused'])
    expect(row).toMatchObject({ state: 'parked', because: 'unknown', open: true })
    expect(lms.calls).toHaveLength(2)
  })

  it('is sent under its token for as long as the vendor remembers it, from the first byte on', async () => {
    const lms = new FakeVendor('lms', { tokens: true })
    const hub = rig(
      await engine.open(),
      configOf([lms], [vendorFlow('jobs', 'position', 'lms', 'job', title)]),
    )
    // Out of reach for longer than the window of one hour; only then the first bytes leave.
    lms.faults.push(...Array<Fault>(8).fill('unreachable'))
    await hub.say('ehr', 'position', 'p1', { title: 'A' })
    for (let n = 0; n < 12; n++) await hub.pass(10 * 60_000)
    expect(lms.bodies()).toEqual([{ title: 'A' }])
    expect(await hub.rows()).toMatchObject([{ state: 'delivered' }])
    lms.faults.push(...Array<Fault>(8).fill('unreachable'), 'cut-after')
    await hub.say('ehr', 'position', 'p2', { title: 'B' })
    for (let n = 0; n < 12; n++) await hub.pass(10 * 60_000)
    expect((await hub.rows()).map(row => row.state)).toEqual(['delivered', 'delivered'])
    expect(lms.bodies()).toHaveLength(2)
  })
})
