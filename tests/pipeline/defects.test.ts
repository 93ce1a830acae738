import { afterEach, expect, it, vi } from 'vitest'
import type { Next, Outcome } from '../../src/connector/types.js'
import { redriveDelivery } from '../../src/pipeline/redrive.js'
import { forEachEngine } from '../support/engines.js'
import { configOf, outMapping, rig, vendorFlow } from './rig.js'
import { TENANT } from './support.js'
import { FakeVendor } from './vendor.js'

const title = outMapping(['title'], record => ({ title: record.data['title'] ?? null }))
const flow = vendorFlow('jobs', 'position', 'lms', 'job', title)

/** Breaks its contract where told: engines never throw anything but errors of the hub. */
class BrokenVendor extends FakeVendor {
  broken: 'next' | 'send' | 'id' | undefined

  override next(...progress: Parameters<FakeVendor['next']>): Next {
    if (this.broken === 'next' && progress[0].body['title'] === 'bad')
      throw new TypeError('李雷 is not a function')
    return super.next(...progress)
  }
  override async send(...call: Parameters<FakeVendor['send']>): Promise<Outcome> {
    const outcome = await super.send(...call)
    if (call[1].body['title'] !== 'bad') return outcome
    if (this.broken === 'send') throw new TypeError('李雷 is not a function')
    // No database can keep it: the settle of this very row fails.
    return this.broken === 'id' ? { ...outcome, id: 'a\u0000b' } : outcome
  }
}

forEachEngine('a defect', engine => {
  afterEach(() => vi.restoreAllMocks())

  async function start(broken: 'next' | 'send' | 'id') {
    vi.spyOn(console, 'error').mockReturnValue(undefined)
    const lms = new BrokenVendor('lms', { tokens: true })
    lms.broken = broken
    const hub = rig(await engine.open(), configOf([lms], [flow]))
    await Promise.all([
      hub.say('ehr', 'position', 'p1', { title: 'good' }),
      hub.say('ehr', 'position', 'p2', { title: 'bad' }),
    ])
    await hub.rest()
    const bad = (await hub.rows()).find(row => row.state !== 'delivered')
    expect(bad).toMatchObject({ state: 'parked', because: 'defect', claim: null, due_at: null })
    expect(JSON.stringify(bad?.last_error)).not.toContain('李雷')
    expect(lms.bodies()).toContainEqual({ title: 'good' })
    return { hub, lms, bad }
  }

  for (const broken of ['next', 'send', 'id'] as const) {
    it(`parks the row where ${broken} fails, says so, and goes on when it is redriven`, async () => {
      const { hub, lms, bad } = await start(broken)
      expect(bad).toMatchObject({ open: broken !== 'next', last_error: { code: 'HUB_DEFECT' } })
      expect(console.error).toHaveBeenCalledWith(
        'deliver.failed',
        expect.objectContaining({ delivery: bad?.id, error: expect.stringContaining('at ') }),
      )
      const calls = lms.calls.length
      await hub.pass(10 * 60_000)
      expect(lms.calls).toHaveLength(calls)
      lms.broken = undefined
      await redriveDelivery({ parts: hub.parts, bell: hub.pipeline.bell }, TENANT, bad?.id ?? '')
      await hub.rest()
      expect(await hub.rows()).toMatchObject([{ state: 'delivered' }, { state: 'delivered' }])
      expect(lms.bodies()).toHaveLength(2)
    })
  }

  it('leaves in doubt what had begun: without token and look-up nothing is sent twice', async () => {
    vi.spyOn(console, 'error').mockReturnValue(undefined)
    const lms = new BrokenVendor('lms')
    lms.broken = 'send'
    const hub = rig(await engine.open(), configOf([lms], [flow]))
    await hub.say('ehr', 'position', 'p1', { title: 'bad' })
    await hub.rest()
    const [row] = await hub.rows()
    lms.broken = undefined
    await redriveDelivery({ parts: hub.parts, bell: hub.pipeline.bell }, TENANT, row?.id ?? '')
    await hub.rest()
    expect(await hub.rows()).toMatchObject([{ state: 'parked', because: 'unknown', open: true }])
    expect(lms.calls).toHaveLength(1)
  })
})
