/**
 * One candidate through every kind of system, then a second one with trouble on purpose. Words are for a person who
 * sees hrhub for the first time, and a figure in them was measured.
 */
import type { JsonObject } from '../../kernel/json.js'
import { APPLICANTS, POSITIONS } from '../company.js'
import { type Access, findIn, listIn } from './access.js'
import {
  allShow,
  applyAndScreen,
  beijing,
  clock,
  hourAhead,
  onlySession,
  pressedBefore,
  pressSession,
  stateIs,
  WITH_LOOK_UP_MS,
} from './acts.js'
import {
  aiReportsOf,
  candidateOf,
  ehrInterviewsOf,
  feishuEventsOf,
  instantOf,
  inviteOf,
  mailsOf,
  reportsOf,
  sessionsOf,
} from './held.js'
import { approvalsOf, coursesOf, offersOf } from './outcome.js'
import { lagOf, reportAtEhr } from './proof.js'
import type { Scene } from './scene.js'
import { TROUBLE } from './trouble.js'

const POSITION = POSITIONS[0]
const [LIN] = APPLICANTS
if (!POSITION || !LIN) throw new TypeError('the company has lost its people')

/** What the fifth chapter promises; longer is said. */
const SECOND_MS = 1000

/** “the EHR shows started within 126 ms of the AI tool”, by both systems' own records; undefined = not yet. */
async function shownAtEhr(access: Access, name: string, ...states: string[]): Promise<string | undefined> {
  const [said, held, session, [interview], shown] = await Promise.all([
    access.callbacks('ai'),
    access.effects('ehr'),
    onlySession(access, name),
    ehrInterviewsOf(access, name),
    stateIs(access, name, ...states),
  ])
  const [state] = states
  if (shown === undefined || state === undefined) return undefined
  const ms = lagOf(said, held, String(session?.['session_id']), String(interview?.['id']), state)
  // After a kill the EHR may have been told of a later state alone.
  if (ms === undefined) return shown === state ? undefined : `the EHR shows ${shown}, and never ${state}`
  const late =
    ms > SECOND_MS ? ': more than the promised second, as happens on a busy machine or across a stop' : ''
  return `the EHR shows ${state} within ${ms} ms of the AI tool${late}`
}

export const SCENES: readonly Scene[] = [
  {
    id: 'position',
    chapter: '1  The EHR speaks: a position, a candidate, an application that passed screening',
    tell: `HR opens the position ${POSITION.title} with ${POSITION.competencies.length} competencies and their weights`,
    press: async access => {
      const position = findIn(await access.holds('ehr'), 'positions', one => one['id'] === POSITION.id)
      if (position?.['status'] !== 'OPEN') await access.press('ehr', 'openPosition', { id: POSITION.id })
    },
    seen: async access => {
      const record = listIn(await access.ask('/v1/positions?limit=100'), 'items').find(
        one => (one['data'] as JsonObject)['code'] === POSITION.code,
      )
      const data = record?.['data'] as JsonObject | undefined
      if (data?.['state'] !== 'open') return undefined
      return `the hub holds it as ${String(record?.['id'])}`
    },
    look: access => access.vendors.ehr,
  },
  {
    id: 'application',
    chapter: '1  The EHR speaks: a position, a candidate, an application that passed screening',
    tell: `${LIN.name} applies and passes screening`,
    press: access => applyAndScreen(access, LIN),
    seen: async (access, memory) => {
      const application = listIn(await access.ask('/v1/applications?limit=100'), 'items').find(
        one => (one['data'] as JsonObject)['stage'] === 'screened',
      )
      if (!application) return undefined
      memory['application'] = String(application['id'])
      return `candidate, résumé and application are records of the hub (${memory['application']})`
    },
    look: (access, memory) =>
      `${access.hub}/v1/applications/${memory['application'] ?? ''}/timeline (with the API key)`,
  },
  {
    id: 'session',
    chapter: '2  The hub makes the AI interview',
    tell: 'The AI interview tool gets candidate, position, competencies and weights before the interview',
    seen: async access => {
      const sessions = await sessionsOf(access, LIN.name)
      if (sessions.length !== 1) return undefined
      const competencies = Object.keys(
        ((sessions[0]?.['position'] as JsonObject | undefined)?.['competencies'] ?? {}) as JsonObject,
      ).length
      return `one session ${String(sessions[0]?.['session_id'] ?? sessions[0]?.['id'])} with ${competencies} weighted competencies`
    },
    look: access => access.vendors.ai,
  },
  {
    id: 'scheduled',
    chapter: '3  A time is set, and everybody’s calendar knows',
    tell: `${LIN.name} picks a time in the AI tool; Feishu, DingTalk, mail, SMS and the EHR follow`,
    press: async (access, memory) => {
      const at = hourAhead(memory, 'first', 3, 14)
      if (!(await pressedBefore(access, LIN.name, 'scheduled')))
        await pressSession(access, LIN.name, 'reschedule', { at: beijing(at) })
    },
    seen: async (access, memory) => {
      const at = Number(memory['first'])
      const systems = await allShow(access, LIN.name, LIN.mobile, at)
      if (!systems) return undefined
      const [feishu] = await feishuEventsOf(access, LIN.name)
      memory['feishu event'] = String(((feishu?.['event'] ?? feishu) as JsonObject | undefined)?.['event_id'])
      const guests = listIn(feishu ?? {}, 'attendees').map(one => String(one['display_name']))
      if (guests.length === 0) return undefined
      return `${clock(at)} in ${systems}; attendees at Feishu: ${guests.join('、')}`
    },
    look: access =>
      `${access.vendors.feishu}  ${access.vendors.dingtalk}  ${access.vendors.mail}  ${access.vendors.sms}/_sandbox`,
    within: WITH_LOOK_UP_MS,
  },
  {
    id: 'moved',
    chapter: '4  The candidate moves it',
    tell: `${LIN.name} moves the interview in the AI tool`,
    press: async (access, memory) => {
      const at = hourAhead(memory, 'second', 4, 10)
      const session = await onlySession(access, LIN.name)
      if (instantOf(session?.['scheduled_at']) !== at)
        await pressSession(access, LIN.name, 'reschedule', { at: beijing(at) })
    },
    seen: async (access, memory) => {
      const at = Number(memory['second'])
      if (!(await allShow(access, LIN.name, LIN.mobile, at))) return undefined
      const [feishu] = await feishuEventsOf(access, LIN.name)
      const same =
        String(((feishu?.['event'] ?? feishu) as JsonObject | undefined)?.['event_id']) ===
        memory['feishu event']
      const invites = (await mailsOf(access, LIN.name)).flatMap(mail => {
        const invite = inviteOf(mail)
        return invite ? [invite] : []
      })
      const sequences = [...new Set(invites.map(invite => Number(invite['sequence'])))].sort((a, b) => a - b)
      if (!same || sequences.length < 2) return undefined
      return `the same events moved to ${clock(at)}; mails of one UID with SEQUENCE ${sequences.join(' < ')}; the EHR was told`
    },
    look: access => `${access.mailFolder}/*.eml  ${access.vendors.mail}`,
  },
  ...(['begin', 'complete'] as const).map(
    (control): Scene => ({
      id: control,
      chapter: '5  The interview, state by state, in the EHR within a second',
      tell: control === 'begin' ? 'The interview starts' : 'The interview is over',
      press: async access => {
        const past = control === 'begin' ? ['started', 'completed', 'evaluated'] : ['completed', 'evaluated']
        if (!(await pressedBefore(access, LIN.name, ...past))) await pressSession(access, LIN.name, control)
      },
      seen: async access => {
        const past = ['completed', 'evaluated']
        return shownAtEhr(access, LIN.name, ...(control === 'begin' ? ['started', ...past] : past))
      },
      look: access => access.vendors.ehr,
    }),
  ),
  {
    id: 'report',
    chapter: '5  The interview, state by state, in the EHR within a second',
    tell: 'The score report arrives: dimensions, evidence, clip, emotion curve',
    press: async access => {
      if (!(await pressedBefore(access, LIN.name, 'evaluated')))
        await pressSession(access, LIN.name, 'evaluate')
    },
    seen: async (access, memory) => {
      const [said, stored, candidate, shown] = await Promise.all([
        aiReportsOf(access, LIN.name),
        reportsOf(access, LIN.name),
        candidateOf(access, LIN.name),
        shownAtEhr(access, LIN.name, 'evaluated'),
      ])
      const report = stored[0]?.['report'] as JsonObject | undefined
      if (shown === undefined || report === undefined || said[0] === undefined || stored.length !== 1)
        return undefined
      const arrived = reportAtEhr(said[0], report, listIn(candidate ?? {}, 'custom_fields'))
      if (arrived === undefined) return undefined
      const opened = await Promise.all(arrived.clips.map(url => access.opens(url)))
      if (!opened.every(Boolean)) return undefined
      memory['clip'] = arrived.clips[0] ?? ''
      const clips =
        opened.length > 0 ? `${opened.length} clips that open` : 'no clip, as this hub has no address to give'
      return `${shown}; one report with ${arrived.dimensions} dimensions, ${arrived.quotes} quotes as evidence, ${clips}, ${arrived.emotions} points of emotion; ${arrived.custom} custom fields`
    },
    look: (access, memory) => `${access.vendors.ehr}  ${memory['clip'] ?? ''}`.trimEnd(),
  },
  {
    id: 'training',
    chapter: '6  What follows from the scores',
    tell: 'Two weak dimensions become a training plan with reasons in the learning platform',
    seen: async access => {
      const { weak, plans, items, enrolments } = await coursesOf(access, LIN.name)
      const reasons = items.map(item => String(item['reason'] ?? ''))
      const reasoned = (courses: readonly JsonObject[]) =>
        weak.every(name => courses.some(course => String(course['reason']).includes(name)))
      if (plans.length !== 1 || weak.length === 0 || items.length !== weak.length) return undefined
      if (enrolments.length !== weak.length || !reasoned(items) || !reasoned(enrolments)) return undefined
      return `one plan with ${items.length} courses and as many enrolments: ${reasons.join('；')}`
    },
    look: access => access.vendors.lms,
  },
  {
    id: 'approval',
    chapter: '6  What follows from the scores',
    tell: 'A composite of 8 or more asks for the offer’s approval at Feishu',
    seen: async access => {
      const [instances, offers] = await Promise.all([
        approvalsOf(access, LIN.name),
        offersOf(access, LIN.name),
      ])
      if (instances.length !== 1 || offers.length !== 1) return undefined
      // The EHR's offer names the approval once Feishu has answered.
      if (offers[0]?.['approval_id'] !== instances[0]?.['instance_code']) return undefined
      return `one approval instance, ${String(instances[0]?.['status'])}; the EHR’s offer is ${String(offers[0]?.['status'])} under its number`
    },
    look: access => access.vendors.feishu,
  },
  ...TROUBLE,
]
