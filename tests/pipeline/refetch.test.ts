import { expect, it } from 'vitest'
import type { Connection } from '../../src/connector/types.js'
import { clearDirty, markDirty, takeDirty } from '../../src/ledger/dirty.js'
import { dirty, findings } from '../../src/ledger/schema.js'
import { selectRows } from '../../src/ledger/table.js'
import { resumeConnection } from '../../src/pipeline/deliver/pause.js'
import { refetchDue } from '../../src/pipeline/refetch.js'
import { forEachEngine } from '../support/engines.js'
import { configOf, rig } from './rig.js'
import { TENANT } from './support.js'
import { FakeVendor } from './vendor.js'

/** Hints of a thing, and does not show it. */
class ClosedVendor extends FakeVendor {
  asked = 0
  override async fetch(): ReturnType<Connection['fetch']> {
    this.asked += 1
    const outcome = {
      ...(await super.check()),
      is: 'misconfigured' as const,
      status: 403,
      detail: 'not yours',
    }
    return { sentAt: 0, outcome, item: undefined, done: false }
  }
}
const hint = { connection: 'feishu', resource: 'event', id: 'e1', event: {} }

forEachEngine('what a hint named', engine => {
  async function start() {
    const feishu = new ClosedVendor('feishu')
    const hub = rig(await engine.open(), configOf([feishu], []))
    await hub.ledger.transaction(tx => markDirty(tx, TENANT, [hint], hub.clock.now()))
    const fetch = () => refetchDue(hub.parts, hub.pipeline.refolder)
    return { feishu, hub, fetch }
  }

  it('is not cleared by a slow fetch after it was cleared and marked again', async () => {
    const { hub } = await start()
    const take = async () => (await takeDirty(hub.ledger, hub.clock.now(), 60_000, 10, []))[0]
    const slow = await take()
    hub.clock.pass(61_000)
    const quick = await take()
    if (!slow || !quick) throw new Error('nothing was marked')
    await clearDirty(hub.ledger, quick, hub.clock.now())
    await hub.ledger.transaction(tx => markDirty(tx, TENANT, [hint], hub.clock.now()))
    await clearDirty(hub.ledger, slow, hub.clock.now())
    expect(await selectRows(hub.ledger, dirty, 'where t.id = $1', ['e1'])).toHaveLength(1)
  })

  it('waits for the resume of its connection where the check fails too', async () => {
    const { feishu, hub, fetch } = await start()
    feishu.healthy = false
    await fetch()
    expect([...hub.parts.paused]).toEqual([`${TENANT}/feishu`])
    for (let n = 0; n < 5; n++) {
      hub.clock.pass(3_600_000)
      await fetch()
    }
    expect(feishu.asked).toBe(1)
    feishu.healthy = true
    await resumeConnection(hub.parts, TENANT, 'feishu')
    await fetch()
    expect(feishu.asked).toBe(2)
  })

  it('is shown to a person where it is closed to us alone, and not asked for for ever', async () => {
    const { feishu, hub, fetch } = await start()
    for (let n = 0; n < 30; n++) {
      await fetch()
      hub.clock.pass(3_700_000)
    }
    expect(feishu.asked).toBe(16)
    expect(hub.parts.paused.size).toBe(0)
    expect(await selectRows(hub.ledger, findings, '')).toMatchObject([
      { code: 'thing_unreadable', connection: 'feishu', about: 'feishu.event', detail: { status: 403 } },
    ])
    expect(await selectRows(hub.ledger, dirty, '')).toEqual([])
  })
})
