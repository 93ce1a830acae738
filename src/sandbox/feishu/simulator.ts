/**
 * The simulated Feishu: tenant token, contacts, calendar, messages and approvals in the vendor's documented
 * formats, for the vendor's own SDK (`domain`) and plain HTTP alike; encrypted and signed event callbacks.
 */
import type { Json } from '../../kernel/json.js'
import type { Member } from '../members.js'
import { type SimulatorOptions, startSimulator } from '../simulator.js'
import { createTokens, emptyTokens } from '../tokens.js'
import type { Call, Runtime, Simulator, Vendor } from '../types.js'
import { type ApprovalDefinition, createApproval } from './approval.js'
import { attendeeActions } from './calendar-attendees.js'
import { openBook } from './calendar-book.js'
import { eventActions } from './calendar-events.js'
import { failFeishu, feishuProblem } from './errors.js'
import { type FeishuEventSettings, feishuCallbacks, URL_CHECK, urlCheck } from './events.js'
import { feishuPage } from './page.js'
import { createPeople } from './people.js'
import { bodyOf, createTenant } from './tenant.js'

export interface FeishuOptions extends SimulatorOptions {
  readonly members: readonly Member[]
  readonly appSecret: string
  readonly events: FeishuEventSettings
  readonly approvals?: readonly ApprovalDefinition[]
  /** Whether calendar and approvals are subscribed from the start, as an integrator does once; default true. */
  readonly subscribed?: boolean
}

/** The definition the demo's offers go through. */
export const OFFER_APPROVAL: ApprovalDefinition = {
  code: '7C468A54-8745-2245-9675-08B7C63E7A85',
  name: '录用审批',
  widgets: ['candidate', 'position', 'salary', 'start_date', 'reason', 'score'],
}

const TOKEN_LIFE = 7200_000
/** Asked again with more than this left, the same token comes back. */
const RENEW_BELOW = 1800_000

export function startFeishu(options: FeishuOptions): Promise<Simulator> {
  return startSimulator(
    { name: 'feishu', title: '飞书', document: 'feishu' },
    runtime => buildFeishu(runtime, options),
    { ...options, callbacks: feishuCallbacks(options.events) },
  )
}

function buildFeishu(runtime: Runtime, options: FeishuOptions): Vendor {
  const tenant = createTenant(runtime, options.events, options.members)
  const subscribed = options.subscribed ?? true
  const book = openBook(tenant, subscribed)
  const events = eventActions(tenant, book)
  const attendees = attendeeActions(tenant, book)
  const people = createPeople(tenant)
  const approval = createApproval(tenant, options.approvals ?? [OFFER_APPROVAL], subscribed)
  const tokenState = runtime.slice('tokens', emptyTokens)
  const tokens = createTokens(tokenState, runtime.now, 't-')
  const current = runtime.slice('token', () => ({ value: '' }))

  function getTenantAccessToken(call: Call) {
    const { app_id: id, app_secret: secret } = bodyOf<{ app_id: string; app_secret: string }>(call)
    if (id !== options.events.appId) failFeishu(10003, 'app_id is unknown')
    if (secret !== options.appSecret) failFeishu(10014, 'app_secret is wrong')
    const left = () => (tokenState.issued[current.value]?.until ?? 0) - runtime.now()
    if (left() <= RENEW_BELOW) current.value = tokens.issue(id, TOKEN_LIFE)
    return {
      status: 200,
      body: { code: 0, msg: 'ok', tenant_access_token: current.value, expire: Math.floor(left() / 1000) },
    }
  }

  return {
    auth: {
      tenantAccessToken(credential) {
        // One code for a token never given out and one that ran out; another where none was sent at all.
        if (!Object.hasOwn(tokenState.issued, credential.value)) failFeishu(99991663, 'never given out')
        return tokens.check(credential.value)
      },
    },
    expireTokens: () => tokens.expireAll(),
    saysWaitItself: true,
    problem: feishuProblem,
    handlers: {
      getTenantAccessToken,
      ...events.handlers,
      ...attendees.handlers,
      ...people.handlers,
      ...approval.handlers,
    },
    controls: {
      ...events.controls,
      ...attendees.controls,
      ...approval.controls,
      verify_url: {
        title: '验证回调地址',
        run() {
          runtime.emit(URL_CHECK, URL_CHECK, urlCheck(options.events))
          return {}
        },
      },
    },
    page: () => feishuPage(book.shelf.all(), people.messages(), approval.instances()),
    snapshot: () =>
      ({
        calendar_id: tenant.calendarId,
        events: book.shelf.all(),
        messages: people.messages(),
        instances: approval.instances(),
      }) as unknown as Json,
  }
}
