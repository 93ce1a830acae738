/**
 * Offsets of IANA zones, and local time ↔ instant. Offsets are kept per quarter of an hour (zones change at
 * quarters only, since 1970), because asking Intl costs a microsecond. The host's own zone is never used.
 */
import { FixedOffsetZone, IANAZone, type Zone } from 'luxon'

const QUARTER = 900_000
const DAY = 86_400_000
/** About 40 days of distinct quarters per zone; then it starts anew. */
const MAX_KEPT = 4096

interface KnownZone {
  readonly zone: Zone
  readonly offsets: Map<number, number>
}

const zones = new Map<string, KnownZone | undefined>()

/** @param name IANA name, `UTC`, or an offset like `+08:00` */
export function isZone(name: string): boolean {
  return findZone(name) !== undefined
}

export function findZone(name: string): KnownZone | undefined {
  const known = zones.get(name)
  if (known || zones.has(name)) return known
  const zone = makeZone(name)
  const entry = zone ? { zone, offsets: new Map<number, number>() } : undefined
  if (zones.size > 1000) zones.clear()
  zones.set(name, entry)
  return entry
}

function makeZone(name: string): Zone | undefined {
  if (name === 'UTC' || name === 'Z') return FixedOffsetZone.utcInstance
  const offset = /^([+-])(\d\d):?(\d\d)$/.exec(name)
  if (offset) {
    const minutes = Number(offset[2]) * 60 + Number(offset[3])
    return minutes <= 14 * 60 ? FixedOffsetZone.instance(offset[1] === '-' ? -minutes : minutes) : undefined
  }
  return name.length < 60 && IANAZone.isValidZone(name) ? IANAZone.create(name) : undefined
}

/** Milliseconds that local time is ahead of UTC at an instant. */
export function offsetAt(known: KnownZone, instant: number): number {
  if (instant < 0) return known.zone.offset(instant) * 60_000
  const quarter = Math.floor(instant / QUARTER)
  const kept = known.offsets.get(quarter)
  if (kept !== undefined) return kept
  const offset = known.zone.offset(instant) * 60_000
  if (known.offsets.size >= MAX_KEPT) known.offsets.clear()
  known.offsets.set(quarter, offset)
  return offset
}

/**
 * The instant of a local time given as if it were UTC. A time that occurs twice (clocks go back) is its first
 * occurrence; one that never occurs (clocks go forward) is undefined.
 */
export function instantOf(known: KnownZone, local: number): number | undefined {
  const before = offsetAt(known, local - DAY)
  if (offsetAt(known, local - before) === before) return local - before
  const after = offsetAt(known, local + DAY)
  return offsetAt(known, local - after) === after ? local - after : undefined
}
