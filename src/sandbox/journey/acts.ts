/** What scenes have people do at a vendor, and what they wait for: of any candidate, in any chapter. */
import type { JsonObject } from '../../kernel/json.js'
import type { Access } from './access.js'
import { applicationOf, candidateOf, ehrInterviewsOf, ehrState, interviewHeld, sessionsOf } from './held.js'
import type { Memory } from './scene.js'

/** A text message whose answer was lost is looked up before it is repeated, two minutes later at the soonest. */
export const WITH_LOOK_UP_MS = 150_000

const zone = 'Asia/Shanghai'
export const beijing = (at: number) =>
  new Date(at + 8 * 3_600_000).toISOString().slice(0, 19).replace('T', ' ')
export const clock = (at: number | undefined) =>
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
export function hourAhead(memory: Memory, name: string, days: number, hour: number): number {
  const known = memory[name]
  if (known !== undefined) return Number(known)
  const today = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10)
  const at = Date.parse(`${today}T00:00:00+08:00`) + days * 86_400_000 + hour * 3_600_000
  memory[name] = String(at)
  return at
}

export async function onlySession(access: Access, name: string): Promise<JsonObject | undefined> {
  return (await sessionsOf(access, name))[0]
}

export async function pressSession(
  access: Access,
  name: string,
  control: string,
  input: JsonObject = {},
): Promise<void> {
  const session = await onlySession(access, name)
  if (!session) throw new Error(`no session of ${name}`)
  await access.press('ai', control, { id: String(session['session_id'] ?? session['id']), ...input })
}

export const stateIs = async (access: Access, name: string, ...words: string[]) => {
  const [interview] = await ehrInterviewsOf(access, name)
  const status = ehrState(interview)
  return status !== undefined && words.includes(status) ? status : undefined
}

export async function applyAndScreen(
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
export async function allShow(
  access: Access,
  name: string,
  mobile: string,
  at: number,
): Promise<string | undefined> {
  const held = await interviewHeld(access, name, mobile)
  const dated = held.filter(one => one.system !== 'SMS')
  if (dated.some(one => one.start !== at || one.count !== 1)) return undefined
  return held.find(one => one.system === 'SMS')?.count === 1
    ? dated.map(one => one.system).join(', ')
    : undefined
}

export const pressedBefore = async (access: Access, name: string, ...states: string[]) =>
  states.includes(String((await onlySession(access, name))?.['state']))
