import { expect, it } from 'vitest'
import type { EffectProgress, LookupResult, Next, Outcome, PreparedCall } from '../../src/connector/types.js'
import { HubError } from '../../src/kernel/errors.js'
import { forEachEngine } from '../support/engines.js'
import {
  configOf,
  expression,
  hubFlow,
  inMapping,
  outMapping,
  rig,
  type TestClock,
  vendorFlow,
} from './rig.js'
import { FakeVendor } from './vendor.js'

const title = outMapping(['title'], record => ({ title: record.data['title'] ?? null }))
const name = outMapping(['name'], record => ({ name: record.data['name'] ?? null }))
const HOUR = 3_600_000

class Picky extends FakeVendor {
  override next(progress: EffectProgress): Next {
    if (progress.body['title'] === '')
      throw new HubError('CONNECTOR_ABILITY_MISSING', { detail: 'a path has no title' })
    return super.next(progress)
  }
}

class Secretive extends FakeVendor {
  asked = 0
  override async send(call: PreparedCall, progress: EffectProgress): Promise<Outcome> {
    return { ...(await super.send(call, progress)), is: 'exists' }
  }
  override async lookup(): Promise<LookupResult> {
    this.asked += 1
    return { found: 'none' }
  }
}

/** Half a second for each call. */
class Slow extends FakeVendor {
  clock: TestClock | undefined
  readonly at: number[] = []
  override async send(call: PreparedCall, progress: EffectProgress): Promise<Outcome> {
    this.at.push(this.clock?.now() ?? 0)
    this.clock?.pass(500)
    return super.send(call, progress)
  }
}

class Away extends FakeVendor {
  override async check(): Promise<Outcome> {
    return { ...(await super.check()), is: 'unreachable' }
  }
}

forEachEngine('ends', engine => {
  it('what a kind refuses leaves no empty record, and nothing is sent of it', async () => {
    const vendor = new FakeVendor('v', { tokens: true })
    const hub = rig(
      await engine.open(),
      configOf([vendor], [vendorFlow('out', 'candidate', 'v', 'person', name)]),
    )
    await hub.say('ehr', 'candidate', 'c1', { name: '张三', emails: 'no list' })
    await hub.rest()
    expect(await hub.records('candidate')).toEqual([])
    expect(vendor.calls).toEqual([])
  })

  it('a call that cannot be bound has not begun; the mended record goes out', async () => {
    const vendor = new Picky('v', { tokens: true })
    const hub = rig(
      await engine.open(),
      configOf([vendor], [vendorFlow('out', 'interview', 'v', 'event', title)]),
    )
    await hub.say('ehr', 'interview', 'i1', { title: '' })
    await hub.rest()
    expect(await hub.rows()).toMatchObject([{ state: 'parked', open: false, effect: 0 }])
    await hub.say('ehr', 'interview', 'i1', { title: 'A' })
    await hub.rest()
    expect(vendor.bodies()).toEqual([{ title: 'A' }])
  })

  it('a vendor out of reach for days ends nothing for ever: the next change goes out', async () => {
    const vendor = new FakeVendor('v')
    const hub = rig(
      await engine.open(),
      configOf([vendor], [vendorFlow('out', 'interview', 'v', 'event', title)]),
    )
    vendor.faults.push('unreachable', 'unreachable')
    await hub.say('ehr', 'interview', 'i1', { title: 'A' })
    await hub.rest()
    await hub.pass(81 * HOUR)
    expect(await hub.rows()).toMatchObject([{ state: 'parked', because: 'not reached', open: false }])
    await hub.say('ehr', 'interview', 'i1', { title: 'B' })
    await hub.rest()
    expect(vendor.bodies()).toEqual([{ title: 'B' }])
  })

  it('what exists and is never found is left to a person, not asked about for ever', async () => {
    const vendor = new Secretive('v', { lookup: { afterMs: 1000 } })
    const hub = rig(
      await engine.open(),
      configOf([vendor], [vendorFlow('out', 'interview', 'v', 'event', title)]),
    )
    await hub.say('ehr', 'interview', 'i1', { title: 'A' })
    await hub.rest()
    for (let hour = 0; hour < 12; hour++) await hub.pass(HOUR)
    expect(await hub.rows()).toMatchObject([{ state: 'parked', because: 'exists', open: true }])
    expect(vendor.asked).toBe(8)
  })

  it('a check without an answer pauses nobody', async () => {
    const vendor = new Away('v', { tokens: true })
    const hub = rig(
      await engine.open(),
      configOf([vendor], [vendorFlow('out', 'interview', 'v', 'event', title)]),
    )
    vendor.faults.push('unauthorized')
    await hub.say('ehr', 'interview', 'i1', { title: 'A' })
    await hub.rest()
    expect([...hub.parts.paused]).toEqual([])
    await hub.pass(10_000)
    expect(vendor.bodies()).toEqual([{ title: 'A' }])
  })

  for (const to of ['vendor', 'hub'] as const)
    it(`a once-row to the ${to} that did not have to happen may still happen`, async () => {
      const vendor = new FakeVendor('v', { tokens: true })
      const words = {
        once: [expression('record.id', ({ record }) => record.id)],
        at: expression('start', ({ record }) => (record.data['schedule'] as { start?: string })?.start),
        when: expression('scheduled', ({ record }) => record.data['title'] !== 'no'),
      }
      const flow =
        to === 'vendor'
          ? vendorFlow('out', 'interview', 'v', 'event', title, words)
          : hubFlow(
              'out',
              'interview',
              'notification',
              inMapping('notification', () => ({ fields: { to: 'x' } }), ['title', 'schedule']),
              words,
            )
      const hub = rig(await engine.open(), configOf([vendor], [flow]))
      const start = (hours: number) => ({
        schedule: { start: new Date(hub.clock.now() + hours * HOUR).toISOString() },
      })
      await hub.say('ehr', 'interview', 'i1', { title: 'A', ...start(1) })
      await hub.say('ehr', 'interview', 'i1', { title: 'no' })
      await hub.pass(2 * HOUR)
      expect(vendor.calls.length + (await hub.records('notification')).length).toBe(0)
      await hub.say('ehr', 'interview', 'i1', { title: 'B', ...start(1) })
      await hub.pass(2 * HOUR)
      expect(vendor.calls.length + (await hub.records('notification')).length).toBe(1)
    })

  it('what a hub flow said last stands, also where the newest claim it read stayed the same', async () => {
    const flow = hubFlow(
      'offer',
      'application',
      'offer',
      inMapping(
        'offer',
        (view: { id: string; data: { composite: number } }) => ({
          identityRef: view.id,
          fields: { application: view.id, reason: `composite ${view.data.composite}` },
        }),
        ['composite'],
      ),
    )
    const hub = rig(await engine.open(), configOf([], [flow]))
    const noon = hub.clock.now()
    await hub.say('ehr', 'application', 'a1', { stage: 'interview', composite: 1 }, { occurredAt: noon })
    await hub.rest()
    const application = (await hub.record('application'))?.id
    for (let score = 2; score <= 9; score++) {
      // Late news of another link: a field nobody spoke of so late.
      await hub.say(
        'ai',
        'application',
        `x${score}`,
        { composite: score, reject_reason: `${score}` },
        { ours: application, occurredAt: noon + score },
      )
      await hub.say('ehr', 'application', 'a1', { tags: ['late'] }, { occurredAt: noon + HOUR / 60 })
      await hub.rest()
    }
    expect((await hub.record('offer'))?.data).toMatchObject({ reason: 'composite 9' })
  })

  it('a person’s edit over there during our retries is not undone by the echo of our own write', async () => {
    const ehr = new Slow('ehr', { tokens: true })
    const back = inMapping('candidate', (source: { name: string; verdict?: string }) =>
      source.verdict ? (source as object) : { fields: { name: source.name } },
    )
    const hub = rig(
      await engine.open(),
      configOf(
        [ehr],
        [vendorFlow('to-ehr', 'candidate', 'ehr', 'candidate', name)],
        [{ id: 'from-ehr', connection: 'ehr', resource: 'candidate', kind: 'candidate', mapping: back }],
      ),
    )
    ehr.clock = hub.clock
    await hub.say('ats', 'candidate', 'x', { name: 'A' })
    await hub.rest()
    const id = (await hub.rows())[0]?.external_id ?? ''
    ehr.faults.push('throttled')
    await hub.say('ats', 'candidate', 'x', { name: 'B' })
    await hub.pipeline.bell.idle()
    await hub.say('ehr', 'candidate', id, { name: 'C' })
    await hub.pass(5000)
    const [, , writtenB = 0] = ehr.at
    await hub.say('ehr', 'candidate', id, { name: 'B' }, { occurredAt: writtenB + 200 })
    await hub.rest()
    expect((await hub.record('candidate'))?.data).toEqual({ name: 'C' })
    expect(ehr.bodies()).toEqual([{ name: 'C' }])
  })
})
