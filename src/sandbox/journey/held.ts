/** What each simulated system holds about one candidate, boiled down to what must agree. */
import { isObject, type JsonObject } from '../../kernel/json.js'
import { type Access, findIn, listIn } from './access.js'

export interface Held {
  readonly system: string
  readonly thing: string
  readonly state: string | undefined
  /** Milliseconds since the epoch. */
  readonly start: number | undefined
  /** Of 10; the composite, where there is one. */
  readonly score?: number | undefined
  /** How many there are. */
  readonly count: number
  /** How many are right; 1 when absent. */
  readonly due?: number
  /** States are compared with those about the same; the interview when absent. */
  readonly about?: 'offer'
  /** What else is wrong with it. */
  readonly wrong?: string | undefined
}

export const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined

/** The EHR's words for an interview's state in the hub's. */
const EHR_WORDS: Readonly<Record<string, string>> = {
  DRAFT: 'draft',
  SENT: 'invited',
  OPENED: 'link_opened',
  BOOKED: 'scheduled',
  IN_PROGRESS: 'started',
  DONE: 'completed',
}

export const ehrState = (interview: JsonObject | undefined): string | undefined => {
  const word = text(interview?.['status'])
  return word && (EHR_WORDS[word] ?? word.toLowerCase())
}

/** Beijing text or RFC 3339. */
export function instantOf(value: unknown): number | undefined {
  const written = text(value)
  if (written === undefined) return undefined
  const at = Date.parse(
    /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(written) ? `${written.replace(' ', 'T')}+08:00` : written,
  )
  return Number.isNaN(at) ? undefined : at
}

export async function candidateOf(access: Access, name: string): Promise<JsonObject | undefined> {
  return findIn(
    await access.holds('ehr'),
    'candidates',
    one => one['name'] === name && one['deleted'] !== true,
  )
}

export async function applicationOf(access: Access, name: string): Promise<JsonObject | undefined> {
  const ehr = await access.holds('ehr')
  const candidate = findIn(ehr, 'candidates', one => one['name'] === name)
  return candidate && findIn(ehr, 'applications', one => one['candidate_id'] === candidate['id'])
}

export async function sessionsOf(access: Access, name: string): Promise<readonly JsonObject[]> {
  return listIn(await access.holds('ai'), 'sessions').filter(
    session => nameIn(session) === name && session['state'] !== 'cancelled',
  )
}

function nameIn(session: JsonObject): string | undefined {
  const candidate = session['candidate']
  return text((candidate as JsonObject | undefined)?.['name']) ?? text(session['candidate_name'])
}

export async function ehrInterviewsOf(access: Access, name: string): Promise<readonly JsonObject[]> {
  const application = await applicationOf(access, name)
  return listIn(await access.holds('ehr'), 'interviews').filter(
    one => one['application_id'] === application?.['id'] && one['deleted'] !== true,
  )
}

/** Score reports at the EHR. */
export async function reportsOf(access: Access, name: string): Promise<readonly JsonObject[]> {
  const application = await applicationOf(access, name)
  return listIn(await access.holds('ehr'), 'score_reports').filter(
    one => one['application_id'] === application?.['id'],
  )
}

/** Reports at the AI tool. */
export async function aiReportsOf(access: Access, name: string): Promise<readonly JsonObject[]> {
  const ids = (await sessionsOf(access, name)).map(session => session['session_id'])
  return listIn(await access.holds('ai'), 'reports').filter(one => ids.includes(one['session_id'] ?? null))
}

/** Events whose words name the candidate and that still stand. */
export async function feishuEventsOf(access: Access, name: string): Promise<readonly JsonObject[]> {
  return listIn(await access.holds('feishu'), 'events').filter(entry => {
    const event = (entry['event'] ?? entry) as JsonObject
    return (
      String(event['summary']).includes(name) && event['status'] !== 'cancelled' && entry['deleted'] !== true
    )
  })
}

export const feishuStart = (entry: JsonObject): number | undefined => {
  const event = (entry['event'] ?? entry) as JsonObject
  const stamp = Number((event['start_time'] as JsonObject | undefined)?.['timestamp'])
  return Number.isFinite(stamp) ? stamp * 1000 : undefined
}

export async function dingtalkEventsOf(access: Access, name: string): Promise<readonly JsonObject[]> {
  return listIn(await access.holds('dingtalk'), 'events').filter(
    event =>
      String(event['summary']).includes(name) && event['status'] !== 'cancelled' && event['deleted'] !== true,
  )
}

export const dingtalkStart = (event: JsonObject): number | undefined =>
  instantOf((event['start'] as JsonObject | undefined)?.['dateTime'])

export async function mailsOf(access: Access, name: string): Promise<readonly JsonObject[]> {
  return listIn(await access.holds('mail'), 'mails').filter(
    mail => String(mail['subject']).includes(name) || String(mail['text']).includes(name),
  )
}

export function inviteOf(mail: JsonObject | undefined): JsonObject | undefined {
  const invite = mail?.['invite']
  return isObject(invite) ? (invite as JsonObject) : undefined
}

export async function smsOf(access: Access, mobile: string): Promise<readonly JsonObject[]> {
  return listIn(await access.holds('sms'), 'messages').filter(message =>
    JSON.stringify(message).includes(mobile),
  )
}

/** One candidate’s interview, one line per system. */
export async function interviewHeld(access: Access, name: string, mobile: string): Promise<Held[]> {
  const [sessions, interviews, feishu, dingtalk, mails, sms] = await Promise.all([
    sessionsOf(access, name),
    ehrInterviewsOf(access, name),
    feishuEventsOf(access, name),
    dingtalkEventsOf(access, name),
    mailsOf(access, name),
    smsOf(access, mobile),
  ])
  const invites = mails.map(inviteOf).filter(invite => invite !== undefined)
  const uids = new Set(invites.map(invite => String(invite['uid'])))
  const newest = [...invites].sort((a, b) => Number(a['sequence']) - Number(b['sequence'])).at(-1)
  return [
    {
      system: 'AI interview',
      thing: 'session',
      state: text(sessions[0]?.['state']),
      start: instantOf(sessions[0]?.['scheduled_at']),
      count: sessions.length,
    },
    {
      system: 'EHR',
      thing: 'interview',
      state: ehrState(interviews[0]),
      start: instantOf(interviews[0]?.['start_at']),
      count: interviews.length,
    },
    {
      system: 'Feishu',
      thing: 'calendar event',
      state: undefined,
      start: feishu[0] && feishuStart(feishu[0]),
      count: feishu.length,
    },
    {
      system: 'DingTalk',
      thing: 'calendar event',
      state: undefined,
      start: dingtalk[0] && dingtalkStart(dingtalk[0]),
      count: dingtalk.length,
    },
    {
      system: 'Mail',
      thing: `invitation, sequence ${String(newest?.['sequence'] ?? '–')}`,
      state: undefined,
      start: instantOf(newest?.['start']),
      count: uids.size,
    },
    { system: 'SMS', thing: 'link to the candidate', state: undefined, start: undefined, count: sms.length },
  ]
}
