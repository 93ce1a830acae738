/**
 * How Feishu calls back: envelope 2.0 for calendars, 1.0 for approvals, encrypted and signed over the raw bytes
 * where an Encrypt Key is set, again after 15 s, 5 min, 1 h and 6 h when not answered with 200 in 3 s.
 */
import { createHash, randomBytes } from 'node:crypto'
import { isObject, type Json } from '../../kernel/json.js'
import type { CallbackDraft, CallbackScheme } from '../callbacks.js'
import { encryptFeishu, signFeishu } from './crypto.js'

/** What the console shows under 事件与回调 → 加密策略, and who the app is. */
export interface FeishuEventSettings {
  readonly appId: string
  readonly tenantKey: string
  readonly verificationToken: string
  /** Empty: plain and unsigned, as the console allows. */
  readonly encryptKey: string
}

export const CALENDAR_EVENT = 'calendar.calendar.event.changed_v4'
export const APPROVAL_EVENT = 'approval_instance'
export const URL_CHECK = 'url_verification'

const MINUTE = 60_000
const SCHEDULE = [15_000, 5 * MINUTE, 60 * MINUTE, 360 * MINUTE]
const ANSWER_WITHIN = 3000

function eventId(...parts: readonly (string | number)[]): string {
  return createHash('sha256').update(parts.join(' ')).digest('hex').slice(0, 32)
}

/** @param seed distinguishes two events of one millisecond */
export function eventV2(
  settings: FeishuEventSettings,
  type: string,
  at: number,
  seed: string,
  event: Json,
): Json {
  return {
    schema: '2.0',
    header: {
      event_id: eventId(type, at, seed),
      event_type: type,
      create_time: String(at),
      token: settings.verificationToken,
      app_id: settings.appId,
      tenant_key: settings.tenantKey,
    },
    event,
  }
}

export function eventV1(
  settings: FeishuEventSettings,
  at: number,
  seed: string,
  event: Readonly<Record<string, Json>>,
): Json {
  return {
    ts: (at / 1000).toFixed(6),
    uuid: eventId('1.0', at, seed),
    token: settings.verificationToken,
    type: 'event_callback',
    event: { app_id: settings.appId, tenant_key: settings.tenantKey, ...event },
  }
}

/** What the console sends when an address is entered; the answer must give `challenge` back. */
export function urlCheck(settings: FeishuEventSettings): Json {
  return { challenge: randomBytes(16).toString('hex'), token: settings.verificationToken, type: URL_CHECK }
}

export function feishuCallbacks(settings: FeishuEventSettings): CallbackScheme {
  return {
    schedule: SCHEDULE,
    timeout: ANSWER_WITHIN,
    encode(draft, { at, forge }) {
      const text = JSON.stringify(draft.body)
      if (settings.encryptKey === '') return { body: text, headers: {} }
      const body = JSON.stringify({ encrypt: encryptFeishu(text, settings.encryptKey) })
      // The console's address check is the one request that carries no signature.
      if (draft.event === URL_CHECK || forge === 'missing') return { body, headers: {} }
      const timestamp = String(Math.floor(at / 1000))
      const nonce = randomBytes(8).toString('hex')
      const key = forge === 'wrong' ? `${settings.encryptKey}-other` : settings.encryptKey
      return {
        body,
        headers: {
          'x-lark-request-timestamp': timestamp,
          'x-lark-request-nonce': nonce,
          'x-lark-signature': signFeishu(timestamp, nonce, key, body),
        },
      }
    },
    accepted: (answer, draft) =>
      answer.status === 200 && (draft.event !== URL_CHECK || echoes(answer.body, draft)),
  }
}

function echoes(answer: string, draft: CallbackDraft): boolean {
  try {
    const said: unknown = JSON.parse(answer)
    return isObject(said) && isObject(draft.body) && said['challenge'] === draft.body['challenge']
  } catch {
    // Not JSON is no echo; the console then shows the address as unreachable.
    return false
  }
}
