/**
 * What the journey may have made at each vendor: exactly one of everything per candidate, however often a call was
 * cut, a callback doubled or a process killed.
 */
import { expect } from 'vitest'
import { APPLICANTS } from '../../src/sandbox/company.js'
import { VENDORS } from '../../src/sandbox/vendors.js'
import { eventually, type Made, type RunningSandbox } from './rig.js'

const applicant = (key: string) => {
  const found = APPLICANTS.find(one => one.key === key)
  if (!found) throw new TypeError(`the company has no applicant ${key}`)
  return found
}
const LIN = applicant('lin')
const XU = applicant('xu')

/** Creates of the whole journey: two candidates, the first of them to the end. */
const CREATES: Readonly<Record<string, number>> = {
  'ai createSession': 2,
  'ehr createInterview': 2,
  'ehr putScoreReport': 1,
  'ehr createOffer': 1,
  'feishu createEvent': 2,
  'feishu addAttendees': 6,
  'feishu createInstance': 1,
  'dingtalk createEvent': 2,
  'dingtalk addAttendees': 4,
  'sms sendSms': 2,
  'lms createLearner': 1,
  'lms putPlan': 1,
  'lms putEnrolment': 2,
}

const OPEN = `
  select flow || ' ' || state || ' ' || coalesce(because, '') as what from hrhub.deliveries
   where open or claim is not null or (state = 'waiting' and because in ('link', 'retry'))
      or (done < wanted and due_at <= now() + interval '1 minute')
  union all select connection || ' message ' || id from hrhub.messages where state = 'new'`

/** What is made a little after the last scene looked. */
export async function settled({ run }: RunningSandbox): Promise<void> {
  await eventually('nothing open', async () => {
    const { rows } = await run.hub.ledger.query(OPEN)
    const calling = VENDORS.flatMap(name =>
      run.vendors.simulators[name].callbacks.records
        .filter(({ state }) => state === 'queued' || state === 'retrying')
        .map(({ event, state }) => `${name} ${event} ${state}`),
    )
    return rows.length + calling.length === 0 ? true : { missing: JSON.stringify([...rows, ...calling]) }
  })
}

/**
 * @param killed the hub died in between: what may be repeated (a change by id, a mail under its own Message-ID) was
 * perhaps said twice, what makes something never
 */
export function expectOneEach(made: readonly Made[], { killed = false } = {}): void {
  const creates = made.filter(one => one.verb === 'create' && one.vendor !== 'mail')
  const counts: Record<string, number> = {}
  for (const { vendor, operation } of creates) {
    const what = `${vendor} ${operation}`
    counts[what] = (counts[what] ?? 0) + 1
  }
  expect(counts).toEqual(CREATES)
  for (const { key, name } of [LIN, XU]) {
    for (const operation of [
      'ai createSession',
      'feishu createEvent',
      'dingtalk createEvent',
      'sms sendSms',
    ]) {
      const about = creates.filter(
        one => `${one.vendor} ${one.operation}` === operation && JSON.stringify(one.body).includes(name),
      )
      expect(about, `${operation} for ${key}`).toHaveLength(1)
    }
  }
  expectMails(made, killed)
  expect(made.filter(one => one.verb === 'delete')).toEqual([])
  if (!killed) expectNoEmptyUpdates(made)
}

/** One mail per step of an invitation, all of one candidate under one UID. */
function expectMails(made: readonly Made[], killed: boolean): void {
  const sent = made.filter(one => one.vendor === 'mail')
  const first = (mail: Made) => sent.find(one => one.token === mail.token) === mail
  const mails = sent.filter(mail => !killed || first(mail)).map(mail => mail.body as MailBody)
  const steps = mails.map(mail => `${mail.to.join()} ${mail.uid} ${mail.sequence}`)
  expect(steps).toEqual([...new Set(steps)])
  for (const [{ email }, sequences] of [
    [LIN, [0, 1]],
    [XU, [0]],
  ] as const) {
    const own = mails.filter(mail => mail.to.includes(email))
    expect(new Set(own.map(mail => mail.uid)).size).toBe(1)
    expect(own.map(mail => mail.sequence)).toEqual(sequences)
  }
}

interface MailBody {
  readonly to: readonly string[]
  readonly uid: string
  readonly sequence: number
}

/**
 * Nobody is told the same again and again. Once more is right where a system's older words, overtaken on their way,
 * say that it holds something else.
 */
function expectNoEmptyUpdates(made: readonly Made[]): void {
  const told = new Map<string, { readonly words: string; readonly times: number }>()
  for (const { vendor, operation, id, body } of made.filter(one => one.verb === 'update')) {
    const thing = `${vendor} ${operation} ${id}`
    const words = JSON.stringify(body)
    const before = told.get(thing)
    const times = before?.words === words ? before.times + 1 : 1
    expect(times, `${thing} told the same`).toBeLessThan(3)
    told.set(thing, { words, times })
  }
}
