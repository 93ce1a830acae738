/**
 * How Feishu seals and signs what it pushes: AES-256-CBC under SHA-256 of the Encrypt Key, and a plain SHA-256
 * over timestamp, nonce, key and the bytes of the body. Written for the sender's side, apart from the hub's own.
 */
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'

const IV_LENGTH = 16

function keyOf(encryptKey: string): Buffer {
  return createHash('sha256').update(encryptKey).digest()
}

/** @param iv 16 bytes, random unless a test vector asks for its own @returns base64 of iv + ciphertext */
export function encryptFeishu(
  plain: string,
  encryptKey: string,
  iv: Buffer = randomBytes(IV_LENGTH),
): string {
  const cipher = createCipheriv('aes-256-cbc', keyOf(encryptKey), iv)
  return Buffer.concat([iv, cipher.update(plain, 'utf8'), cipher.final()]).toString('base64')
}

export function decryptFeishu(sealed: string, encryptKey: string): string {
  const bytes = Buffer.from(sealed, 'base64')
  const decipher = createDecipheriv('aes-256-cbc', keyOf(encryptKey), bytes.subarray(0, IV_LENGTH))
  return Buffer.concat([decipher.update(bytes.subarray(IV_LENGTH)), decipher.final()]).toString('utf8')
}

/** `X-Lark-Signature`: hex SHA-256 of timestamp + nonce + Encrypt Key + body as sent. */
export function signFeishu(timestamp: string, nonce: string, encryptKey: string, body: string): string {
  return createHash('sha256').update(timestamp).update(nonce).update(encryptKey).update(body).digest('hex')
}
