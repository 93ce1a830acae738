/**
 * Standard Webhooks, the sending side: HMAC-SHA256 over `id.timestamp.body` by every live secret, the newest first,
 * so that who receives may take its time to change over. The id is the effect's and stays; the time is of the attempt.
 * Source: the specification at github.com/standard-webhooks. Secrets are `whsec_` and the base64 of 24 to 64 bytes.
 */
import { createHmac } from 'node:crypto'
import type { Signer } from './signer.js'

const PREFIX = 'whsec_'
const SHORTEST = 24
const LONGEST = 64
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/

/** The key of a secret as it is written; undefined where it is none. */
export function webhookKey(secret: string): Buffer | undefined {
  const text = secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : undefined
  if (text === undefined || !BASE64.test(text)) return undefined
  const key = Buffer.from(text, 'base64')
  return key.length >= SHORTEST && key.length <= LONGEST ? key : undefined
}

export const standardWebhooks = {
  needs: [],
  sign(request, { secrets, now }) {
    const id = request.headers['webhook-id']
    if (id === undefined || id === '') return { because: 'the call has no webhook-id' }
    const keys = secrets.map(webhookKey)
    const whole = keys.filter(key => key !== undefined)
    if (whole.length === 0 || whole.length < keys.length)
      return { because: 'a secret is not whsec_ and the base64 of 24 to 64 bytes' }
    const timestamp = String(Math.floor(now / 1000))
    const signatures = whole.map(key => {
      const sum = createHmac('sha256', key).update(`${id}.${timestamp}.`)
      return `v1,${sum.update(request.body ?? '').digest('base64')}`
    })
    const signed = { 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') }
    return { ...request, headers: { ...request.headers, ...signed } }
  },
} satisfies Signer
