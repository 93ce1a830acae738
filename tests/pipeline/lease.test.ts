import { expect, it } from 'vitest'
import type { Outcome } from '../../src/connector/types.js'
import type { DeliveryRow } from '../../src/ledger/schema.js'
import { forEachEngine } from '../support/engines.js'
import { configOf, outMapping, type Rig, rig, vendorFlow } from './rig.js'
import { TwoSteps } from './two-steps.js'
import { FakeVendor } from './vendor.js'

const title = outMapping(['title'], record => ({ title: record.data['title'] ?? null }))

/** Looks at its own row while it is called. */
class Watched extends FakeVendor {
  readonly longestMs: number
  hub: Rig | undefined
  readonly seen: DeliveryRow[] = []
  constructor(name: string, longestMs: number) {
    super(name, { tokens: true })
    this.longestMs = longestMs
  }
  override async send(...[call, progress]: Parameters<FakeVendor['send']>): Promise<Outcome> {
    this.seen.push(...((await this.hub?.rows(`to-${this.name}`)) ?? []))
    return super.send(call, progress)
  }
}

/** A minute and a half for each call, where one may take a minute. */
class Slow extends TwoSteps {
  readonly longestMs = 60_000
  hub: Rig | undefined
  readonly claims: (string | null | undefined)[] = []
  readonly left: number[] = []
  override async send(...[call, progress]: Parameters<FakeVendor['send']>): Promise<Outcome> {
    const [row] = (await this.hub?.rows()) ?? []
    this.claims.push(row?.claim)
    this.left.push((row?.lease_until ?? 0) - (this.hub?.clock.now() ?? 0))
    this.hub?.clock.pass(90_000)
    return super.send(call, progress)
  }
}

forEachEngine('the lease of a claim', engine => {
  it('outlives the longest work of its own connection, and is short for all others', async () => {
    const vendors = [new Watched('mail', 300_000), new Watched('lms', 40_000)]
    const flows = vendors.map(({ name }) => vendorFlow(`to-${name}`, 'position', name, 'job', title))
    const hub = rig(await engine.open(), configOf(vendors, flows))
    for (const vendor of vendors) vendor.hub = hub
    await hub.say('ehr', 'position', 'p1', { title: 'A' })
    await hub.rest()
    const leases = vendors.map(({ seen: [row] }) => (row?.lease_until ?? 0) - hub.clock.now())
    expect(leases).toEqual([300_000, 120_000])
    expect((await hub.rows()).map(row => row.state)).toEqual(['delivered', 'delivered'])
  })

  it('is taken anew before a call that might outlast it', async () => {
    const lms = new Slow('lms', { tokens: true })
    const hub = rig(
      await engine.open(),
      configOf([lms], [vendorFlow('jobs', 'position', 'lms', 'job', title)]),
    )
    lms.hub = hub
    await hub.say('ehr', 'position', 'p1', { title: 'A' })
    await hub.rest()
    expect(lms.steps).toEqual(['one', 'two'])
    expect(lms.left).toEqual([120_000, 120_000])
    expect(new Set(lms.claims).size).toBe(2)
    expect(lms.bodies()).toEqual([{ title: 'A' }])
    expect(await hub.rows()).toMatchObject([{ state: 'delivered', external_id: 'lms-1', open: false }])
  })

  it('is taken anew before a look-up that might outlast it, and what was made is found', async () => {
    const lms = new Slow('lms', { lookup: { afterMs: 0 } })
    const hub = rig(
      await engine.open(),
      configOf([lms], [vendorFlow('jobs', 'position', 'lms', 'job', title)]),
    )
    lms.hub = hub
    lms.faults.push('cut-after')
    await hub.say('ehr', 'position', 'p1', { title: 'A' })
    await hub.rest()
    expect(lms.steps).toEqual(['one', 'two'])
    expect(lms.bodies()).toEqual([{ title: 'A' }])
    expect(await hub.rows()).toMatchObject([{ state: 'delivered', external_id: 'lms-1', open: false }])
  })
})
