import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { loadConnector } from '../../src/connector/manifest/load.js'
import { type OpenConnection, openConnection } from '../../src/connector/open-connection.js'
import type { Json, JsonObject } from '../../src/kernel/json.js'
import { startAcmeEhr } from '../../src/sandbox/acme-ehr/start.js'
import type { Fault } from '../../src/sandbox/misbehaviour.js'
import { startNovaAi } from '../../src/sandbox/nova-ai/start.js'
import { startOpenLms } from '../../src/sandbox/open-lms/start.js'
import type { Simulator } from '../../src/sandbox/types.js'
import { progressOf, run, type Wanted } from './support/effect.js'
import { type Ear, type Heard, openEar } from './support/hub-ear.js'
import { language } from './support/language.js'

const SECRET = `whsec_${Buffer.alloc(24, 3).toString('base64')}`
const clock = { skew: 0, now: () => Date.now() + clock.skew }

interface Bench {
  readonly name: string
  start(target: string): Promise<Simulator>
  settings(url: string): JsonObject
  /** Makes what creating needs, says what to create and how to change it. */
  prepare(simulator: Simulator, connection: OpenConnection): Promise<{ create: Wanted; change: JsonObject }>
  readonly lookupOperation: string
  readonly createOperation: string
  readonly event: string
  /** Makes the vendor say something. */
  say(simulator: Simulator): Promise<unknown>
}

const BENCHES: readonly Bench[] = [
  {
    name: 'acme-ehr',
    start: target =>
      startAcmeEhr({ apiKey: 'k', webhookSecrets: [SECRET], target, retryScale: 0.0001, clock }),
    settings: url => ({ base_url: url, api_key: 'k', webhook_secret: SECRET }),
    async prepare(simulator) {
      const made = (await simulator.control('apply', { applicant: 'lin' })) as { application: { id: string } }
      return {
        create: {
          resource: 'interview',
          verb: 'create',
          body: { application_id: made.application.id, type: 'AI', status: 'SENT' },
        },
        change: { status: 'BOOKED', start_at: '2026-12-01T02:00:00Z' },
      }
    },
    createOperation: 'createInterview',
    lookupOperation: 'listInterviews',
    event: 'candidate.updated',
    say: simulator => simulator.control('apply', { applicant: 'xu' }),
  },
  {
    name: 'nova-ai',
    start: target =>
      startNovaAi({ appId: 'a', secret: 's', webhookSecret: 'w', target, retryScale: 0.0001, clock }),
    settings: url => ({ base_url: url, app_id: 'a', secret: 's', webhook_secret: 'w' }),
    prepare: async () => ({
      create: {
        resource: 'session',
        verb: 'create',
        body: {
          candidate: { name: '林知远', mobile: '13800138021' },
          position: { title: '高级后端工程师', competencies: { SYS_DESIGN: 1 } },
        },
      },
      change: { scheduled_at: '2026-12-01 10:00:00' },
    }),
    createOperation: 'createSession',
    lookupOperation: 'listSessions',
    event: 'session.state',
    async say(simulator) {
      const [session] = (simulator.snapshot() as { sessions: { session_id: string }[] }).sessions
      return simulator.control('reschedule', { id: session?.session_id ?? '', at: '2026-12-02 14:00:00' })
    },
  },
  {
    name: 'open-lms',
    start: target =>
      startOpenLms({ apiKey: 'k', callbackBasic: 'lms:pw', target, retryScale: 0.0001, clock }),
    settings: url => ({ base_url: url, api_key: 'k', callback_user: 'lms', callback_password: 'pw' }),
    prepare: async () => ({
      create: { resource: 'learner', verb: 'create', body: { name: '林知远', mobile: '13800138021' } },
      change: { name: '林知远', mobile: '13800138021', department: '平台研发部' },
    }),
    createOperation: 'createLearner',
    lookupOperation: 'findLearners',
    event: 'plan.progress',
    async say(simulator) {
      const [plan] = (simulator.snapshot() as { plans: { ref: string }[] }).plans
      return simulator.control('study', { ref: plan?.ref ?? '' })
    },
  },
]

describe.each(BENCHES)('$name as shipped', bench => {
  let simulator: Simulator
  let connection: OpenConnection
  let ear: Ear

  beforeEach(async () => {
    clock.skew = 0
    ear = await openEar()
    simulator = await bench.start(ear.url)
    const { connector, problems } = await loadConnector(`connectors/${bench.name}`, language)
    expect(problems).toEqual([])
    if (!connector) throw new Error('no connector')
    connection = openConnection(connector, {
      tenant: 'default',
      name: bench.name,
      settings: bench.settings(simulator.url),
      allowPrivate: true,
      clock,
    })
  })
  afterEach(async () => {
    await connection.close()
    await simulator.close()
    await ear.close()
  })
  const fail = (on: string, fault: Fault) => simulator.faults.add({ on, fault })
  const made = () =>
    simulator.effects.filter(effect => effect.verb === 'create' && effect.resource !== 'plan')

  it('checks', async () => {
    expect((await connection.check()).is).toBe('accepted')
  })

  it('creates, updates and deletes', async () => {
    const { create, change } = await bench.prepare(simulator, connection)
    const created = await run(connection, create)
    expect(created.outcome.detail).toBe(created.outcome.is === 'accepted' ? created.outcome.detail : '')
    const id = created.id ?? ''
    expect((await run(connection, { ...create, verb: 'update', id, body: change, n: 2 })).outcome.is).toBe(
      'accepted',
    )
    expect((await run(connection, { ...create, verb: 'delete', id, body: {}, n: 3 })).outcome.is).toBe(
      'accepted',
    )
    expect(simulator.effects.map(effect => effect.verb)).toEqual(['create', 'update', 'delete'])
    expect((await run(connection, { ...create, verb: 'update', id: 'gone9', body: change, n: 4 })).done).toBe(
      false,
    )
  })

  it.each([
    ['a cut after the work', { kind: 'cut', when: 'after' }, 'unknown'],
    ['a 504 after the work', { kind: 'error', status: 504, when: 'after' }, 'unknown'],
    ['half an answer', { kind: 'cut', when: 'middle' }, 'unknown'],
    ['a gateway’s page after the work', { kind: 'html', when: 'after' }, 'unknown'],
    ['429', { kind: 'throttled', retryAfter: 7 }, 'throttled'],
  ] as [string, Fault, string][])(
    'takes %s for what it is, and ends with one thing',
    async (_name, fault, is) => {
      const { create } = await bench.prepare(simulator, connection)
      fail(bench.createOperation, fault)
      const first = await run(connection, create)
      expect(first.outcome.is).toBe(is)
      if (is === 'throttled') {
        expect(first.outcome.wait).toBe(7000)
        // The connection itself keeps away until then.
        expect((await run(connection, create)).outcome.is).toBe('throttled')
        expect(made()).toEqual([])
        clock.skew = 7001
        expect((await run(connection, create)).done).toBe(true)
      } else {
        const found = await connection.lookup(create.resource, progressOf(create))
        expect(found.found).toBe('one')
      }
      expect(made()).toHaveLength(1)
    },
  )

  it('does not find what the index does not show yet, and finds nothing where nothing is', async () => {
    const { create } = await bench.prepare(simulator, connection)
    expect((await connection.lookup(create.resource, progressOf(create))).found).toBe('none')
    await run(connection, create)
    fail(bench.lookupOperation, { kind: 'stale' })
    expect((await connection.lookup(create.resource, progressOf(create))).found).toBe('none')
    expect((await connection.lookup(create.resource, progressOf(create))).found).toBe('one')
  })

  it('opens what the vendor says, and refuses forgeries', async () => {
    const { create } = await bench.prepare(simulator, connection)
    const { id } = await run(connection, create)
    if (bench.name === 'open-lms')
      await run(connection, {
        resource: 'plan',
        verb: 'put',
        body: { learner_id: Number(id), title: '入职提升计划', items: [{ course: 'C-203' }] },
      })
    await simulator.callbacks.idle()
    ear.heard.length = 0
    await bench.say(simulator)
    await simulator.callbacks.idle()
    const [genuine] = ear.heard
    if (!genuine) throw new Error('nothing was said')
    const opened = await connection.open(requestOf(genuine))
    expect(opened.verdict).toBe('opened')
    if (opened.verdict !== 'opened') return
    const items = connection.items(opened.body, requestOf(genuine))
    expect(items).toMatchObject([{ event: bench.event }])
    expect(items[0]?.resource).toBeDefined()
    // The learning platform gives its callbacks no id, so nothing of it is ever dropped at the door.
    expect(opened.dedupe !== undefined).toBe(bench.name !== 'open-lms')

    const forged =
      bench.name === 'open-lms' ? (['missing', 'wrong'] as const) : (['missing', 'wrong', 'old'] as const)
    for (const how of forged) {
      ear.heard.length = 0
      simulator.faults.add({ on: bench.event, fault: { kind: 'forge', how } })
      if (bench.name === 'acme-ehr') await simulator.control('apply', { applicant: 'tang' })
      else await bench.say(simulator)
      await simulator.callbacks.idle()
      const [heard] = ear.heard
      if (!heard) throw new Error('nothing was said')
      expect([how, (await connection.open(requestOf(heard))).verdict]).toEqual([how, 'rejected'])
    }
  })
})

function requestOf(heard: Heard) {
  return {
    method: 'POST',
    tail: '',
    query: {},
    headers: heard.headers,
    body: Buffer.from(heard.raw),
    receivedAt: clock.now(),
  }
}

describe('what only one of them does', () => {
  const closers: (() => Promise<void>)[] = []
  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close()
  })
  async function open(name: string): Promise<{ simulator: Simulator; connection: OpenConnection }> {
    clock.skew = 0
    const bench = BENCHES.find(candidate => candidate.name === name)
    if (!bench) throw new Error(name)
    const ear = await openEar()
    closers.push(() => ear.close())
    const simulator = await bench.start(ear.url)
    closers.push(() => simulator.close())
    const { connector } = await loadConnector(`connectors/${name}`, language)
    if (!connector) throw new Error(name)
    const connection = openConnection(connector, {
      tenant: 'default',
      name,
      settings: bench.settings(simulator.url),
      allowPrivate: true,
      clock,
    })
    closers.push(() => connection.close())
    return { simulator, connection }
  }
  async function pollAll(connection: OpenConnection, resource: string) {
    const bodies: Json[] = []
    let state = { since: undefined as number | undefined, cursor: undefined as Json | undefined }
    for (;;) {
      const page = await connection.poll(resource, state)
      bodies.push(...page.items.map(item => item.body))
      state = { since: page.state.since, cursor: page.state.cursor }
      if (!page.more) return { bodies, state }
    }
  }

  it('the EHR is polled, and takes assessments, reports and plans', async () => {
    const { simulator, connection } = await open('acme-ehr')
    const { candidate, application } = (await simulator.control('apply', { applicant: 'lin' })) as {
      candidate: { id: string }
      application: { id: string }
    }
    expect((await pollAll(connection, 'person')).bodies).toHaveLength(4)
    expect((await pollAll(connection, 'position')).bodies).toHaveLength(2)
    const first = await pollAll(connection, 'candidate')
    expect(first.bodies).toMatchObject([{ name: '林知远' }])
    clock.skew = 20_000
    expect((await pollAll(connection, 'candidate')).bodies).toHaveLength(1)
    const puts: Wanted[] = [
      {
        resource: 'assessment',
        verb: 'put',
        body: {
          candidate_id: candidate.id,
          score: 8.4,
          max_score: 10,
          conclusion: 'RECOMMEND',
          reported_at: '2026-12-01T04:00:00Z',
          custom_fields: [{ code: 'ai_overall', value: 8.4 }],
        },
      },
      {
        resource: 'score_report',
        verb: 'put',
        body: {
          application_id: application.id,
          overall: 8.4,
          max_score: 10,
          reported_at: '2026-12-01T04:00:00Z',
        },
      },
      {
        resource: 'training_plan',
        verb: 'put',
        body: { candidate_id: candidate.id, items: [{ course_code: 'C-203' }] },
      },
      { resource: 'application', verb: 'update', id: application.id, body: { stage: 'AI_INTERVIEW' } },
      { resource: 'candidate', verb: 'update', id: candidate.id, body: { preferred_channel: 'EMAIL' } },
    ]
    for (const wanted of puts) {
      const { outcome, done } = await run(connection, wanted)
      expect([wanted.resource, outcome.detail, done]).toEqual([wanted.resource, outcome.detail, true])
    }
    expect(simulator.effects).toHaveLength(5)
    const refused = await run(connection, {
      resource: 'candidate',
      verb: 'update',
      id: candidate.id,
      body: { custom_fields: [{ code: 'shoe_size', value: 43 }] },
    })
    expect(refused.outcome.is).toBe('refused')
  })

  it('the AI vendor’s token is renewed once, its absence seen, its reports fetched', async () => {
    const { simulator, connection } = await open('nova-ai')
    expect((await connection.check()).is).toBe('accepted')
    simulator.faults.add({ on: 'getAccount', fault: { kind: 'expire_tokens' } })
    expect((await connection.check()).is).toBe('accepted')
    const logins = simulator.exchanges.filter(exchange => exchange.operation === 'getToken')
    expect(logins).toHaveLength(2)

    const session: Wanted = {
      resource: 'session',
      verb: 'create',
      body: {
        candidate: { name: '林知远', mobile: '13800138021' },
        position: { title: '高级后端工程师', competencies: { COMM: 1 } },
      },
    }
    const { id, keep } = await run(connection, session)
    expect(keep).toMatchObject({ join_url: expect.stringContaining('/join/') as string })
    for (const name of ['begin', 'complete', 'evaluate']) await simulator.control(name, { id: id ?? '' })
    const [report] = (await pollAll(connection, 'report')).bodies
    expect(report).toMatchObject({ session_id: id, revision: 1 })
    const fetched = await connection.fetch('report', String((report as JsonObject)['report_id']), {
      report_id: (report as JsonObject)['report_id'] ?? '',
    })
    expect(fetched.item?.body).toMatchObject({ total: 66 })
    const clips = connection.attachments?.('report', fetched.item?.body ?? null)
    expect(clips).toHaveLength(2)
    const gone = await run(connection, {
      ...session,
      verb: 'update',
      id: 'ses_none',
      body: { duration_min: 30 },
    })
    expect(gone.outcome.is).toBe('absent')
    expect(
      (
        await run(connection, {
          resource: 'score_feedback',
          verb: 'put',
          body: { session_id: id ?? '', rating: 4 },
        })
      ).done,
    ).toBe(true)
  })

  it('the learning platform’s catalogue is walked, a learner that exists is adopted, plans are put', async () => {
    const { simulator, connection } = await open('open-lms')
    expect((await pollAll(connection, 'course')).bodies).toHaveLength(11)
    const learner: Wanted = {
      resource: 'learner',
      verb: 'create',
      body: { name: '林', mobile: '13800138021' },
    }
    const { id } = await run(connection, learner)
    const twice = await run(connection, { ...learner, n: 2 })
    expect(twice.outcome.is).toBe('exists')
    expect(await connection.lookup('learner', progressOf(learner))).toMatchObject({ found: 'one', id })
    const plan: Wanted = {
      resource: 'plan',
      verb: 'put',
      record: { id: 'tp_1', kind: 'training_plan', data: {} },
      body: {
        learner_id: Number(id),
        title: '入职提升计划',
        items: [{ course: 'C-203', reason: '沟通表达 6.6 分' }],
      },
    }
    expect((await run(connection, plan)).id).toBe('tp_1')
    const enrolment: Wanted = {
      resource: 'enrolment',
      verb: 'put',
      record: { id: 'tp_1', kind: 'training_plan', data: {} },
      body: { learner_id: Number(id), course: 'C-211' },
    }
    expect((await run(connection, enrolment)).id).toBe('tp_1.C-211')
    expect((await pollAll(connection, 'enrolment')).bodies).toHaveLength(1)
    expect((await run(connection, { ...plan, verb: 'delete', id: 'tp_1', body: {}, n: 3 })).done).toBe(true)
    expect(simulator.effects.at(-1)?.verb).toBe('delete')
  })
})
