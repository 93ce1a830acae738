import { expect, it } from 'vitest'
import { forEachEngine } from '../support/engines.js'
import { configOf, hubFlow, inMapping, outMapping, rig, vendorFlow } from './rig.js'
import { FakeVendor } from './vendor.js'

forEachEngine('what a system told us of', engine => {
  it('is updated there by the id it came with', async () => {
    const ehr = new FakeVendor('ehr', { verbs: ['update'] })
    ehr.things.set('i1', { resource: 'interview', body: {}, token: '' })
    const mapping = outMapping(['state'], record => ({ state: record.data['state'] ?? null }))
    const hub = rig(
      await engine.open(),
      configOf([ehr], [vendorFlow('back', 'interview', 'ehr', 'interview', mapping)]),
    )
    await hub.say('ehr', 'interview', 'i1', { state: 'draft' })
    await hub.say(
      'ai',
      'interview',
      'x',
      { state: 'started' },
      { ours: (await hub.record('interview'))?.id ?? '' },
    )
    await hub.rest()
    expect(ehr.things.get('i1')?.body).toEqual({ state: 'started' })
    expect(await hub.rows('back')).toMatchObject([{ state: 'delivered', external_id: 'i1' }])
  })
})

forEachEngine('a roll-up', engine => {
  it('keeps what every source said: a second report does not take back the first', async () => {
    const rollUp = hubFlow(
      'roll-up',
      'score_report',
      'application',
      inMapping(
        'application',
        (view: { id: string; data: { application: string; overall: number } }) => ({
          identityRef: view.data.application,
          fields: { assessments: [{ report: view.id, score: view.data.overall, max: 10 }] },
        }),
        ['overall', 'application'],
      ),
    )
    const hub = rig(await engine.open(), configOf([], [rollUp]))
    await hub.say('ehr', 'application', 'a1', { stage: 'ai_interview' })
    const application = (await hub.record('application'))?.id ?? ''
    await hub.say('ai', 'score_report', 'r1', { application, overall: 8 })
    await hub.rest()
    await hub.say('exam', 'score_report', 'r2', { application, overall: 6 })
    await hub.rest()
    expect((await hub.record('application'))?.data).toMatchObject({
      assessments: [{ score: 8 }, { score: 6 }],
      composite: 7,
    })
    await hub.say('ai', 'score_report', 'r1', { overall: 9 })
    await hub.rest()
    expect((await hub.record('application'))?.data).toMatchObject({ composite: 7.5 })
  })
})
