import { expect, it } from 'vitest'
import { connectionStates } from '../../src/ledger/connection-states.js'
import { effectsOf } from '../../src/ledger/find-life.js'
import { openInstance } from '../../src/ledger/instance.js'
import { afterRestore, RESTORED } from '../../src/pipeline/restored.js'
import { forEachEngine } from '../support/engines.js'
import { configOf, outMapping, rig, vendorFlow } from './rig.js'
import { TENANT } from './support.js'
import { FakeVendor } from './vendor.js'

const calendar = vendorFlow(
  'calendar',
  'interview',
  'feishu',
  'event',
  outMapping(['title'], record => ({ title: record.data['title'] ?? null })),
)

forEachEngine('a restored ledger', engine => {
  it('has a new epoch, sends nothing, and doubts what was begun', async () => {
    const feishu = new FakeVendor('feishu', { tokens: true })
    feishu.faults.push('unreachable')
    const hub = rig(await engine.open(), configOf([feishu], [calendar]))
    await openInstance(hub.ledger, 'of another key', hub.clock.now())
    await hub.say('ehr', 'interview', 'i1', { title: '一面' })
    await hub.pipeline.bell.idle()
    const calls = feishu.calls.length

    const done = await afterRestore(hub.parts, [{ tenant: TENANT, connection: 'sms' }])

    expect(done).toEqual({ epoch: 2, paused: [`${TENANT}/feishu`, `${TENANT}/sms`], doubtful: 1 })
    const instance = await openInstance(hub.ledger, '', 0)
    expect(instance).toMatchObject({ epoch: 2, keyFingerprint: hub.parts.sealer.fingerprint })
    expect((await connectionStates(hub.ledger)).map(one => [one.connection, one.state, one.because])).toEqual(
      expect.arrayContaining([
        ['feishu', 'paused', RESTORED],
        ['sms', 'paused', RESTORED],
      ]),
    )
    const [row] = await hub.rows()
    expect(row).toMatchObject({ state: 'unknown', open: true })
    const [effect] = await effectsOf(hub.ledger, TENANT, [row?.id ?? ''], 10)
    expect(effect?.doubt).toMatchObject({ know: 'maybe' })
    await hub.pass(3_600_000)
    expect(feishu.calls.length).toBe(calls)
  })
})
