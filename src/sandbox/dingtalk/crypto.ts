/**
 * How DingTalk seals what it pushes and opens what is answered: AES-256-CBC with PKCS#7 to 32 bytes, the owner's
 * key at the end, SHA-1 over the sorted parts as signature. The sender's side, apart from the hub's own.
 */
import { createCipheriv, createDecipheriv, createHash, randomBytes, timingSafeEqual } from 'node:crypto'

const BLOCK = 32
const RANDOM = 16
const LENGTH = 4

export interface DingTalkKeys {
  /** Token the console shows beside the aes_key. */
  readonly token: string
  /** EncodingAESKey, 43 characters. */
  readonly aesKey: string
  /** AppKey of an internal app, SuiteKey of an ISV's. */
  readonly owner: string
}

export interface DingTalkEnvelope {
  readonly msg_signature: string
  readonly timeStamp: string
  readonly nonce: string
  readonly encrypt: string
}

export function signDingTalk(token: string, timestamp: string, nonce: string, encrypt: string): string {
  return createHash('sha1').update([token, timestamp, nonce, encrypt].sort().join('')).digest('hex')
}

/** @param random 16 bytes, random unless a test vector asks for its own */
export function encryptDingTalk(
  plain: string,
  keys: DingTalkKeys,
  random: Buffer = randomBytes(RANDOM),
): string {
  const message = Buffer.from(plain, 'utf8')
  const length = Buffer.alloc(LENGTH)
  length.writeUInt32BE(message.length)
  const content = Buffer.concat([random, length, message, Buffer.from(keys.owner, 'utf8')])
  const pad = BLOCK - (content.length % BLOCK)
  const key = Buffer.from(`${keys.aesKey}=`, 'base64')
  const cipher = createCipheriv('aes-256-cbc', key, key.subarray(0, RANDOM)).setAutoPadding(false)
  return Buffer.concat([
    cipher.update(content),
    cipher.update(Buffer.alloc(pad, pad)),
    cipher.final(),
  ]).toString('base64')
}

/** @throws Error where the padding, the length or the owner does not fit */
export function decryptDingTalk(encrypt: string, keys: DingTalkKeys): string {
  const key = Buffer.from(`${keys.aesKey}=`, 'base64')
  const decipher = createDecipheriv('aes-256-cbc', key, key.subarray(0, RANDOM)).setAutoPadding(false)
  const padded = Buffer.concat([decipher.update(Buffer.from(encrypt, 'base64')), decipher.final()])
  const pad = padded.at(-1) ?? 0
  const isPadding = pad >= 1 && pad <= BLOCK && padded.subarray(-pad).every(byte => byte === pad)
  if (!isPadding || padded.length < pad + RANDOM + LENGTH) throw new Error('the padding is broken')
  const content = padded.subarray(0, padded.length - pad)
  const end = RANDOM + LENGTH + content.readUInt32BE(RANDOM)
  if (end > content.length) throw new Error('the length does not fit')
  if (content.subarray(end).toString('utf8') !== keys.owner) throw new Error('sealed for another owner')
  return content.subarray(RANDOM + LENGTH, end).toString('utf8')
}

export function sealDingTalk(
  plain: string,
  keys: DingTalkKeys,
  timestamp: string,
  nonce: string,
): DingTalkEnvelope {
  const encrypt = encryptDingTalk(plain, keys)
  return {
    msg_signature: signDingTalk(keys.token, timestamp, nonce, encrypt),
    timeStamp: timestamp,
    nonce,
    encrypt,
  }
}

/** Whether an answer to a push is the sealed word `success`, rightly signed. */
export function isSealedSuccess(body: string, keys: DingTalkKeys): boolean {
  try {
    const answer = JSON.parse(body) as Partial<DingTalkEnvelope>
    const { msg_signature: signature, timeStamp, nonce, encrypt } = answer
    if ([signature, timeStamp, nonce, encrypt].some(part => typeof part !== 'string')) return false
    const expected = Buffer.from(signDingTalk(keys.token, String(timeStamp), String(nonce), String(encrypt)))
    const given = Buffer.from(String(signature))
    if (expected.length !== given.length || !timingSafeEqual(expected, given)) return false
    return decryptDingTalk(String(encrypt), keys) === 'success'
  } catch {
    // Whatever it was, it was not `success`: the push counts as not taken and comes again.
    return false
  }
}
