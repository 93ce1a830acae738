/**
 * Trouble on purpose, with a second candidate. A scene comes true only when the vendors' own records show that the
 * planned fault was met and how the hub took it; a fault that nobody meets is a scene that does not come true.
 */
import { APPLICANTS } from '../company.js'
import type { FaultPlan } from '../misbehaviour.js'
import { VENDORS, type VendorName } from '../vendors.js'
import type { Access } from './access.js'
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
import { candidateOf, sessionsOf } from './held.js'
import { cutAfterWork, doubled, overtaken, waitedAfter429 } from './proof.js'
import type { Memory, Scene } from './scene.js'

const XU = APPLICANTS[1]
if (!XU) throw new TypeError('the company has lost its people')

export type Troubles = Readonly<Partial<Record<VendorName, readonly FaultPlan[]>>>

const WAIT_S = 1
/** What goes wrong, scene by scene. */
export const PLANNED = {
  applies: {
    ai: [
      { on: 'createSession', fault: { kind: 'cut', when: 'after' } },
      { on: 'session.state', fault: { kind: 'double' } },
    ],
    ehr: [{ on: 'application.updated', fault: { kind: 'double' } }],
  },
  schedules: {
    feishu: [{ on: 'createEvent', fault: { kind: 'throttled', retryAfter: WAIT_S } }],
    ehr: [{ on: 'updateInterview', fault: { kind: 'throttled', retryAfter: WAIT_S } }],
  },
  // Held back until another callback has gone out, however slowly the next button is pressed.
  completes: { ai: [{ on: 'session.state', fault: { kind: 'reorder', within: 20_000 } }] },
} as const satisfies Readonly<Record<string, Troubles>>

/**
 * Sets the trouble once.
 * @param begun what it is for happened before: a start that was killed had set it, and it went with that process
 */
async function plan(access: Access, memory: Memory, mark: string, begun: boolean, troubles: Troubles) {
  if (memory[mark] !== undefined) return
  memory[mark] = begun ? 'before' : access.run
  if (begun) return
  for (const vendor of VENDORS) {
    const plans = troubles[vendor]
    if (plans) await access.trouble(vendor, plans)
  }
}

/**
 * All that was proved, in words; undefined while something is missing. What an earlier process recorded of its calls
 * went with it: then, and only then, the rest is said to be unknown.
 */
function told(
  access: Access,
  memory: Memory,
  mark: string,
  proofs: readonly (string | undefined)[],
): string | undefined {
  const proved = proofs.filter(one => one !== undefined)
  if (proved.length === proofs.length) return proved.join('; ')
  if (memory[mark] === access.run) return undefined
  return [...proved, 'what else went wrong was recorded by a process that was stopped'].join('; ')
}

const times = (count: number) => (count > 0 ? `${count}` : undefined)
const CHAPTER = '7  Trouble on purpose'

export const TROUBLE: readonly Scene[] = [
  {
    id: 'trouble',
    chapter: CHAPTER,
    tell: `${XU.name} applies; the AI tool cuts the line after doing the work, callbacks come twice`,
    press: async (access, memory) => {
      const begun = (await candidateOf(access, XU.name)) !== undefined
      await plan(access, memory, 'trouble set', begun, PLANNED.applies)
      await applyAndScreen(access, XU)
    },
    seen: async (access, memory) => {
      const [sessions, calls, made, fromAi, fromEhr] = await Promise.all([
        sessionsOf(access, XU.name),
        access.exchanges('ai'),
        access.effects('ai'),
        access.callbacks('ai'),
        access.callbacks('ehr'),
      ])
      if (sessions.length !== 1) return undefined
      const again = cutAfterWork(calls, made, 'createSession', XU.name)
      const aiTwice = times(doubled(fromAi, 'session.state').length)
      const ehrTwice = times(doubled(fromEhr, 'application.updated').length)
      const proved = told(access, memory, 'trouble set', [
        again === undefined
          ? undefined
          : `the line was cut after the work, the call came again ${again} ms later under the same token`,
        aiTwice && `callbacks that came twice: ${aiTwice} of the AI tool`,
        ehrTwice && `${ehrTwice} of the EHR`,
      ])
      return proved && `${proved}; there is one session`
    },
    look: access => `${access.vendors.ai}/_sandbox/exchanges  ${access.vendors.ai}/_sandbox/callbacks`,
    within: 60_000,
  },
  {
    id: 'trouble-scheduled',
    chapter: CHAPTER,
    tell: `${XU.name} picks a time; Feishu and the EHR answer 429 and say how long to wait`,
    press: async (access, memory) => {
      const at = hourAhead(memory, 'third', 5, 15)
      const begun = await pressedBefore(access, XU.name, 'scheduled', 'started', 'completed')
      await plan(access, memory, 'throttling set', begun, PLANNED.schedules)
      if (!begun) await pressSession(access, XU.name, 'reschedule', { at: beijing(at) })
    },
    seen: async (access, memory) => {
      const systems = await allShow(access, XU.name, XU.mobile, Number(memory['third']))
      if (!systems) return undefined
      const [feishu, ehr] = await Promise.all([access.exchanges('feishu'), access.exchanges('ehr')])
      const feishuMs = waitedAfter429(feishu, 'createEvent', WAIT_S * 1000)
      const ehrMs = waitedAfter429(ehr, 'updateInterview', WAIT_S * 1000)
      const obeyed = told(access, memory, 'throttling set', [
        feishuMs === undefined
          ? undefined
          : `asked to wait ${WAIT_S} s, Feishu was called again ${feishuMs} ms later`,
        ehrMs === undefined ? undefined : `the EHR, by Retry-After, ${ehrMs} ms later`,
      ])
      return obeyed && `${clock(Number(memory['third']))} in ${systems}, one of each; ${obeyed}`
    },
    look: access => `${access.vendors.feishu}/_sandbox/exchanges  ${access.vendors.ehr}/_sandbox/exchanges`,
    within: WITH_LOOK_UP_MS,
  },
  {
    id: 'trouble-order',
    chapter: CHAPTER,
    tell: 'The AI tool holds a callback back: what happened later is said first',
    press: async (access, memory) => {
      const begun = await pressedBefore(access, XU.name, 'started', 'completed')
      await plan(access, memory, 'order set', begun, PLANNED.completes)
      if (await pressedBefore(access, XU.name, 'completed')) return
      if (!begun) await pressSession(access, XU.name, 'begin')
      await pressSession(access, XU.name, 'complete')
    },
    seen: async (access, memory) => {
      if (!(await stateIs(access, XU.name, 'completed'))) return undefined
      const session = await onlySession(access, XU.name)
      const order = overtaken(await access.callbacks('ai'), String(session?.['session_id']))
      const proved = told(access, memory, 'order set', [
        order && `“${order.first}” reached the hub before “${order.late}”`,
      ])
      return proved && `${proved}; the EHR ends at completed`
    },
    look: access => `${access.vendors.ehr}  ${access.vendors.ai}/_sandbox/callbacks`,
    within: 30_000,
  },
]
