/**
 * Feishu's event callbacks: signature sha256(timestamp + nonce + encrypt key + raw body), body AES-256-CBC
 * under sha256(encrypt key), then the verification token inside. The console's url_verification carries no
 * signature: its token is checked. Source: open.feishu.cn, "event callback security" (2026-05-24).
 */
import { createDecipheriv, createHash } from 'node:crypto'
import { isObject, type Json, type JsonObject, parseJson } from '../../kernel/json.js'
import {
  anySecret,
  jsonOf,
  rejected,
  sameSecret,
  secretsOf,
  tooOld,
  type Verdict,
  type VerifyContext,
  type VerifyScheme,
} from './scheme.js'

/** Feishu repeats an event for seven hours (15 s, 5 min, 1 h, 6 h); a refused repeat would be lost news. */
const REPEATS_FOR = 8 * 3_600_000

export const feishuEncrypted: VerifyScheme = {
  words: {
    encrypt_key: { is: 'value', required: true },
    verification_token: { is: 'value', required: true },
    tolerance: { is: 'duration' },
  },
  verify(request, context) {
    const envelope = jsonOf(request.body)
    const encrypted = isObject(envelope) ? envelope['encrypt'] : undefined
    // With an encrypt key set, Feishu encrypts everything: a plain body is not from there.
    if (typeof encrypted !== 'string') return rejected('CONNECTOR_SIGNATURE_MISSING')
    const keys = secretsOf(context, 'encrypt_key')
    const signature = request.headers['x-lark-signature']
    const timestamp = request.headers['x-lark-request-timestamp'] ?? ''
    const nonce = request.headers['x-lark-request-nonce'] ?? ''
    const signed =
      signature !== undefined &&
      anySecret(keys, key => sameSecret(signature, signatureOf(timestamp, nonce, key, request.body)))
    const body = decryptWith(keys, encrypted)
    if (body === undefined) return rejected('CONNECTOR_SIGNATURE_WRONG')
    if (!tokenFits(body, context)) return rejected('CONNECTOR_SIGNATURE_WRONG')
    const challenge = challengeOf(body)
    if (challenge) return challenge
    if (signature === undefined) return rejected('CONNECTOR_SIGNATURE_MISSING')
    if (!signed) return rejected('CONNECTOR_SIGNATURE_WRONG')
    if (!/^\d{1,12}$/.test(timestamp) || tooOld(Number(timestamp) * 1000, context, REPEATS_FOR))
      return rejected('CONNECTOR_SIGNATURE_OLD')
    return { is: 'genuine', body: withoutToken(body), seal: undefined }
  },
}

function signatureOf(timestamp: string, nonce: string, key: string, body: Buffer): string {
  return createHash('sha256').update(timestamp).update(nonce).update(key).update(body).digest('hex')
}

/** 1.0 events carry the token at the top, 2.0 events in their header. */
function tokenFits(body: Json, context: VerifyContext): boolean {
  const header = isObject(body) && isObject(body['header']) ? body['header'] : {}
  const token = header['token'] ?? (isObject(body) ? body['token'] : undefined)
  return (
    typeof token === 'string' &&
    anySecret(secretsOf(context, 'verification_token'), own => sameSecret(own, token))
  )
}

/** The token has done its work; a secret is not kept with the message. */
function withoutToken(body: Json): Json {
  if (!isObject(body)) return body
  const { token, ...rest } = body as JsonObject
  if (!isObject(rest['header'])) return rest
  const { token: inner, ...header } = rest['header'] as JsonObject
  return { ...rest, header }
}

function challengeOf(body: Json): Verdict | undefined {
  if (!isObject(body) || body['type'] !== 'url_verification' || typeof body['challenge'] !== 'string')
    return undefined
  return {
    is: 'challenge',
    answer: {
      status: 200,
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body: JSON.stringify({ challenge: body['challenge'] }),
    },
  }
}

function decryptWith(keys: readonly string[], encrypted: string): Json | undefined {
  for (const key of keys) {
    const text = decryptFeishu(key, encrypted)
    if (text !== undefined) return parseJson(text)
  }
  return undefined
}

/** The text inside a Feishu ciphertext (base64 of iv and AES-256-CBC); undefined where the key is not its own. */
export function decryptFeishu(encryptKey: string, encrypted: string): string | undefined {
  const bytes = Buffer.from(encrypted, 'base64')
  if (bytes.length < 32 || bytes.length % 16 !== 0) return undefined
  const key = createHash('sha256').update(encryptKey).digest()
  const decipher = createDecipheriv('aes-256-cbc', key, bytes.subarray(0, 16))
  try {
    return Buffer.concat([decipher.update(bytes.subarray(16)), decipher.final()]).toString('utf8')
  } catch {
    // Bad padding: another key's ciphertext, or none at all. The signature decides what it is called.
    return undefined
  }
}
