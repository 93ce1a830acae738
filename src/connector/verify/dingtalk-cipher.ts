/**
 * The cipher of DingTalk's callbacks: AES-256-CBC under a 43-character key, own padding to 32 bytes, and
 * inside 16 random bytes, a length, the message and its owner. Signature: sha1 over the sorted parts.
 * Source: open.dingtalk.com, "配置事件推送方式" (2026-08-22).
 */
import { createCipheriv, createDecipheriv, createHash } from 'node:crypto'

const BLOCK = 32
const RANDOM = 16

export function dingtalkSignature(token: string, timestamp: string, nonce: string, encrypt: string): string {
  return createHash('sha1').update([token, timestamp, nonce, encrypt].sort().join('')).digest('hex')
}

/** The key's bytes; undefined where it is not 43 characters of base64. */
export function dingtalkKey(text: string): Buffer | undefined {
  const key = Buffer.from(`${text}=`, 'base64')
  return text.length === 43 && key.length === 32 ? key : undefined
}

export function dingtalkEncrypt(key: Buffer, random: Buffer, message: string, owner: string): string {
  const text = Buffer.from(message, 'utf8')
  const length = Buffer.alloc(4)
  length.writeUInt32BE(text.length)
  const plain = Buffer.concat([random.subarray(0, RANDOM), length, text, Buffer.from(owner, 'utf8')])
  const pad = BLOCK - (plain.length % BLOCK)
  const cipher = createCipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false)
  return Buffer.concat([
    cipher.update(plain),
    cipher.update(Buffer.alloc(pad, pad)),
    cipher.final(),
  ]).toString('base64')
}

/** Message and owner; undefined where padding or length are wrong. */
export function dingtalkDecrypt(
  key: Buffer,
  encrypted: string,
): { readonly message: string; readonly owner: string } | undefined {
  const bytes = Buffer.from(encrypted, 'base64')
  if (bytes.length < BLOCK || bytes.length % 16 !== 0) return undefined
  const decipher = createDecipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false)
  const plain = Buffer.concat([decipher.update(bytes), decipher.final()])
  const pad = plain[plain.length - 1] ?? 0
  if (pad < 1 || pad > BLOCK || pad > plain.length) return undefined
  if (!plain.subarray(plain.length - pad).every(byte => byte === pad)) return undefined
  const inner = plain.subarray(0, plain.length - pad)
  if (inner.length < RANDOM + 4) return undefined
  const end = RANDOM + 4 + inner.readUInt32BE(RANDOM)
  if (end > inner.length) return undefined
  return {
    message: inner.subarray(RANDOM + 4, end).toString('utf8'),
    owner: inner.subarray(end).toString('utf8'),
  }
}
