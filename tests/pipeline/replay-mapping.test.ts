import { expect, it } from 'vitest'
import { operationAnswer } from '../../src/pipeline/redrive.js'
import { type ReplayStep, replayAll, stepReplay } from '../../src/pipeline/replay-mapping.js'
import { forEachEngine } from '../support/engines.js'
import { mendedRig, NAME, withFields } from './compare/mended.js'
import type { Rig } from './rig.js'
import { TENANT } from './support.js'

const words = { mapping: NAME, since: 0 }
const meansOf = ({ parts, pipeline }: Rig) => ({
  parts,
  refolder: pipeline.refolder,
  receiver: pipeline.receiver,
})
const named = withFields(({ name }) => ({ name: String(name) === 'same' ? 'same' : `${String(name)}!` }))

async function steps(hub: Rig): Promise<ReplayStep[]> {
  const taken: ReplayStep[] = []
  do taken.push(await stepReplay(meansOf(hub), TENANT, words))
  while (!taken.at(-1)?.done)
  return taken
}

forEachEngine('replay by a mapping', engine => {
  it('folds again only what would say something else, and finds nothing the second time', async () => {
    const { hub, take } = mendedRig(await engine.open())
    for (const name of ['Li', 'same', 'Wu']) await hub.say('ehr', 'candidate', name, { name })
    take(named)
    const [step, ...others] = await steps(hub)
    expect(others).toEqual([])
    expect(step).toMatchObject({ version: 'v2', total: 3, scanned: 3, replayed: 2, before: 0 })
    expect(step?.messages.map(message => message.state)).toEqual(['folded', 'folded'])
    expect((await hub.records('candidate')).map(row => [row.data['name'], row.version])).toEqual([
      ['Li!', 2],
      ['same', 1],
      ['Wu!', 2],
    ])
    expect(await steps(hub)).toMatchObject([{ scanned: 3, replayed: 0, done: true }])
  })

  it('that was killed goes on where it was; one of another version begins anew', async () => {
    const { hub, take } = mendedRig(await engine.open())
    for (let i = 0; i < 70; i++) await hub.say('ehr', 'candidate', `c${i}`, { name: `n${i}` })
    take(named)
    const first = await stepReplay(meansOf(hub), TENANT, words)
    expect(first).toMatchObject({ done: false, total: 70, scanned: 64, replayed: 64, before: 0 })
    // Nothing but the ledger is left of it.
    const [second, ...others] = await steps(hub)
    expect(others).toEqual([])
    expect(second).toMatchObject({ done: true, scanned: 70, replayed: 70, before: 64 })
    expect(second?.messages).toHaveLength(6)
    expect((await hub.records('candidate')).every(row => String(row.data['name']).endsWith('!'))).toBe(true)
  })

  it('over older messages than the run before had begins anew', async () => {
    const { hub, take } = mendedRig(await engine.open())
    for (let i = 0; i < 66; i++) await hub.say('ehr', 'candidate', `c${i}`, { name: `n${i}` })
    take(named)
    const late = { ...words, since: hub.clock.now() - 64_500 }
    expect(await stepReplay(meansOf(hub), TENANT, late)).toMatchObject({
      total: 65,
      scanned: 64,
      done: false,
    })
    expect(await stepReplay(meansOf(hub), TENANT, words)).toMatchObject({
      total: 66,
      scanned: 64,
      replayed: 1,
    })
  })

  it('waits while callbacks wait for their commit', async () => {
    const { hub, take } = mendedRig(await engine.open())
    await hub.say('ehr', 'candidate', 'c1', { name: 'Li' })
    take(named)
    let looks = 0
    const receiver = {
      get load() {
        looks += 1
        return looks < 3 ? 1 : 0
      },
    }
    const step = await stepReplay({ ...meansOf(hub), receiver }, TENANT, words)
    expect(step.replayed).toBe(1)
    expect(looks).toBe(3)
  })

  it('in the background tells how far it is, and ends in order when the process stops', async () => {
    const { hub, take } = mendedRig(await engine.open())
    await hub.say('ehr', 'candidate', 'c1', { name: 'Li' })
    take(named)
    const stopped = await replayAll({ ...meansOf(hub), signal: AbortSignal.abort() }, TENANT, words)
    await stopped.done
    expect(await operationAnswer(hub.parts, TENANT, stopped.id)).toMatchObject({
      state: 'failed',
      replayed: 0,
    })
    const { id, matched, done } = await replayAll(meansOf(hub), TENANT, words)
    await done
    expect(matched).toBe(1)
    expect(await operationAnswer(hub.parts, TENANT, id)).toEqual({
      state: 'done',
      matched: 1,
      redriven: null,
      scanned: 1,
      replayed: 1,
    })
    expect((await hub.record('candidate'))?.data['name']).toBe('Li!')
  })
})
