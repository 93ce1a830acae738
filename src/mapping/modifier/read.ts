/**
 * `as:` of values that come in: what a vendor writes becomes the hub's canonical form. One row per word; `format`,
 * `zone` and `region` say how the vendor writes.
 */
import parsePhoneNumber, { type CountryCode } from 'libphonenumber-js'
import { isHubError } from '../../kernel/errors.js'
import { type Json, parseJson } from '../../kernel/json.js'
import { Refusal } from '../refusal.js'
import type { Frame } from '../rule/frame.js'
import { scalarText } from '../scalar.js'
import type { Known } from '../schema.js'
import { instantText, readDay, readInstant } from '../time/instant.js'
import { parseSpan, SPAN_UNITS, spanText } from '../time/span.js'

export interface ReadOptions {
  /** TR35 pattern, iso, epoch_s, epoch_ms; for durations iso or a unit. */
  readonly format: string | undefined
  readonly zone: (frame: Frame) => string | undefined
  /** ISO 3166 country whose numbers may be written without +…; CN unless said. */
  readonly region: string
}

export interface ReadRow {
  /** Canonical form, as a schema. */
  readonly type: Known
  readonly personal?: string
  readonly whole?: boolean
  read(value: unknown, options: ReadOptions, frame: Frame): unknown
}

const invalid = (value: unknown, expected: string): never => {
  throw new Refusal('MAPPING_VALUE_INVALID', value, expected)
}

const NUMERIC = /^[+-]?\d{1,20}(\.\d{1,20})?([eE][+-]?\d{1,3})?$/

function number(value: unknown, expected: string): number {
  if (typeof value === 'number' && Number.isFinite(value)) return value
  const text = typeof value === 'string' ? value.trim() : ''
  const read = NUMERIC.test(text) ? Number(text) : NaN
  return Number.isFinite(read) ? read : invalid(value, expected)
}

function integer(value: unknown): number {
  const read = number(value, 'a whole number')
  return Number.isSafeInteger(read) ? read : invalid(value, 'a whole number below 2^53')
}

function string(value: unknown): string {
  return scalarText(value) ?? invalid(value, 'a single value')
}

const BOOLEANS: ReadonlyMap<unknown, boolean> = new Map<unknown, boolean>([
  [true, true],
  [false, false],
  [1, true],
  [0, false],
  ['true', true],
  ['false', false],
  ['1', true],
  ['0', false],
])

function boolean(value: unknown): boolean {
  const key = typeof value === 'string' ? value.trim().toLowerCase() : value
  return BOOLEANS.get(key) ?? invalid(value, 'true, false, 1 or 0')
}

const CN_MOBILE = /^(?:\+86)?(1[3-9]\d{9})$/

/** E.164. Numbers that no plan has are refused; whether one is in use nobody here can know. */
export function phone(value: unknown, region: string): string {
  const text = typeof value === 'number' ? String(value) : typeof value === 'string' ? value.trim() : ''
  const mobile = region === 'CN' ? CN_MOBILE.exec(text) : null
  if (mobile) return `+86${mobile[1]}`
  if (text === '' || text.length > 40) return invalid(value, 'a phone number')
  const parsed = parsePhoneNumber(text, { defaultCountry: region as CountryCode, extract: false })
  return parsed?.isPossible() && !parsed.ext
    ? parsed.number
    : invalid(value, `a phone number (region ${region})`)
}

const EMAIL = /^[^\s@<>(),;:"[\]]{1,64}@[^\s@<>(),;:"[\]]{1,190}\.[^\s@<>(),;:"[\].]{2,63}$/u

export function email(value: unknown): string {
  const text = typeof value === 'string' ? value.trim().toLowerCase() : ''
  return text.length <= 254 && EMAIL.test(text) ? text : invalid(value, 'a mail address')
}

const MAX_JSON = 1_000_000

function json(value: unknown): Json {
  if (typeof value !== 'string') return invalid(value, 'text that is JSON')
  if (value.length > MAX_JSON)
    throw new Refusal('MAPPING_VALUE_LARGE', value, `at most ${MAX_JSON} characters`)
  try {
    return parseJson(value)
  } catch (error) {
    if (isHubError(error)) return invalid(value, 'text that is JSON')
    throw error
  }
}

function duration(value: unknown, { format }: ReadOptions): string {
  const unit = format === undefined ? undefined : SPAN_UNITS[format]
  const ms =
    unit === undefined ? parseSpan(scalarText(value) ?? '') : number(value, `a number of ${format}`) * unit
  return ms === undefined || !Number.isFinite(ms)
    ? invalid(value, 'a duration like PT1H30M or 90m')
    : spanText(Math.round(ms))
}

export const READS: Readonly<Record<string, ReadRow>> = {
  string: { type: { type: 'string' }, read: string },
  number: { type: { type: 'number' }, read: value => number(value, 'a number') },
  integer: { type: { type: 'integer' }, read: integer },
  boolean: { type: { type: 'boolean' }, read: boolean },
  date: {
    type: { type: 'string', format: 'date' },
    read: (value, { format, zone }, frame) => readDay(value, format ?? 'iso', zone(frame)),
  },
  datetime: {
    type: { type: 'string', format: 'date-time' },
    read: (value, { format, zone }, frame) => instantText(readInstant(value, format ?? 'iso', zone(frame))),
  },
  duration: { type: { type: 'string', format: 'duration' }, read: duration },
  phone: { type: { type: 'string' }, personal: 'phone', read: (value, { region }) => phone(value, region) },
  email: { type: { type: 'string', format: 'email' }, personal: 'email', read: email },
  json: { type: undefined, whole: true, read: json },
}
