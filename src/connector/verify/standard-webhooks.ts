/**
 * Standard Webhooks: HMAC-SHA256 over `id.timestamp.body`, base64, any `v1` entry of the list may fit. The timestamp
 * is that of the attempt: the vendor's own repeat is signed anew, the same one again is a replay.
 * Source: the specification at github.com/standard-webhooks. Secrets are `whsec_` + base64.
 */
import { createHmac } from 'node:crypto'
import { anySecret, genuine, rejected, sameSum, secretsOf, tooOld, type VerifyScheme } from './scheme.js'

const FIVE_MINUTES = 5 * 60_000
/** More signatures than a rotation ever needs. */
const MAX_SIGNATURES = 8

/** RFC 4648 base64, nothing beside it. */
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/
/** Shorter is no secret; the specification asks for 24, and some vendors give less. */
const SHORTEST = 16

/** Undefined where the text is no key: Buffer drops what is not base64, and everybody knows the empty key. */
function keyOf(secret: string): Buffer | undefined {
  const text = secret.replace(/^whsec_/, '')
  if (!BASE64.test(text)) return undefined
  const key = Buffer.from(text, 'base64')
  return key.length >= SHORTEST ? key : undefined
}

export const standardWebhooks: VerifyScheme = {
  words: { secret: { is: 'value', required: true }, tolerance: { is: 'duration' } },
  verify(request, context) {
    const id = request.headers['webhook-id']
    const timestamp = request.headers['webhook-timestamp']
    const signatures = request.headers['webhook-signature']
    if (!id || !timestamp || !signatures) return rejected('CONNECTOR_SIGNATURE_MISSING')
    const given = signatures
      .split(' ')
      .filter(entry => entry.startsWith('v1,'))
      .slice(0, MAX_SIGNATURES)
      .map(entry => entry.slice('v1,'.length))
    const fits = anySecret(secretsOf(context, 'secret'), secret => {
      const key = keyOf(secret)
      if (!key) return false
      const signature = createHmac('sha256', key)
        .update(`${id}.${timestamp}.`)
        .update(request.body)
        .digest('base64')
      return given.filter(entry => sameSum(entry, signature)).length > 0
    })
    if (!fits) return rejected('CONNECTOR_SIGNATURE_WRONG')
    if (!/^\d{1,12}$/.test(timestamp) || tooOld(Number(timestamp) * 1000, context, FIVE_MINUTES))
      return rejected('CONNECTOR_SIGNATURE_OLD')
    return { ...genuine, once: `${id}.${timestamp}` }
  },
}
