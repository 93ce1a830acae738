import { expect, it } from 'vitest'
import { connectionFigures } from '../../src/ledger/connection-figures.js'
import { noteSkew } from '../../src/pipeline/note-skew.js'
import { forEachEngine } from '../support/engines.js'
import { configOf, rig } from './rig.js'
import { TENANT } from './support.js'
import { FakeVendor } from './vendor.js'

forEachEngine('the clock of a vendor', engine => {
  it('is shown where it is off, and written again only when it moved', async () => {
    let ahead: number | undefined
    const feishu = Object.assign(new FakeVendor('feishu'), { skew: () => ahead })
    const hub = rig(await engine.open(), configOf([feishu], []))
    const shown = async () => {
      const [figures] = await connectionFigures(hub.parts.ledger, TENANT, ['feishu'], hub.parts.clock.now())
      return figures?.skewMs
    }
    await noteSkew(hub.parts)
    expect(await shown()).toBeNull()
    ahead = 95_000
    await noteSkew(hub.parts)
    expect(await shown()).toBe(95_000)
    ahead = 95_400
    await noteSkew(hub.parts)
    expect(await shown()).toBe(95_000)
    ahead = 20
    await noteSkew(hub.parts)
    expect(await shown()).toBe(20)
  })
})
