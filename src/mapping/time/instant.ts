/**
 * Reads and writes instants, days and durations in the forms vendors use. Canonical: an instant is RFC 3339 in
 * UTC without needless fractions, a day `2026-03-01`, a duration ISO 8601 (`PT1H30M`). A text without a zone is
 * never placed by guessing.
 */
import { Refusal } from '../refusal.js'
import { compilePattern, type LocalTime, localTime } from './pattern.js'
import { findZone, instantOf, isZone } from './zone.js'

/** Years 1 to 9999, in milliseconds; beyond it no calendar of a vendor goes. */
const MAX_INSTANT = 253_402_300_799_999
const ISO =
  /^(\d{4})-(\d\d)-(\d\d)(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?(Z|z|[+-]\d\d(?::?\d\d)?)?)?$/

/** `2026-03-01T02:00:00Z`; fractions only where there are any. */
export function instantText(instant: number): string {
  const text = new Date(instant).toISOString()
  return text.endsWith('.000Z') ? `${text.slice(0, 19)}Z` : text
}

/** Milliseconds of an RFC 3339 text with a zone; undefined for anything else. */
export function instantOfText(text: string): number | undefined {
  const parsed = text.length < 20 ? undefined : parseIso(text)
  return parsed?.offset === undefined ? undefined : parsed.local - parsed.offset * 60_000
}

export function parseIso(text: string): LocalTime | undefined {
  if (text.length > 40) return undefined
  const part = ISO.exec(text)
  if (!part) return undefined
  const fraction = part[7] ? Number(part[7].slice(0, 3).padEnd(3, '0')) : 0
  return localTime(
    Number(part[1]),
    Number(part[2]),
    Number(part[3]),
    Number(part[4] ?? 0),
    Number(part[5] ?? 0),
    Number(part[6] ?? 0),
    fraction,
    offsetOf(part[8]),
  )
}

function offsetOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (text === 'Z' || text === 'z') return 0
  const minutes = Number(text.slice(1, 3)) * 60 + Number(text.slice(3).replace(':', '') || 0)
  return text[0] === '-' ? -minutes : minutes
}

export type TimeFormat = 'iso' | 'epoch_s' | 'epoch_ms' | (string & {})

const EPOCH: Readonly<Record<string, number>> = { epoch_s: 1000, epoch_ms: 1 }

/** What is wrong with a `format` or `write`, for the checker. */
export function formatProblem(format: string): string | undefined {
  if (format === 'iso' || Object.hasOwn(EPOCH, format)) return undefined
  const pattern = compilePattern(format)
  return typeof pattern === 'string' ? pattern : undefined
}

function parseLocal(value: unknown, format: TimeFormat): LocalTime | undefined {
  const unit = EPOCH[format]
  if (unit !== undefined) {
    const number = typeof value === 'string' && /^-?\d{1,17}(\.\d{1,9})?$/.test(value) ? Number(value) : value
    if (typeof number !== 'number' || !(Math.abs(number * unit) <= MAX_INSTANT)) return undefined
    return { local: Math.round(number * unit), offset: 0 }
  }
  if (typeof value !== 'string' && typeof value !== 'number') return undefined
  const text = String(value)
  if (format === 'iso') return parseIso(text)
  const pattern = compilePattern(format)
  return typeof pattern === 'string' || text.length > 200 ? undefined : pattern.parse(text)
}

const expectedTime = (format: TimeFormat) =>
  format === 'iso' ? 'a date-time like 2026-03-01T10:00:00+08:00' : `a date-time like ${format}`

/** @throws Refusal `MAPPING_VALUE_INVALID`, `MAPPING_ZONE_MISSING` */
export function readInstant(value: unknown, format: TimeFormat, zone: string | undefined): number {
  const parsed = parseLocal(value, format)
  if (!parsed) throw new Refusal('MAPPING_VALUE_INVALID', value, expectedTime(format))
  if (parsed.offset !== undefined) return parsed.local - parsed.offset * 60_000
  const known = knownZone(zone, value)
  const instant = instantOf(known, parsed.local)
  if (instant === undefined)
    throw new Refusal(
      'MAPPING_VALUE_INVALID',
      value,
      `a time that exists in ${zone} (clocks go forward there)`,
    )
  return instant
}

function knownZone(zone: string | undefined, value: unknown) {
  if (zone === undefined)
    throw new Refusal('MAPPING_ZONE_MISSING', value, 'a zone, in the text or as `zone:`')
  const known = findZone(zone)
  if (!known) throw new Refusal('MAPPING_VALUE_INVALID', zone, 'a time zone like Asia/Shanghai')
  return known
}

/** The calendar day of a text: as written, or in `zone` where the text is an instant and a zone is given. */
export function readDay(value: unknown, format: TimeFormat, zone: string | undefined): string {
  const parsed = parseLocal(value, format)
  if (!parsed)
    throw new Refusal('MAPPING_VALUE_INVALID', value, expectedTime(format).replace('date-time', 'date'))
  if (format === 'iso' && typeof value === 'string' && value.length === 10) return value
  const isInstant = parsed.offset !== undefined && zone !== undefined
  if (Object.hasOwn(EPOCH, format) && zone === undefined) knownZone(zone, value)
  if (!isInstant) return new Date(parsed.local).toISOString().slice(0, 10)
  return writeInstant(parsed.local - (parsed.offset ?? 0) * 60_000, 'yyyy-MM-dd', zone)
}

/** @returns text, or for `epoch_s` and `epoch_ms` the digits of a whole number as text */
export function writeInstant(instant: number, format: TimeFormat, zone: string | undefined): string {
  const unit = EPOCH[format]
  if (unit !== undefined) return String(Math.floor(instant / unit))
  if (zone !== undefined && !isZone(zone))
    throw new Refusal('MAPPING_VALUE_INVALID', zone, 'a time zone like Asia/Shanghai')
  if (format === 'iso' && zone === undefined) return instantText(instant)
  const text = format === 'iso' ? "yyyy-MM-dd'T'HH:mm:ssXXX" : format
  const pattern = compilePattern(text)
  if (typeof pattern === 'string') throw new Refusal('MAPPING_VALUE_INVALID', format, 'a date pattern')
  if (zone === undefined)
    throw new Refusal('MAPPING_ZONE_MISSING', instantText(instant), 'a zone to write the time in')
  return pattern.write(instant, zone)
}

export const isEpoch = (format: string | undefined): boolean =>
  format !== undefined && Object.hasOwn(EPOCH, format)
