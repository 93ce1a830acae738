import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/kernel/json.js'
import type { CallbackRecord } from '../../src/sandbox/callbacks.js'
import type { Access } from '../../src/sandbox/journey/access.js'
import type { Held } from '../../src/sandbox/journey/held.js'
import {
  cutAfterWork,
  doubled,
  lagOf,
  overtaken,
  reportAtEhr,
  waitedAfter429,
} from '../../src/sandbox/journey/proof.js'
import { play } from '../../src/sandbox/journey/scene.js'
import { problemsIn } from '../../src/sandbox/journey/table.js'
import { TROUBLE } from '../../src/sandbox/journey/trouble.js'
import { createFaults, type FaultPlan } from '../../src/sandbox/misbehaviour.js'
import type { Effect, Exchange } from '../../src/sandbox/types.js'

const XU = '许若溪'

const call = (at: number, more: Partial<Exchange> = {}): Exchange => ({
  at,
  operation: 'createSession',
  method: 'POST',
  path: '/sessions',
  headers: { 'idempotency-key': 'k1' },
  body: JSON.stringify({ candidate: { name: XU } }),
  status: 200,
  answer: '{}',
  fault: undefined,
  tookMs: 10,
  ...more,
})
const made = (at: number): Effect => ({
  at,
  operation: 'createSession',
  verb: 'create',
  resource: 'session',
  id: 's1',
  body: { candidate: { name: XU } },
  token: 'k1',
})
const callback = (state: string, sentAt: readonly number[], status = 200): CallbackRecord => ({
  id: `ev_${state}`,
  event: 'session.state',
  key: 's1',
  body: { events: [{ state, updated_ms: 100 }] },
  at: 100,
  state: 'delivered',
  attempts: sentAt.map(at => ({ at, status, tookMs: 5 })),
  dueAt: null,
})

describe('a line that was cut after the work', () => {
  const cut = call(100, { fault: 'cut', status: 0 })
  const prove = (calls: readonly Exchange[], effects: readonly Effect[]) =>
    cutAfterWork(calls, effects, 'createSession', XU)

  it('is proved by the cut, the repeat under the same token and the one thing made before', () => {
    expect(prove([cut, call(1_110)], [made(105)])).toBe(1_000)
  })

  it.each([
    ['nothing was cut', [call(100), call(1_110)], [made(105)]],
    ['the call never came again', [cut], [made(105)]],
    ['the repeat was under another token', [cut, call(1_110, { headers: {} })], [made(105)]],
    ['the work was done by the repeat', [cut, call(1_110)], [made(1_115)]],
    ['the work was done twice', [cut, call(1_110)], [made(105), made(1_115)]],
  ])('is not proved where %s', (_why, calls, effects) => {
    expect(prove(calls, effects)).toBeUndefined()
  })
})

describe('a 429 that named a wait', () => {
  const refused = call(100, { fault: 'throttled', status: 429 })
  const prove = (calls: readonly Exchange[]) => waitedAfter429(calls, 'createSession', 1_000)

  it('is obeyed by a repeat after it', () => {
    expect(prove([refused, call(500, { path: '/other' }), call(1_200)])).toBe(1_090)
  })

  it.each([
    ['nothing was refused', [call(100), call(1_200)]],
    ['the repeat came too early, however it ended', [refused, call(900), call(1_200)]],
    ['the call never came again', [refused]],
  ])('is not obeyed where %s', (_why, calls) => {
    expect(prove(calls)).toBeUndefined()
  })
})

describe('a callback', () => {
  it('came twice when it was taken twice, not when it was retried', () => {
    const twice = callback('invited', [100, 1_100])
    const retried = callback('scheduled', [100, 1_100])
    retried.attempts[0] = { at: 100, status: 0, tookMs: 5 }
    expect(doubled([twice, retried, callback('started', [100])], 'session.state')).toEqual([twice])
    expect(doubled([twice], 'application.updated')).toEqual([])
  })

  it('was overtaken when what happened later was sent first', () => {
    const [started, completed] = [callback('started', [300]), callback('completed', [200])]
    expect(overtaken([started, completed], 's1')).toEqual({ first: 'completed', late: 'started' })
    expect(overtaken([started, completed], 's2')).toBeUndefined()
    expect(overtaken([callback('started', [100]), completed], 's1')).toBeUndefined()
    expect(overtaken([started, callback('completed', [200], 500)], 's1')).toBeUndefined()
  })
})

it('measures from the state at the AI tool to the EHR’s holding it', () => {
  const held: Effect = { ...made(226), id: 'itv_1', verb: 'update', body: { status: 'IN_PROGRESS' } }
  expect(lagOf([callback('started', [101])], [held], 's1', 'itv_1', 'started')).toBe(126)
  expect(lagOf([callback('started', [101])], [held], 's1', 'itv_1', 'completed')).toBeUndefined()
  expect(lagOf([callback('started', [101])], [held], 's1', 'itv_2', 'started')).toBeUndefined()
})

describe('a report at the EHR', () => {
  const said = {
    total: 84.1,
    dims: [{ code: 'COMM' }],
    quotes: [{ code: 'COMM', text: '会上说得比较少。' }],
    emotion_curve: [[0, 0.5]],
  }
  const stored = {
    overall: 8.41,
    dimensions: [{ code: 'communication', score: 6.6, evidence: ['会上说得比较少。'] }],
    media: [{ type: 'video/mp4', url: 'http://hub/files/1' }],
    emotion: [[0, 0.5]],
  }
  const custom = [
    { code: 'ai_overall', value: 8.41 },
    { code: 'ai_dim_communication', value: 6.6 },
  ]

  it('is whole with its dimensions, evidence, curve and custom fields', () => {
    expect(reportAtEhr(said, stored, custom)).toEqual({
      dimensions: 1,
      quotes: 1,
      emotions: 1,
      clips: ['http://hub/files/1'],
      custom: 2,
    })
  })

  it.each<[string, JsonObject, readonly JsonObject[]]>([
    ['evidence', { ...stored, dimensions: [{ code: 'communication', score: 6.6 }] }, custom],
    ['the emotion curve', { ...stored, emotion: [] }, custom],
    ['a dimension', { ...stored, dimensions: [] }, custom],
    ['the total', { ...stored, overall: 8.4 }, custom],
    ['a custom field', stored, custom.slice(0, 1)],
  ])('is not whole without %s', (_what, lacking, fields) => {
    expect(reportAtEhr(said, lacking, fields)).toBeUndefined()
  })
})

it('the table names whoever holds too many, too few or something else', () => {
  const held = (more: Partial<Held>): Held => ({
    system: 'LMS',
    thing: 'enrolment',
    state: undefined,
    start: undefined,
    count: 1,
    ...more,
  })
  expect(problemsIn([held({}), held({ count: 0, due: 0 }), held({ score: 8.41 })])).toEqual([])
  expect(problemsIn([held({ count: 1, due: 2 })])).toEqual(['LMS holds 1 × enrolment, 2 would be right'])
  expect(problemsIn([held({ score: 8.41 }), held({ score: 8.4 })])).toEqual([
    'the systems name different composites: 8.41, 8.4',
  ])
  expect(
    problemsIn([
      held({ state: 'evaluated' }),
      held({ state: 'draft', about: 'offer' }),
      held({ state: 'in_approval', about: 'offer' }),
    ]),
  ).toEqual(['the systems name different states of the offer: draft, in_approval'])
  expect(problemsIn([held({ wrong: 'one course too many' })])).toEqual(['one course too many'])
})

/** Everything goes well at these vendors, apart from the fault they take from their own queue. */
function goodVendors(mistype: (plan: FaultPlan) => FaultPlan): Access {
  const faults = createFaults()
  let applied = false
  const met = () => faults.takeForCall('createSession') !== undefined
  let cut: boolean | undefined
  const calls = () => {
    cut ??= met()
    return cut ? [call(100, { fault: 'cut', status: 0 }), call(1_110)] : [call(100)]
  }
  const nothing = async () => ({})
  return {
    run: 'this run',
    hub: '',
    vendors: { ehr: '', ai: '', lms: '', feishu: '', dingtalk: '', sms: '', mail: '' },
    mailFolder: '',
    async press() {
      applied = true
      return {}
    },
    holds: async vendor => {
      if (!applied) return {}
      return vendor === 'ai'
        ? { sessions: [{ session_id: 's1', state: 'invited', candidate: { name: XU } }] }
        : {}
    },
    effects: async () => [made(105)],
    exchanges: async () => calls(),
    callbacks: async () => [
      callback('invited', [100, 1_100]),
      { ...callback('', [100, 1_100]), event: 'application.updated' },
    ],
    trouble: async (_vendor, plans) => {
      for (const plan of plans) faults.add(mistype(plan))
    },
    ask: nothing,
    opens: async () => true,
  }
}

describe('the scene of the cut line', () => {
  const scenes = TROUBLE.filter(({ id }) => id === 'trouble').map(scene => ({ ...scene, within: 50 }))
  const tell = (access: Access, memory: Record<string, string> = {}) =>
    play({ access, scenes, memory, print: () => {}, save: () => {}, stopped: () => false })

  it('comes true when the fault was met', async () => {
    const [told] = await tell(goodVendors(plan => plan))
    expect(told?.seen).toBe(
      'the line was cut after the work, the call came again 1000 ms later under the same token; ' +
        'callbacks that came twice: 1 of the AI tool; 1 of the EHR; there is one session',
    )
  })

  it('does not come true when nobody meets the fault, though all is well', async () => {
    const mistyped = goodVendors(plan => ({ ...plan, on: plan.on.replace('createSession', 'creatSession') }))
    await expect(tell(mistyped)).rejects.toThrow('did not come true')
  })

  it('says what it does not know where an earlier process had set the trouble', async () => {
    const vendors = goodVendors(plan => plan)
    const [told] = await tell(vendors, { 'trouble set': 'an earlier run' })
    expect(told?.seen).toContain('recorded by a process that was stopped; there is one session')
    expect(told?.seen).not.toContain('the line was cut')
  })
})
