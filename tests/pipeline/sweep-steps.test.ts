import { expect, it } from 'vitest'
import { insertMessages } from '../../src/ledger/messages.js'
import { messages } from '../../src/ledger/schema.js'
import { selectRows } from '../../src/ledger/table.js'
import { attempt } from '../../src/pipeline/sweep.js'
import { forEachEngine } from '../support/engines.js'
import { configOf, outMapping, rig, vendorFlow } from './rig.js'
import { FakeVendor } from './vendor.js'

const title = outMapping(['title'], record => ({ title: record.data['title'] ?? null }))

it('a step that fails is shown, and those behind it are taken all the same', async () => {
  const shown: string[] = []
  const log = { error: (fields: object) => shown.push(JSON.stringify(fields)) } as never
  const failing = async (): Promise<number> => {
    throw new Error('no')
  }
  expect(await attempt({ log }, 'waits', failing, 7)).toBe(7)
  expect(shown).toHaveLength(1)
  expect(shown[0]).toContain('"step":"waits"')
})

forEachEngine('the sweep', engine => {
  it('finds due rows though a tenant that is gone left a message behind', async () => {
    const ledger = await engine.open()
    const feishu = new FakeVendor('feishu', { tokens: true })
    const hub = rig(
      ledger,
      configOf([feishu], [vendorFlow('calendar', 'interview', 'feishu', 'event', title)]),
    )
    feishu.faults.push('unreachable')
    await hub.say('ehr', 'interview', 'i1', { title: 'A' })
    await hub.rest()
    const left = {
      tenant: 'gone',
      id: 'message_left',
      connection: 'ehr',
      source: 'hook',
      resource: null,
      received_at: hub.parts.clock.now() - 60_000,
      sent_at: null,
      head: {},
      body: '{}',
      state: 'new',
      verdicts: [],
      tries: 0,
    }
    await ledger.transaction(tx => insertMessages(tx, [left]))
    await hub.pass(60_000)
    expect(feishu.bodies()).toEqual([{ title: 'A' }])
    const [still] = await selectRows(ledger, messages, 'where t.tenant = $1', ['gone'])
    expect(still?.state).toBe('new')
  })
})
