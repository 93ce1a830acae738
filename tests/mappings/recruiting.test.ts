/**
 * The demonstration company's flows between EHR, AI interview platform and learning platform, run over real HTTP
 * against the simulated vendors: from a screened application to a training plan and an offer.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readSettings } from '../../src/config.js'
import { buildApp } from '../../src/http/app.js'
import type { Json, JsonObject } from '../../src/kernel/json.js'
import { runSandbox, type SandboxRun } from '../../src/sandbox/run.js'
import type { VendorName } from '../../src/sandbox/vendors.js'

const DEADLINE_MS = 20_000
const PAUSE_MS = 40

const folder = mkdtempSync(join(tmpdir(), 'hrhub-recruiting-'))
let run: SandboxRun

beforeAll(async () => {
  const settings = readSettings(undefined, {
    HRHUB_DATA: folder,
    LOG_LEVEL: 'silent',
    DATABASE_URL: '',
    REDIS_URL: '',
  })
  run = await runSandbox(settings, {
    withJourney: false,
    print: () => {},
    openDoor: async hub => {
      const app = await buildApp(hub)
      const url = await app.listen({ host: '127.0.0.1', port: 0 })
      return { url, adminKey: '', close: async () => void (await app.close()) }
    },
  })
}, 60_000)

afterAll(async () => {
  await run.stop()
  rmSync(folder, { recursive: true, force: true })
}, 60_000)

const press = (vendor: VendorName, control: string, input: JsonObject) =>
  run.vendors.simulators[vendor].control(control, input)

function held(vendor: VendorName, list: string): readonly JsonObject[] {
  const snapshot = run.vendors.simulators[vendor].snapshot() as Record<string, Json>
  return (snapshot[list] ?? []) as unknown as readonly JsonObject[]
}

/** Waits until what is looked at is there and as expected. */
async function eventually<T>(look: () => T | undefined, expected: unknown): Promise<T> {
  const end = Date.now() + DEADLINE_MS
  for (;;) {
    const found = look()
    try {
      expect(found).toMatchObject(expected as object)
      return found as T
    } catch (error) {
      if (Date.now() > end) throw error
      await new Promise(resolve => setTimeout(resolve, PAUSE_MS))
    }
  }
}

const session = () => held('ai', 'sessions')[0]
const interview = () => held('ehr', 'interviews')[0]
const candidate = () => held('ehr', 'candidates')[0]
const sessionId = () => ({ id: String(session()?.['session_id']) })

describe('a candidate’s way through EHR, AI interviews and training', () => {
  it('passes screening, and the AI platform has candidate, position, competencies and weights', async () => {
    await press('ehr', 'openPosition', { id: 'pos_backend' })
    const made = (await press('ehr', 'apply', { applicant: 'lin' })) as { application: { id: string } }
    await press('ehr', 'moveStage', { id: made.application.id, stage: 'SCREEN_PASS' })
    await eventually(session, {
      state: 'invited',
      candidate: {
        name: '林知远',
        mobile: '13800138021',
        resume: { skills: ['Java', 'PostgreSQL', 'Kubernetes'] },
      },
      position: {
        title: '高级后端工程师',
        competencies: { SYS_DESIGN: 0.3, CODING: 0.25, PROBLEM: 0.2, COMM: 0.15, OWNERSHIP: 0.1 },
        focus: { COMM: '跨团队推动' },
      },
      scheduled_at: null,
    })
    const shown = await eventually(interview, {
      status: 'SENT',
      type: 'AI',
      provider: 'nova-ai',
      organizer_id: 'psn_su',
    })
    expect([...(shown['interviewer_ids'] as string[])].sort()).toEqual(['psn_chen', 'psn_zhao'])
    expect(shown['join_url']).toBe(session()?.['join_url'])
  })

  it('gets a time from HR in the EHR, and the platform has it', async () => {
    await press('ehr', 'editInterview', {
      id: String(interview()?.['id']),
      start_at: '2026-12-24T06:00:00.000Z',
      end_at: '2026-12-24T07:00:00.000Z',
      time_zone: 'Asia/Shanghai',
    })
    await eventually(session, { scheduled_at: '2026-12-24 14:00:00', duration_min: 60 })
    await eventually(interview, { status: 'BOOKED', start_at: '2026-12-24T06:00:00Z' })
  })

  it('moves the interview at the platform, and HR moves it once more', async () => {
    await press('ai', 'reschedule', { ...sessionId(), at: '2026-12-25 10:00:00' })
    await eventually(interview, { start_at: '2026-12-25T02:00:00Z', end_at: '2026-12-25T03:00:00Z' })
    await press('ehr', 'editInterview', {
      id: String(interview()?.['id']),
      start_at: '2026-12-26T02:00:00.000Z',
      end_at: '2026-12-26T03:00:00.000Z',
    })
    await eventually(session, { scheduled_at: '2026-12-26 10:00:00' })
  })

  it.each([
    ['begin', 'IN_PROGRESS'],
    ['interrupt', 'INTERRUPTED'],
    ['begin', 'IN_PROGRESS'],
    ['complete', 'DONE'],
  ])('%s shows in the EHR as %s', async (control, status) => {
    // Fields with an order are told apart by whole seconds, as most vendors write them.
    const second = Math.floor(Date.now() / 1000)
    await eventually(() => ({ later: Math.floor(Date.now() / 1000) > second }), { later: true })
    await press('ai', control, sessionId())
    await eventually(interview, { status })
  })

  it('is judged: the report stands in the EHR’s standard and custom fields', async () => {
    await press('ai', 'evaluate', sessionId())
    await eventually(interview, { status: 'EVALUATED' })
    await eventually(candidate, {
      assessment: { score: 8.4, max_score: 10, composite: 8.4, conclusion: 'RECOMMEND', grade: 'B' },
      custom_fields: expect.arrayContaining([
        { code: 'ai_weak_points', name: '待提升维度', value: '沟通表达、责任心' },
        { code: 'ai_dim_system_design', name: '系统设计得分', value: 9.2 },
      ]) as unknown,
    })
    const [stored] = await eventually(() => held('ehr', 'score_reports'), [{}])
    expect(stored?.['report']).toMatchObject({
      overall: 8.41,
      revision: 1,
      interview_id: interview()?.['id'],
      keyword_match_rate: 0.75,
    })
    const report = stored?.['report'] as JsonObject
    const dimensions = report['dimensions'] as readonly JsonObject[]
    expect(dimensions.map(one => [one['name'], (one['evidence'] as readonly string[]).length])).toEqual(
      ['编码能力', '沟通表达', '责任心', '问题分析', '系统设计'].map(name => [name, 1]),
    )
    const clip = { type: 'video/mp4', url: expect.stringContaining('/files/') as unknown }
    expect(report['media']).toEqual([clip, clip])
    const [said] = held('ai', 'reports')
    expect(report['emotion']).toEqual(said?.['emotion_curve'])
    expect(report['emotion']).toHaveLength(20)
    await eventually(() => held('ehr', 'applications')[0], { composite: 8.41 })
  })

  it('gets courses for two weak competencies, with reasons, and what was learned comes back', async () => {
    const [plan] = await eventually(() => held('lms', 'plans'), [{ items: [{}, {}] }])
    const items = (plan?.['items'] ?? []) as readonly JsonObject[]
    expect(items.map(item => [item['course'], item['reason']]).sort()).toEqual([
      ['C-201', '面试中沟通表达得 6.6 分，目标 7 分以上'],
      ['C-211', '面试中责任心得 6.5 分，目标 7 分以上'],
    ])
    const enrolments = await eventually(() => held('lms', 'enrolments'), [{}, {}])
    expect(enrolments.map(one => one['reason']).sort()).toEqual(items.map(item => item['reason']).sort())
    await press('lms', 'study', { ref: String(plan?.['ref']) })
    await eventually(candidate, {
      training_plan: {
        items: expect.arrayContaining([expect.objectContaining({ state: '已完成' })]) as unknown,
      },
    })
  })

  it('is offered the position, once', async () => {
    await eventually(
      () => held('ehr', 'offers'),
      [{ salary: 38000, currency: 'CNY', start_date: '2027-01-04' }],
    )
  })

  it('is judged anew by a reviewer: everywhere the new scores, and still one of each', async () => {
    await press('ai', 'revise', { ...sessionId(), shares: { COMM: 0.9 } })
    await eventually(candidate, {
      custom_fields: expect.arrayContaining([
        { code: 'ai_weak_points', name: '待提升维度', value: '责任心' },
      ]) as unknown,
    })
    await eventually(() => held('lms', 'plans'), [{ items: [{ course: 'C-211' }] }])
    await eventually(() => held('lms', 'enrolments'), [{ course: 'C-211' }])
    const counts = [
      held('ehr', 'interviews'),
      held('ehr', 'offers'),
      held('ehr', 'score_reports'),
      held('ai', 'sessions'),
      held('lms', 'plans'),
      held('lms', 'learners'),
    ].map(list => list.length)
    expect(counts).toEqual([1, 1, 1, 1, 1, 1])
  })

  it('who withdraws before the interview is interviewed no more', async () => {
    const made = (await press('ehr', 'apply', { applicant: 'xu' })) as { application: { id: string } }
    const sessionOf = () =>
      held('ai', 'sessions').find(one => (one['candidate'] as JsonObject)['name'] === '许若溪')
    const interviewOf = () =>
      held('ehr', 'interviews').find(one => one['application_id'] === made.application.id)
    await press('ehr', 'moveStage', { id: made.application.id, stage: 'SCREEN_PASS' })
    await eventually(sessionOf, { state: 'invited' })
    await press('ehr', 'moveStage', { id: made.application.id, stage: 'WITHDRAWN' })
    await eventually(sessionOf, { state: 'cancelled' })
    await eventually(interviewOf, { status: 'CANCELLED' })
  })
})
