import { expect, it } from 'vitest'
import type { EffectProgress } from '../../src/connector/types.js'
import { forEachEngine } from '../support/engines.js'
import { configOf, outMapping, rig, vendorFlow } from './rig.js'
import { FakeVendor } from './vendor.js'

const flow = vendorFlow(
  'calendar',
  'interview',
  'feishu',
  'event',
  outMapping(['title'], record => ({ title: record.data['title'] ?? null })),
)

/** Shows what its words would see, and says which they ask for. */
class AskingVendor extends FakeVendor {
  asks = { record: false, sent: false }
  readonly seen: EffectProgress[] = []
  override resource(name: string) {
    return { ...super.resource(name), uses: this.asks }
  }
  override send(...[call, progress]: Parameters<FakeVendor['send']>) {
    this.seen.push(progress)
    return super.send(call, progress)
  }
}

forEachEngine('an effect', engine => {
  it('carries neither record nor last body where no word asks, and gets both when the words do later', async () => {
    const feishu = new AskingVendor('feishu', { tokens: true })
    const hub = rig(await engine.open(), configOf([feishu], [flow]))
    await hub.say('ehr', 'interview', 'i1', { title: '一面' })
    await hub.pipeline.bell.idle()
    feishu.faults.push('unreachable')
    await hub.say('ehr', 'interview', 'i1', { title: '二面' })
    await hub.pipeline.bell.idle()
    expect(feishu.seen.map(({ record, sent }) => [record['data'], sent])).toEqual([
      [{}, undefined],
      [{}, undefined],
    ])

    feishu.asks = { record: true, sent: true }
    await hub.pass(3_600_000)

    expect(feishu.seen.slice(2)).toMatchObject([
      { verb: 'update', record: { kind: 'interview', data: { title: '二面' } }, sent: { title: '一面' } },
    ])
    expect(feishu.bodies()).toEqual([{ title: '二面' }])
  })
})
