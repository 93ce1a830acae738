/**
 * How DingTalk calls back: `{encrypt}` with signature, timestamp and nonce in the query, taken only when the
 * sealed and signed word `success` comes back within 1500 ms. How often it retries is documented nowhere.
 */
import { randomBytes, randomUUID } from 'node:crypto'
import type { Json } from '../../kernel/json.js'
import type { CallbackScheme } from '../callbacks.js'
import { type DingTalkKeys, encryptDingTalk, isSealedSuccess, signDingTalk } from './crypto.js'

export interface DingTalkEventSettings extends DingTalkKeys {
  readonly corpId: string
}

export const CALENDAR_EVENT = 'calendar_event_change'
export const APPROVAL_EVENT = 'bpms_instance_change'
export const URL_CHECK = 'check_url'

const ANSWER_WITHIN = 1500
/** Ours: the vendor names none. */
const SCHEDULE = [10_000, 60_000, 300_000]

export function dingtalkEvent(
  settings: DingTalkEventSettings,
  type: string,
  at: number,
  fields: Readonly<Record<string, Json>>,
): Json {
  return {
    EventType: type,
    EventTime: at,
    CorpId: settings.corpId,
    eventId: randomUUID().replaceAll('-', ''),
    ...fields,
  }
}

export function dingtalkCallbacks(settings: DingTalkEventSettings): CallbackScheme {
  return {
    schedule: SCHEDULE,
    timeout: ANSWER_WITHIN,
    encode(draft, { at, forge }) {
      const timestamp = String(at)
      const nonce = randomBytes(6).toString('base64url')
      const encrypt = encryptDingTalk(JSON.stringify(draft.body), settings)
      const token = forge === 'wrong' ? `${settings.token}-other` : settings.token
      const signature = signDingTalk(token, timestamp, nonce, encrypt)
      const signed = forge === 'missing' ? {} : { signature, msg_signature: signature }
      return { body: JSON.stringify({ encrypt }), headers: {}, query: { ...signed, timestamp, nonce } }
    },
    accepted: answer => answer.status === 200 && isSealedSuccess(answer.body, settings),
  }
}
