/**
 * The learning platform simulator `open-lms` (openapi/vendors/open-lms.yaml): API key or basic, offset paging, PUT
 * by the caller's reference, errors as plain text, progress called back with basic auth and no event id.
 */
import { timingSafeEqual } from 'node:crypto'
import type { Json, JsonObject } from '../../kernel/json.js'
import type { CallbackScheme } from '../callbacks.js'
import type { Section } from '../page.js'
import { type SimulatorOptions, startSimulator } from '../simulator.js'
import type { Answer, Control, Problem, Runtime, Simulator } from '../types.js'
import { VendorProblem } from '../types.js'
import { COURSES } from './catalogue.js'
import { lmsHandlers } from './handle.js'
import { type LmsStore, openLmsStore, type Plan, type PlanItem, STATUS_WORDS, type Status } from './store.js'

export interface OpenLmsOptions extends SimulatorOptions {
  readonly apiKey: string
  /** `user:password` taken instead of the key. */
  readonly basic?: string
  /** `user:password` the platform sends with its callbacks; absent: the address itself is the secret. */
  readonly callbackBasic?: string
}

const STATUS: Readonly<Record<Problem['kind'], number>> = {
  unauthenticated: 401,
  token_expired: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  unsupported_type: 415,
  invalid: 400,
  throttled: 429,
  failed: 500,
}

export function startOpenLms(options: OpenLmsOptions): Promise<Simulator> {
  return startSimulator(
    { name: 'open-lms', title: 'Open LMS 学习平台', document: 'open-lms' },
    runtime => {
      const store = openLmsStore(runtime)
      const check = (known: string | undefined) => (credential: { readonly value: string }) => {
        if (known === undefined || !same(credential.value, known))
          throw new VendorProblem({ kind: 'unauthenticated', detail: '凭证无效' })
        return 'hub'
      }
      return {
        auth: { apiKey: check(options.apiKey), basic: check(options.basic) },
        handlers: lmsHandlers(runtime, store),
        problem: lmsProblem,
        controls: lmsControls(runtime, store),
        page: () => lmsPage(store),
        snapshot: () =>
          ({
            learners: store.learners.all(),
            plans: store.plans.all(),
            enrolments: store.enrolments.all(),
          }) as unknown as Json,
      }
    },
    { ...options, callbacks: lmsCallbacks(options.callbackBasic) },
  )
}

function same(given: string, known: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(known)]
  return a.length === b.length && timingSafeEqual(a, b)
}

function lmsProblem(problem: Problem): Answer {
  return {
    status: problem.status ?? STATUS[problem.kind],
    type: 'text/plain; charset=utf-8',
    body: Buffer.from(problem.detail),
  }
}

/** `forge: old` cannot be told from the true thing: this vendor signs no time. */
function lmsCallbacks(basic: string | undefined): CallbackScheme {
  return {
    schedule: [60_000, 600_000],
    timeout: 10_000,
    encode(draft, how) {
      const given = how.forge === 'wrong' ? 'lms:guess' : basic
      const known = given !== undefined && how.forge !== 'missing'
      return {
        body: JSON.stringify(draft.body),
        headers: known ? { authorization: `Basic ${Buffer.from(given).toString('base64')}` } : {},
      }
    },
  }
}

/**
 * `study {ref, course?, status?, score?}`: a learner goes on with a plan's course, or with an enrolment; status
 * `learning` or `done` (default).
 */
function lmsControls(runtime: Runtime, store: LmsStore): Record<string, Control> {
  const progressed = <T extends PlanItem>(item: T, input: JsonObject): T => {
    const status = (input['status'] ?? 'done') as Status
    const score = input['score'] === undefined ? 88 : Number(input['score'])
    return { ...item, status, ...(status === 'done' ? { score, done_at: store.now() } : {}) }
  }
  return {
    study: {
      title: '学习',
      run(input) {
        const ref = String(input['ref'] ?? '')
        const plan = store.plans.get(ref)
        if (plan) {
          const items = plan.items.map(item =>
            item.course === input['course'] || input['course'] === undefined ? progressed(item, input) : item,
          )
          const changed: Plan = {
            ...plan,
            items,
            done: items.every(item => item.status === 'done'),
            changed: store.now(),
          }
          store.plans.put(ref, changed)
          runtime.emit('plan.progress', ref, { event: 'plan.progress', plan: changed as unknown as Json })
          return changed as unknown as Json
        }
        const enrolment = store.enrolments.get(ref)
        if (!enrolment) throw new VendorProblem({ kind: 'not_found', detail: `计划或选课不存在：${ref}` })
        const status = (input['status'] ?? 'done') as Status
        const changed = {
          ...progressed(enrolment, input),
          progress: status === 'done' ? 1 : 0.5,
          changed: store.now(),
        }
        store.enrolments.put(ref, changed)
        runtime.emit('enrolment.progress', ref, {
          event: 'enrolment.progress',
          enrolment: changed as unknown as Json,
        })
        return changed as unknown as Json
      },
    },
  }
}

function lmsPage(store: LmsStore): Section[] {
  const name = (id: number) => store.learners.get(String(id))?.name ?? String(id)
  const title = (code: string) => COURSES.find(course => course.code === code)?.title ?? code
  const actions = (ref: string, item: PlanItem) =>
    item.status === 'done'
      ? null
      : {
          actions: [
            { label: '开始学习', control: 'study', input: { ref, course: item.course, status: 'learning' } },
            { label: '学完', control: 'study', input: { ref, course: item.course, status: 'done' } },
          ],
        }
  const columns = ['学员', '计划', '课程', '推荐理由', '截止', '状态', '成绩', '操作']
  return [
    {
      title: '培训计划',
      columns,
      rows: store.plans
        .all()
        .flatMap(plan =>
          plan.items.map(item => [
            name(plan.learner_id),
            plan.title,
            title(item.course),
            item.reason,
            item.due,
            STATUS_WORDS[item.status],
            item.score,
            actions(plan.ref, item),
          ]),
        ),
    },
    {
      title: '单独选课',
      columns,
      rows: store.enrolments
        .all()
        .map(enrolment => [
          name(enrolment.learner_id),
          enrolment.ref,
          title(enrolment.course),
          enrolment.reason,
          enrolment.due,
          STATUS_WORDS[enrolment.status],
          enrolment.score,
          actions(enrolment.ref, enrolment),
        ]),
    },
    {
      title: '课程目录',
      columns: ['编号', '课程', '学时', '能力'],
      rows: COURSES.map(course => [course.code, course.title, course.hours, course.topics.join('、')]),
    },
  ]
}
