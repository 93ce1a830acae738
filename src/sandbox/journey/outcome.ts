/** What follows from a candidate's scores: what each system holds of it, and what it should by the AI tool's report. */
import { isObject, type JsonObject } from '../../kernel/json.js'
import { type Access, listIn } from './access.js'
import { aiReportsOf, applicationOf, type Held, reportsOf, text } from './held.js'

/** As the company's flows have it: courses for dimensions below, an offer from this composite on. */
const WEAK_BELOW = 7
const OFFER_FROM = 8

const OFFER_WORDS: Readonly<Record<string, string>> = {
  APPROVING: 'in_approval',
  PENDING: 'in_approval',
  CANCELED: 'withdrawn',
}
const offerState = (thing: JsonObject | undefined): string | undefined => {
  const word = text(thing?.['status'])
  return word && (OFFER_WORDS[word] ?? word.toLowerCase())
}

export async function offersOf(access: Access, name: string): Promise<readonly JsonObject[]> {
  const application = await applicationOf(access, name)
  return listIn(await access.holds('ehr'), 'offers').filter(
    one => one['application_id'] === application?.['id'] && one['deleted'] !== true,
  )
}

export async function approvalsOf(access: Access, name: string): Promise<readonly JsonObject[]> {
  return listIn(await access.holds('feishu'), 'instances').filter(one => String(one['form']).includes(name))
}

export interface Courses {
  /** Names of the dimensions that are weak by the AI tool's own report. */
  readonly weak: readonly string[]
  readonly plans: readonly JsonObject[]
  readonly items: readonly JsonObject[]
  readonly enrolments: readonly JsonObject[]
}

export async function coursesOf(access: Access, name: string): Promise<Courses> {
  const [lms, [report]] = await Promise.all([access.holds('lms'), aiReportsOf(access, name)])
  const learners = listIn(lms, 'learners').filter(one => one['name'] === name)
  const own = (list: string) =>
    listIn(lms, list).filter(one => learners.some(learner => learner['id'] === one['learner_id']))
  const plans = own('plans')
  return {
    weak: listIn(report ?? {}, 'dims')
      .filter(one => (Number(one['score']) / Number(one['full_marks'])) * 10 < WEAK_BELOW)
      .map(one => String(one['title'])),
    plans,
    items: listIn(plans[0] ?? {}, 'items'),
    enrolments: own('enrolments'),
  }
}

/** The application in the hub that the EHR means by this id. */
async function hubApplications(access: Access, id: string): Promise<readonly JsonObject[]> {
  const query = new URLSearchParams({ connection: 'ehr', resource: 'application', external_id: id })
  return listIn(await access.ask(`/v1/applications?${query}`), 'items')
}

const number = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined)
const member = (thing: JsonObject | undefined, name: string): JsonObject | undefined => {
  const value = thing?.[name]
  return isObject(value) ? (value as JsonObject) : undefined
}

/** Report, composite, offer, approval, courses: one line per system and thing. */
export async function outcomeHeld(access: Access, name: string): Promise<Held[]> {
  const application = await applicationOf(access, name)
  const [judged, hub, reports, offers, approvals, courses] = await Promise.all([
    aiReportsOf(access, name),
    hubApplications(access, String(application?.['id'])),
    reportsOf(access, name),
    offersOf(access, name),
    approvalsOf(access, name),
    coursesOf(access, name),
  ])
  const total = number(judged[0]?.['total'])
  const overall = total === undefined ? undefined : Math.round(total * 10) / 100
  const offered = overall !== undefined && overall >= OFFER_FROM ? 1 : 0
  const { weak, plans, items, enrolments } = courses
  const line = (system: string, thing: string, count: number, more: Partial<Held> = {}): Held => ({
    system,
    thing,
    count,
    state: undefined,
    start: undefined,
    ...more,
  })
  return [
    line('AI interview', 'report', judged.length, { score: overall, due: judged.length > 0 ? 1 : 0 }),
    line('hrhub', 'application', hub.length, { score: number(member(hub[0], 'data')?.['composite']) }),
    line('EHR', 'application', application === undefined ? 0 : 1, {
      score: number(application?.['composite']),
    }),
    line('EHR', 'score report', reports.length, {
      score: number(member(reports[0], 'report')?.['composite']),
      due: judged.length,
    }),
    line('EHR', 'offer', offers.length, { about: 'offer', state: offerState(offers[0]), due: offered }),
    line('Feishu', 'approval of the offer', approvals.length, {
      about: 'offer',
      state: offerState(approvals[0]),
      due: offered,
    }),
    line('LMS', `plan, ${items.length} courses`, plans.length, {
      due: weak.length > 0 ? 1 : 0,
      wrong:
        items.length === weak.length
          ? undefined
          : `the LMS plans ${items.length} courses for ${weak.length} weak dimensions`,
    }),
    line('LMS', 'enrolment per weak dimension', enrolments.length, { due: weak.length }),
  ]
}
