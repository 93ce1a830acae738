/**
 * The journey of issue and README: one candidate through every kind of system, then a second one with trouble on
 * purpose. Words are for a person who sees hrhub for the first time.
 */
import type { JsonObject } from '../../kernel/json.js'
import { APPLICANTS, POSITIONS } from '../company.js'
import { type Access, findIn, listIn } from './access.js'
import {
  applicationOf,
  candidateOf,
  ehrInterviewsOf,
  ehrState,
  feishuEventsOf,
  heldAbout,
  instantOf,
  inviteOf,
  mailsOf,
  sessionsOf,
} from './held.js'
import type { Memory, Scene } from './scene.js'

const POSITION = POSITIONS[0]
const [LIN, XU] = APPLICANTS
if (!POSITION || !LIN || !XU) throw new TypeError('the company has lost its people')

/** A text message whose answer was lost is looked up before it is repeated, two minutes later at the soonest. */
const WITH_LOOK_UP_MS = 150_000

const zone = 'Asia/Shanghai'
const beijing = (at: number) => new Date(at + 8 * 3_600_000).toISOString().slice(0, 19).replace('T', ' ')
const clock = (at: number | undefined) =>
  at === undefined
    ? '–'
    : new Date(at).toLocaleString('zh-CN', {
        timeZone: zone,
        month: 'numeric',
        day: 'numeric',
        hour: '2-digit',
        minute: '2-digit',
      })

/** A fixed hour some days ahead, remembered, so that a journey that is taken up again means the same hour. */
function hourAhead(memory: Memory, name: string, days: number, hour: number): number {
  const known = memory[name]
  if (known !== undefined) return Number(known)
  const today = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10)
  const at = Date.parse(`${today}T00:00:00+08:00`) + days * 86_400_000 + hour * 3_600_000
  memory[name] = String(at)
  return at
}

async function onlySession(access: Access, name: string): Promise<JsonObject | undefined> {
  return (await sessionsOf(access, name))[0]
}

async function pressSession(
  access: Access,
  name: string,
  control: string,
  input: JsonObject = {},
): Promise<void> {
  const session = await onlySession(access, name)
  if (!session) throw new Error(`no session of ${name}`)
  await access.press('ai', control, { id: String(session['session_id'] ?? session['id']), ...input })
}

const stateIs = async (access: Access, name: string, ...words: string[]) => {
  const [interview] = await ehrInterviewsOf(access, name)
  const status = ehrState(interview)
  return status !== undefined && words.includes(status) ? status : undefined
}

async function applyAndScreen(
  access: Access,
  applicant: { readonly key: string; readonly name: string },
): Promise<void> {
  if (!(await candidateOf(access, applicant.name)))
    await access.press('ehr', 'apply', { applicant: applicant.key })
  const application = await applicationOf(access, applicant.name)
  if (application && application['stage'] === 'NEW')
    await access.press('ehr', 'moveStage', { id: String(application['id']), stage: 'SCREEN_PASS' })
}

/** Calendars, mail and the EHR show this start. */
async function allShow(
  access: Access,
  name: string,
  mobile: string,
  at: number,
): Promise<string | undefined> {
  const held = await heldAbout(access, name, mobile)
  const dated = held.filter(one => one.system !== 'SMS')
  if (dated.some(one => one.start !== at || one.count !== 1)) return undefined
  return held.find(one => one.system === 'SMS')?.count === 1
    ? dated.map(one => one.system).join(', ')
    : undefined
}

const pressedBefore = async (access: Access, name: string, ...states: string[]) =>
  states.includes(String((await onlySession(access, name))?.['state']))

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
        const status = await stateIs(
          access,
          LIN.name,
          ...(control === 'begin' ? ['started', 'completed', 'evaluated'] : ['completed', 'evaluated']),
        )
        return status && `the EHR shows ${status}`
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
      const application = await applicationOf(access, LIN.name)
      const ehr = await access.holds('ehr')
      const candidate = await candidateOf(access, LIN.name)
      const reports = listIn(ehr, 'score_reports').filter(one =>
        JSON.stringify(one).includes(String(application?.['id'] ?? '∅')),
      )
      const custom =
        listIn(candidate ?? {}, 'custom_fields').length + listIn(application ?? {}, 'custom_fields').length
      if (reports.length !== 1 || custom === 0) return undefined
      memory['report'] = String(reports[0]?.['ref'] ?? reports[0]?.['id'] ?? '')
      return `one report in the EHR’s standard fields and ${custom} custom fields`
    },
    look: access => access.vendors.ehr,
  },
  {
    id: 'training',
    chapter: '6  What follows from the scores',
    tell: 'Two weak dimensions become a training plan with reasons in the learning platform',
    seen: async access => {
      const plans = listIn(await access.holds('lms'), 'plans')
      const items = listIn(plans[0] ?? {}, 'items')
      return plans.length === 1 && items.length >= 2 ? `one plan with ${items.length} courses` : undefined
    },
    look: access => access.vendors.lms,
  },
  {
    id: 'approval',
    chapter: '6  What follows from the scores',
    tell: 'A composite of 8 or more asks for the offer’s approval at Feishu',
    seen: async access => {
      const instances = listIn(await access.holds('feishu'), 'instances').filter(one =>
        JSON.stringify(one).includes(LIN.name),
      )
      return instances.length === 1 ? `one approval instance, ${String(instances[0]?.['status'])}` : undefined
    },
    look: access => access.vendors.feishu,
  },
  {
    id: 'trouble',
    chapter: '7  Trouble on purpose',
    tell: `${XU.name} applies while vendors misbehave: the AI tool cuts the line after doing the work, Feishu says 429, callbacks come twice and in the wrong order`,
    press: async (access, memory) => {
      if (memory['trouble set'] === undefined) {
        await access.trouble('ai', [
          { on: 'createSession', fault: { kind: 'cut', when: 'after' } },
          { on: 'session.state', fault: { kind: 'double' }, times: 2 },
        ])
        await access.trouble('feishu', [{ on: 'createEvent', fault: { kind: 'throttled', retryAfter: 1 } }])
        await access.trouble('ehr', [{ on: 'application.updated', fault: { kind: 'double' } }])
        memory['trouble set'] = 'yes'
      }
      await applyAndScreen(access, XU)
    },
    seen: async access => {
      const sessions = await sessionsOf(access, XU.name)
      return sessions.length === 1
        ? 'the line was cut after the work, and still there is one session'
        : undefined
    },
    look: access => `${access.vendors.ai}/_sandbox/exchanges`,
  },
  {
    id: 'trouble-scheduled',
    chapter: '7  Trouble on purpose',
    tell: `${XU.name} picks a time; Feishu answers 429 with Retry-After and is obeyed`,
    press: async (access, memory) => {
      const at = hourAhead(memory, 'third', 5, 15)
      if (!(await pressedBefore(access, XU.name, 'scheduled', 'started', 'completed')))
        await pressSession(access, XU.name, 'reschedule', { at: beijing(at) })
    },
    seen: async (access, memory) => {
      const at = Number(memory['third'])
      const systems = await allShow(access, XU.name, XU.mobile, at)
      return systems && `${clock(at)} in ${systems}, one of each`
    },
    look: access => `${access.vendors.feishu}/_sandbox/exchanges`,
    within: WITH_LOOK_UP_MS,
  },
  {
    id: 'trouble-order',
    chapter: '7  Trouble on purpose',
    tell: '“completed” overtakes “started” on the way to the hub',
    press: async (access, memory) => {
      if (memory['order set'] === undefined) {
        await access.trouble('ai', [{ on: 'session.state', fault: { kind: 'reorder', within: 1500 } }])
        memory['order set'] = 'yes'
      }
      if (await pressedBefore(access, XU.name, 'completed')) return
      if (!(await pressedBefore(access, XU.name, 'started'))) await pressSession(access, XU.name, 'begin')
      await pressSession(access, XU.name, 'complete')
    },
    seen: async access => {
      const status = await stateIs(access, XU.name, 'completed')
      return status && 'the EHR ends at completed, whatever came first'
    },
    look: access => access.vendors.ehr,
  },
]
