/**
 * Lists as binary array parameters (`$1::text[]`): Postgres reads them without parsing text, a fifth faster in
 * the whole way, and no quoting can go wrong. Format: src/include/utils/array.h and each type's recv function.
 */

const OID = { bool: 16, bytea: 17, int8: 20, int4: 23, text: 25, float8: 701, timestamptz: 1184, jsonb: 3802 }

/** Milliseconds between the epochs of Unix and of Postgres (2000-01-01). */
const POSTGRES_EPOCH_MS = 946_684_800_000n

type Nullable<T> = readonly (T | null | undefined)[]

function arrayOf<T>(oid: number, values: Nullable<T>, encode: (value: T) => Buffer): Buffer {
  const parts: Buffer[] = []
  let hasNull = 0
  let size = values.length === 0 ? 12 : 20
  for (const value of values) {
    size += 4
    if (value === null || value === undefined) {
      hasNull = 1
      parts.push(NOTHING)
      continue
    }
    const bytes = encode(value)
    size += bytes.length
    parts.push(bytes)
  }
  const out = Buffer.allocUnsafe(size)
  out.writeInt32BE(values.length === 0 ? 0 : 1, 0)
  out.writeInt32BE(hasNull, 4)
  out.writeInt32BE(oid, 8)
  if (values.length === 0) return out
  out.writeInt32BE(values.length, 12)
  out.writeInt32BE(1, 16)
  let at = 20
  for (const part of parts) {
    at = out.writeInt32BE(part === NOTHING ? -1 : part.length, at)
    part.copy(out, at)
    at += part.length
  }
  return out
}

const NOTHING = Buffer.alloc(0)

function int64(value: bigint): Buffer {
  const bytes = Buffer.allocUnsafe(8)
  bytes.writeBigInt64BE(value)
  return bytes
}

/** `text[]` */
export function texts(values: Nullable<string>): Buffer {
  return arrayOf(OID.text, values, value => Buffer.from(value))
}

/** `bigint[]`; a fraction throws RangeError */
export function bigints(values: Nullable<number | bigint>): Buffer {
  return arrayOf(OID.int8, values, value => int64(BigInt(value)))
}

/** `integer[]` */
export function integers(values: Nullable<number>): Buffer {
  return arrayOf(OID.int4, values, value => {
    const bytes = Buffer.allocUnsafe(4)
    bytes.writeInt32BE(value)
    return bytes
  })
}

/** `double precision[]` */
export function doubles(values: Nullable<number>): Buffer {
  return arrayOf(OID.float8, values, value => {
    const bytes = Buffer.allocUnsafe(8)
    bytes.writeDoubleBE(value)
    return bytes
  })
}

/** `boolean[]` */
export function booleans(values: Nullable<boolean>): Buffer {
  return arrayOf(OID.bool, values, value => Buffer.from([value ? 1 : 0]))
}

/** `bytea[]` */
export function byteas(values: Nullable<Buffer>): Buffer {
  return arrayOf(OID.bytea, values, value => value)
}

/** `timestamptz[]` from milliseconds since the Unix epoch */
export function instants(values: Nullable<number>): Buffer {
  return arrayOf(OID.timestamptz, values, value =>
    int64((BigInt(Math.trunc(value)) - POSTGRES_EPOCH_MS) * 1000n),
  )
}

/** `jsonb[]`; JSON null is the value `null` of JSON, `undefined` is SQL's null */
export function jsonbs(values: readonly unknown[]): Buffer {
  const written = values.map(value => (value === undefined ? undefined : JSON.stringify(value)))
  return arrayOf(OID.jsonb, written, value => Buffer.concat([JSONB_VERSION, Buffer.from(value)]))
}

const JSONB_VERSION = Buffer.from([1])

/** One `jsonb` value; needed for arrays and texts, which `pg` would send as a Postgres array or as it is. */
export function jsonb(value: unknown): string | null {
  return value === undefined ? null : JSON.stringify(value)
}
