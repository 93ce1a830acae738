/** An effect between tries: what was written down before the call, sealed, and what is known since. */
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import type { EffectProgress, PreparedCall } from '../../connector/types.js'
import { derivedUuid } from '../../kernel/ids.js'
import type { Sealer } from '../../kernel/seal.js'
import type { EffectRow } from '../../ledger/schema.js'
import type { Doubt } from '../effect/doubt.js'

export interface EffectMemo {
  readonly n: number
  readonly wanted: number
  readonly begunAt: number
  readonly config: string
  readonly progress: EffectProgress
  /** The call under way, exact to the byte; repeated as it is. Undefined between two steps. */
  readonly call: PreparedCall | undefined
  /** Of the mapped body: what the system will hold when this is accepted. */
  readonly fingerprint: string | undefined
  /** A delete that makes room for the create of `replace_when`. */
  readonly replacing: boolean
  /** What the thing is made inside of, by the id that these bytes name. */
  readonly within: string | undefined
  readonly doubt: Doubt
  /** Tries that ended with a time to come back at: none of a schedule's. */
  readonly excused?: number
}

interface Sealed {
  readonly progress: EffectProgress
  readonly call: PreparedCall | null
  readonly fingerprint: string | null
  readonly replacing: boolean
  readonly within?: string | null
  readonly excused?: number
}

const placeOf = (tenant: string, delivery: string, n: number) => `${tenant}/effects/${delivery}/${n}`

export function sealEffect(sealer: Sealer, tenant: string, delivery: string, memo: EffectMemo): Buffer {
  const sealed: Sealed = {
    progress: memo.progress,
    call: memo.call ?? null,
    fingerprint: memo.fingerprint ?? null,
    replacing: memo.replacing,
    within: memo.within ?? null,
    ...(memo.excused !== undefined && { excused: memo.excused }),
  }
  return sealer.seal(pack(JSON.stringify(sealed)), placeOf(tenant, delivery, memo.n))
}

export function openEffect(sealer: Sealer, row: EffectRow): EffectMemo {
  const opened = sealer.open(row.progress, placeOf(row.tenant, row.delivery, row.n))
  const { progress, call, fingerprint, replacing, within, excused } = JSON.parse(unpack(opened)) as Sealed
  return {
    n: row.n,
    wanted: row.wanted,
    begunAt: row.begun_at,
    config: row.config,
    progress,
    call: call ?? undefined,
    fingerprint: fingerprint ?? undefined,
    replacing,
    within: within ?? undefined,
    doubt: row.doubt as unknown as Doubt,
    ...(excused !== undefined && { excused }),
  }
}

/** First byte of packed text; text that was sealed as it is begins with a brace. */
const PACKED = Buffer.from([1])
/** Small windows: a memo is some kilobytes, and a window costs its memory each time. */
const SMALL = { level: 1, windowBits: 12, memLevel: 5 }

/**
 * What is sent stands in it up to four times (mapped, as bytes, as last sent, as record): 3 kB become 0.9 in 15 µs,
 * and a row of 0.9 kB needs no second table beside its own.
 */
const pack = (text: string): Buffer => Buffer.concat([PACKED, deflateRawSync(text, SMALL)])

const unpack = (bytes: Buffer): string =>
  (bytes[0] === PACKED[0] ? inflateRawSync(bytes.subarray(1)) : bytes).toString('utf8')

/** The same token after any crash; another one in a cloned ledger, for it has another instance. */
export function tokenOf(
  sealer: Sealer,
  instance: string,
  tenant: string,
  delivery: string,
  n: number,
): string {
  return derivedUuid(sealer.tokenKey, instance, tenant, delivery, n)
}
