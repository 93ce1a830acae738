/**
 * DingTalk's HTTP callbacks: signed in the query, encrypted in the body, and answered with an encrypted
 * `success`; `check_url` of the console is answered the same way and never stored.
 */
import { isObject, parseJson } from '../../kernel/json.js'
import type { HttpAnswer } from '../types.js'
import { dingtalkDecrypt, dingtalkEncrypt, dingtalkKey, dingtalkSignature } from './dingtalk-cipher.js'
import { anySecret, jsonOf, rejected, sameSecret, secretsOf, tooOld, type VerifyScheme } from './scheme.js'

/** How long DingTalk repeats a push is not documented; a working day keeps news and bounds a replay. */
const REPEATS_FOR = 8 * 3_600_000
const CHECKS: readonly string[] = ['check_url', 'check_create_suite_url', 'check_update_suite_url']

export const dingtalkEncrypted: VerifyScheme = {
  words: {
    token: { is: 'value', required: true },
    aes_key: { is: 'value', required: true },
    owner: { is: 'value', required: true },
    tolerance: { is: 'duration' },
  },
  verify(request, context) {
    const envelope = jsonOf(request.body)
    const encrypt = isObject(envelope) ? envelope['encrypt'] : undefined
    const { timestamp, nonce } = request.query
    const signature = request.query['msg_signature'] ?? request.query['signature']
    if (typeof encrypt !== 'string' || !timestamp || !nonce || !signature)
      return rejected('CONNECTOR_SIGNATURE_MISSING')
    const tokens = secretsOf(context, 'token')
    const token = tokens.filter(own =>
      sameSecret(signature, dingtalkSignature(own, timestamp, nonce, encrypt)),
    )[0]
    if (token === undefined) return rejected('CONNECTOR_SIGNATURE_WRONG')
    if (!/^\d{1,16}$/.test(timestamp) || tooOld(millis(timestamp), context, REPEATS_FOR))
      return rejected('CONNECTOR_SIGNATURE_OLD')
    const owners = secretsOf(context, 'owner')
    for (const text of secretsOf(context, 'aes_key')) {
      const key = dingtalkKey(text)
      const opened = key && dingtalkDecrypt(key, encrypt)
      if (!key || !opened || !anySecret(owners, owner => sameSecret(owner, opened.owner))) continue
      const body = parseJson(opened.message)
      const seal = (): HttpAnswer => {
        const at = String(context.now)
        const fresh = context.random().toString('hex').slice(0, 16)
        const sealed = dingtalkEncrypt(key, context.random(), 'success', opened.owner)
        const answer = {
          msg_signature: dingtalkSignature(token, at, fresh, sealed),
          timeStamp: at,
          nonce: fresh,
          encrypt: sealed,
        }
        return { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(answer) }
      }
      const type = isObject(body) ? (body['EventType'] ?? body['eventType']) : undefined
      if (CHECKS.includes(String(type))) return { is: 'challenge', answer: seal() }
      return { is: 'genuine', body, seal }
    }
    return rejected('CONNECTOR_SIGNATURE_WRONG')
  },
}

/** Console pushes say milliseconds; the documentation's sample says seconds. */
const millis = (text: string): number => (text.length > 11 ? Number(text) : Number(text) * 1000)
