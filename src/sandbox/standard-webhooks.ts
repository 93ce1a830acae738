/**
 * Signing as the Standard Webhooks specification has it: HMAC-SHA256 over `id.timestamp.body`, base64, `v1,` in
 * front; several secrets give several signatures during a rotation. Source: the specification of 2026-08-17.
 */
import { createHmac } from 'node:crypto'
import type { CallbackScheme } from './callbacks.js'

/** @param secret `whsec_` + base64 @param at ms since the epoch; signed in whole seconds */
export function signStandardWebhook(secret: string, id: string, at: number, body: string): string {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  const signed = `${id}.${Math.floor(at / 1000)}.${body}`
  return `v1,${createHmac('sha256', key).update(signed).digest('base64')}`
}

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

/** Retries as the specification suggests: now, 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h. */
export function standardWebhooks(secrets: () => readonly string[]): CallbackScheme {
  return {
    schedule: [
      5 * SECOND,
      5 * MINUTE,
      30 * MINUTE,
      2 * HOUR,
      5 * HOUR,
      10 * HOUR,
      14 * HOUR,
      20 * HOUR,
      24 * HOUR,
    ],
    timeout: 15 * SECOND,
    encode(draft, how) {
      const body = JSON.stringify(draft.body)
      const keys = how.forge === 'wrong' ? [`whsec_${Buffer.alloc(24, 7).toString('base64')}`] : secrets()
      const signature = keys.map(key => signStandardWebhook(key, draft.id, how.at, body)).join(' ')
      return {
        body,
        headers: {
          'webhook-id': draft.id,
          'webhook-timestamp': String(Math.floor(how.at / 1000)),
          ...(how.forge === 'missing' ? {} : { 'webhook-signature': signature }),
        },
      }
    },
  }
}
