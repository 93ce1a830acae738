/**
 * Ids of the hub: `kind_` + UUIDv7 (RFC 9562 §5.7) without dashes. Sortable by birth, never made from data.
 * Tokens of effects are UUIDs derived by HMAC, so a restart makes the same token again.
 */
import { createHmac } from 'node:crypto'
import type { Clock } from './clock.js'
import { freshBytes } from './random.js'

function uuid(bytes: Buffer, version: number): Buffer {
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | (version << 4)
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  return bytes
}

export function newId(prefix: string, clock: Clock): string {
  const bytes = freshBytes(16)
  bytes.writeUIntBE(clock.now(), 0, 6)
  return `${prefix}_${uuid(bytes, 7).toString('hex')}`
}

/** The kind in an id: `score_report_0192…` → `score_report`. */
export function prefixOf(id: string): string {
  return id.slice(0, Math.max(0, id.lastIndexOf('_')))
}

/** A UUID (36 characters: fits every vendor's idempotency field of vendors.md) that depends on its parts alone. */
export function derivedUuid(key: Buffer, ...parts: readonly (string | number)[]): string {
  const hmac = createHmac('sha256', key)
  for (const part of parts) hmac.update(`${String(part).length}:${part}`)
  const hex = uuid(hmac.digest().subarray(0, 16), 8).toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}
