/**
 * Lists as binary array parameters (`$1::text[]`): Postgres reads them without parsing text, a fifth faster in
 * the whole way, and no quoting can go wrong. Format: src/include/utils/array.h and each type's recv function.
 */

const OID = { bool: 16, bytea: 17, int8: 20, int4: 23, text: 25, float8: 701, timestamptz: 1184, jsonb: 3802 }

/** Milliseconds between the epochs of Unix and of Postgres (2000-01-01). */
const POSTGRES_EPOCH_MS = 946_684_800_000

type Nullable<T> = readonly (T | null | undefined)[]

/** Head of a one-dimensional array, then each element's length and bytes; a null is the length -1. */
const HEAD = 20

function headed(oid: number, elements: number, size: number, hasNull: boolean): Buffer {
  const out = Buffer.allocUnsafe(elements === 0 ? 12 : size)
  out.writeInt32BE(elements === 0 ? 0 : 1, 0)
  out.writeInt32BE(hasNull ? 1 : 0, 4)
  out.writeInt32BE(oid, 8)
  if (elements === 0) return out
  out.writeInt32BE(elements, 12)
  out.writeInt32BE(1, 16)
  return out
}

/** Elements of one width each, written in place. */
function fixed<T>(
  oid: number,
  width: number,
  values: Nullable<T>,
  put: (out: Buffer, value: T, at: number) => unknown,
): Buffer {
  let nulls = 0
  for (const value of values) if (value === null || value === undefined) nulls += 1
  const size = HEAD + 4 * values.length + width * (values.length - nulls)
  const out = headed(oid, values.length, size, nulls > 0)
  let at = HEAD
  for (const value of values) {
    if (value === null || value === undefined) {
      at = out.writeInt32BE(-1, at)
      continue
    }
    put(out, value, out.writeInt32BE(width, at))
    at += 4 + width
  }
  return out
}

/** Texts, each after `before` (nothing, or the version byte of jsonb); written once, straight to their place. */
function written(oid: number, values: Nullable<string>, before: number | undefined): Buffer {
  const ahead = before === undefined ? 0 : 1
  const lengths = values.map(value =>
    value === null || value === undefined ? -1 : Buffer.byteLength(value) + ahead,
  )
  const size = lengths.reduce((sum, length) => sum + 4 + Math.max(length, 0), HEAD)
  const out = headed(oid, values.length, size, lengths.includes(-1))
  let at = HEAD
  for (const [i, length] of lengths.entries()) {
    at = out.writeInt32BE(length, at)
    if (length < 0) continue
    if (before !== undefined) out[at] = before
    out.write(values[i] ?? '', at + ahead)
    at += length
  }
  return out
}

/** A whole number up to 2^53 as eight bytes, without a BigInt on the way. */
function putInt64(out: Buffer, value: number, at: number): void {
  if (!Number.isSafeInteger(value)) throw new RangeError(`${value} is no whole number of 53 bits`)
  const high = Math.floor(value / 0x1_0000_0000)
  out.writeInt32BE(high, at)
  out.writeUInt32BE(value - high * 0x1_0000_0000, at + 4)
}

/** `text[]` */
export function texts(values: Nullable<string>): Buffer {
  return written(OID.text, values, undefined)
}

/** `bigint[]`; a fraction throws RangeError */
export function bigints(values: Nullable<number>): Buffer {
  return fixed(OID.int8, 8, values, putInt64)
}

/** `integer[]` */
export function integers(values: Nullable<number>): Buffer {
  return fixed(OID.int4, 4, values, (out, value, at) => out.writeInt32BE(value, at))
}

/** `double precision[]` */
export function doubles(values: Nullable<number>): Buffer {
  return fixed(OID.float8, 8, values, (out, value, at) => out.writeDoubleBE(value, at))
}

/** `boolean[]` */
export function booleans(values: Nullable<boolean>): Buffer {
  return fixed(OID.bool, 1, values, (out, value, at) => out.writeUInt8(value ? 1 : 0, at))
}

/** `bytea[]` */
export function byteas(values: Nullable<Buffer>): Buffer {
  const size = values.reduce((sum, value) => sum + 4 + (value?.length ?? 0), HEAD)
  const out = headed(OID.bytea, values.length, size, values.some(isNothing))
  let at = HEAD
  for (const value of values) {
    at = out.writeInt32BE(value?.length ?? -1, at)
    if (value) at += value.copy(out, at)
  }
  return out
}

const isNothing = (value: unknown) => value === null || value === undefined

/** `timestamptz[]` from milliseconds since the Unix epoch */
export function instants(values: Nullable<number>): Buffer {
  return fixed(OID.timestamptz, 8, values, (out, value, at) => {
    const ms = Math.trunc(value) - POSTGRES_EPOCH_MS
    const micros = ms * 1000
    // Before 1715 and after 2285: `9999-12-31` is how many systems say "without an end".
    if (Number.isSafeInteger(micros)) putInt64(out, micros, at)
    else out.writeBigInt64BE(BigInt(ms) * 1000n, at)
  })
}

/** `jsonb[]`; JSON null is the value `null` of JSON, `undefined` is SQL's null */
export function jsonbs(values: readonly unknown[]): Buffer {
  return written(
    OID.jsonb,
    values.map(value => (value === undefined ? undefined : JSON.stringify(value))),
    JSONB_VERSION,
  )
}

const JSONB_VERSION = 1

/** One `jsonb` value; needed for arrays and texts, which `pg` would send as a Postgres array or as it is. */
export function jsonb(value: unknown): string | null {
  return value === undefined ? null : JSON.stringify(value)
}
