/** The platform's operations: learners found or made once per address, plans and enrolments put by our reference. */
import type { Json, JsonObject } from '../../kernel/json.js'
import type { Answer, Call, Handler, Runtime } from '../types.js'
import { VendorProblem } from '../types.js'
import { COURSES } from './catalogue.js'
import { type Enrolment, type Learner, type LmsStore, type Plan, renewItems } from './store.js'

/** Courses have not changed since the platform opened, in seconds. */
const CATALOGUE_CHANGED = 1_767_225_600
const PAGE = 20

const ok = (body: object, status = 200): Answer => ({ status, body: body as Json })
const refOf = (call: Call) => call.params['ref'] ?? ''

export function lmsHandlers(runtime: Runtime, store: LmsStore): Record<string, Handler> {
  const note = (verb: 'create' | 'update' | 'delete', resource: string, id: string, call: Call) =>
    runtime.effect({ verb, resource, id, body: call.body ?? null, token: undefined })
  const learnerOf = (id: unknown): Learner => {
    const found = store.learners.get(String(id))
    if (!found) throw new VendorProblem({ kind: 'not_found', detail: `学员不存在：${String(id)}` })
    return found
  }
  const knownCourse = (code: string) => {
    if (!COURSES.some(course => course.code === code))
      throw new VendorProblem({ kind: 'invalid', detail: `课程不存在：${code}` })
  }
  const existing = <T>(found: T | undefined, what: string): T => {
    if (found === undefined) throw new VendorProblem({ kind: 'not_found', detail: `${what}不存在` })
    return found
  }
  /** An address belongs to one learner. */
  const assertFree = (body: Partial<Learner>, self?: number) => {
    const taken = store.learners
      .all()
      .find(
        learner =>
          learner.id !== self &&
          ((body.email && learner.email === body.email) || (body.mobile && learner.mobile === body.mobile)),
      )
    if (taken) throw new VendorProblem({ kind: 'conflict', detail: '邮箱或手机号已被使用' })
  }
  const learnerFrom = (id: number, body: Partial<Learner>): Learner => ({
    id,
    name: body.name ?? '',
    email: body.email ?? null,
    mobile: body.mobile ?? null,
    department: body.department ?? null,
  })

  return {
    ping: () => ok({ site: '云帆学堂' }),
    findLearners(call) {
      const { email, mobile } = call.query
      if (email === undefined && mobile === undefined)
        throw new VendorProblem({ kind: 'invalid', detail: '请给出 email 或 mobile' })
      const items = store.learners
        .search(call.staleBy)
        .filter(learner => email === undefined || learner.email === email)
        .filter(learner => mobile === undefined || learner.mobile === mobile)
      return ok({ items })
    },
    createLearner(call) {
      const body = call.body as unknown as Partial<Learner>
      assertFree(body)
      const learner = learnerFrom(store.nextLearnerId(), body)
      store.learners.put(String(learner.id), learner)
      note('create', 'learner', String(learner.id), call)
      return ok(learner, 201)
    },
    getLearner: call => ok(learnerOf(call.params['id'])),
    updateLearner(call) {
      const { id } = learnerOf(call.params['id'])
      const body = call.body as unknown as Partial<Learner>
      assertFree(body, id)
      const learner = learnerFrom(id, body)
      store.learners.put(String(id), learner)
      note('update', 'learner', String(id), call)
      return ok(learner)
    },
    deleteLearner(call) {
      const { id } = learnerOf(call.params['id'])
      store.learners.delete(String(id))
      note('delete', 'learner', String(id), call)
      return { status: 204 }
    },
    listCourses(call) {
      const courses = COURSES.map(course => ({
        ...course,
        url: `${runtime.url}/#${course.code}`,
        changed: CATALOGUE_CHANGED,
      }))
      return ok(segmentOf(courses, call))
    },

    getPlan: call => ok(existing(store.plans.get(refOf(call)), '计划')),
    putPlan(call) {
      const body = call.body as unknown as Pick<Plan, 'learner_id' | 'title'> & {
        items: { course: string }[]
      }
      learnerOf(body.learner_id)
      for (const item of body.items) knownCourse(item.course)
      const known = store.plans.get(refOf(call))
      const items = renewItems(body.items, known?.items ?? [])
      const plan: Plan = {
        ref: refOf(call),
        learner_id: body.learner_id,
        title: body.title,
        done: items.length > 0 && items.every(item => item.status === 'done'),
        items,
        changed: store.now(),
      }
      store.plans.put(plan.ref, plan)
      note(known ? 'update' : 'create', 'plan', plan.ref, call)
      return ok(plan)
    },
    deletePlan(call) {
      const plan = existing(store.plans.get(refOf(call)), '计划')
      store.plans.delete(plan.ref)
      note('delete', 'plan', plan.ref, call)
      return { status: 204 }
    },

    listEnrolments(call) {
      const { learner_id, since } = call.query
      const found = store.enrolments
        .search(call.staleBy)
        .filter(enrolment => learner_id === undefined || enrolment.learner_id === learner_id)
        .filter(enrolment => since === undefined || enrolment.changed >= Number(since))
        .sort((a, b) => a.changed - b.changed || (a.ref < b.ref ? -1 : 1))
      return ok(segmentOf(found, call))
    },
    getEnrolment: call => ok(existing(store.enrolments.get(refOf(call)), '选课')),
    putEnrolment(call) {
      const body = call.body as unknown as Pick<Enrolment, 'learner_id' | 'course'>
      learnerOf(body.learner_id)
      knownCourse(body.course)
      const known = store.enrolments.get(refOf(call))
      const [item] = renewItems([body], known ? [known] : [])
      if (!item) throw new Error('an enrolment has one course')
      const enrolment: Enrolment = {
        ...item,
        ref: refOf(call),
        learner_id: body.learner_id,
        progress: known?.course === body.course ? known.progress : 0,
        changed: store.now(),
      }
      store.enrolments.put(enrolment.ref, enrolment)
      note(known ? 'update' : 'create', 'enrolment', enrolment.ref, call)
      return ok(enrolment)
    },
    deleteEnrolment(call) {
      const enrolment = existing(store.enrolments.get(refOf(call)), '选课')
      store.enrolments.delete(enrolment.ref)
      note('delete', 'enrolment', enrolment.ref, call)
      return { status: 204 }
    },
  }
}

function segmentOf(all: readonly object[], call: Call): JsonObject {
  const offset = Number(call.query['offset'] ?? 0)
  const limit = Number(call.query['limit'] ?? PAGE)
  return { total: all.length, offset, items: all.slice(offset, offset + limit) as Json }
}
