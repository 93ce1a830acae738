/**
 * The simulated DingTalk: both API families on one address, each with tokens of its own; contacts, calendar, work
 * notices and OA approval in the vendor's documented formats; sealed callbacks that want a sealed `success`.
 */
import type { Json } from '../../kernel/json.js'
import type { Member } from '../members.js'
import { type SimulatorOptions, startSimulator } from '../simulator.js'
import { createTokens, emptyTokens } from '../tokens.js'
import type { Runtime, Simulator, Vendor } from '../types.js'
import { createCalendar } from './calendar.js'
import { bodyOf, contactHandlers, createCorp } from './corp.js'
import { dingtalkProblem, failLegacy, failNew, legacyOk } from './errors.js'
import { type DingTalkEventSettings, dingtalkCallbacks, URL_CHECK } from './events.js'
import { createNotices } from './notices.js'
import { dingtalkPage } from './page.js'
import { createWorkflow, type ProcessDefinition } from './workflow.js'

export interface DingTalkOptions extends SimulatorOptions {
  readonly members: readonly Member[]
  readonly appKey: string
  readonly appSecret: string
  readonly agentId: number
  /** `owner` is the AppKey for an internal app. */
  readonly events: DingTalkEventSettings
  readonly processes?: readonly ProcessDefinition[]
  /** How long a calendar write takes inside, ms; default 0. */
  readonly workMs?: number
}

/** The form the demo's offers go through. */
export const OFFER_PROCESS: ProcessDefinition = {
  code: 'PROC-3D5A8B62-0F27-4C55-A3E1-5A6F0A3D9B11',
  name: '录用审批',
  components: ['候选人', '职位', '月薪', '入职日期', '理由', '综合得分', '记录编号'],
}

const TOKEN_LIFE = 7200_000

export function startDingTalk(options: DingTalkOptions): Promise<Simulator> {
  return startSimulator(
    { name: 'dingtalk', title: '钉钉', document: 'dingtalk' },
    runtime => buildDingTalk(runtime, options),
    { ...options, callbacks: dingtalkCallbacks(options.events) },
  )
}

/** A family's token: asked again while valid it comes back the same, its life renewed. */
function createFamily(runtime: Runtime, name: string) {
  const state = runtime.slice(`tokens_${name}`, emptyTokens)
  const tokens = createTokens(state, runtime.now, '')
  const current = runtime.slice(`token_${name}`, () => ({ value: '' }))
  return {
    ...tokens,
    take(who: string): string {
      const known = state.issued[current.value]
      if (known && known.until > runtime.now())
        state.issued[current.value] = { ...known, until: runtime.now() + TOKEN_LIFE }
      else current.value = tokens.issue(who, TOKEN_LIFE)
      return current.value
    },
  }
}

function buildDingTalk(runtime: Runtime, options: DingTalkOptions): Vendor {
  const corp = createCorp(runtime, options.events, options.agentId, options.members)
  const calendar = createCalendar(corp, options.workMs ?? 0)
  const workflow = createWorkflow(corp, options.processes ?? [OFFER_PROCESS])
  const notices = createNotices(corp)
  const current = createFamily(runtime, 'new')
  const legacy = createFamily(runtime, 'legacy')
  const isApp = (key: unknown, secret: unknown) => key === options.appKey && secret === options.appSecret

  return {
    auth: {
      newToken: credential => current.check(credential.value),
      legacyToken: credential => legacy.check(credential.value),
    },
    expireTokens() {
      current.expireAll()
      legacy.expireAll()
    },
    saysWaitItself: true,
    problem: dingtalkProblem,
    handlers: {
      getAccessToken(call) {
        const { appKey, appSecret } = bodyOf<{ appKey: string; appSecret: string }>(call)
        if (!isApp(appKey, appSecret)) failNew('invalidClientIdOrSecret', 'appKey or appSecret is wrong')
        return { status: 200, body: { accessToken: current.take(appKey), expireIn: TOKEN_LIFE / 1000 } }
      },
      getLegacyToken(call) {
        const { appkey, appsecret } = call.query
        if (!isApp(appkey, appsecret)) failLegacy(40089, 'appkey or appsecret is wrong')
        return legacyOk({ access_token: legacy.take(String(appkey)), expires_in: TOKEN_LIFE / 1000 })
      },
      ...contactHandlers(corp),
      ...calendar.handlers,
      ...workflow.handlers,
      ...notices.handlers,
    },
    controls: {
      ...calendar.controls,
      ...workflow.controls,
      check_url: {
        title: '验证回调地址',
        run() {
          runtime.emit(URL_CHECK, URL_CHECK, { EventType: URL_CHECK })
          return {}
        },
      },
    },
    page: () => dingtalkPage(corp.users, calendar.events(), notices.notices(), workflow.instances()),
    snapshot: () =>
      ({
        events: calendar.events(),
        notices: notices.notices(),
        instances: workflow.instances(),
      }) as unknown as Json,
  }
}
