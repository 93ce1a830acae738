/**
 * `as:` and `write:` of values that go out: the canonical form becomes what the target wants. One row per word;
 * where a number and a text are both thinkable (`epoch_ms`), the target's schema decides.
 */
import parsePhoneNumber from 'libphonenumber-js'
import { Refusal } from '../refusal.js'
import type { Frame } from '../rule/frame.js'
import { scalarText } from '../scalar.js'
import type { Known } from '../schema.js'
import { isEpoch, parseIso, readInstant, writeInstant } from '../time/instant.js'
import { parseSpan, SPAN_UNITS, spanText } from '../time/span.js'
import { email, READS, type ReadOptions } from './read.js'

export interface WriteOptions {
  readonly write: string | undefined
  readonly zone: (frame: Frame) => string | undefined
  /** The target takes text only, so that numbers are written as digits. */
  readonly asText: boolean
}

export interface WriteRow {
  type(options: WriteOptions): Known
  readonly whole?: boolean
  /** Words of `write` beside patterns; undefined = none but what `patterns` allows. */
  readonly words: readonly string[]
  readonly patterns?: boolean
  write(value: unknown, options: WriteOptions, frame: Frame): unknown
}

const TEXT: Known = { type: 'string' }
const NUMBER: Known = { type: 'number' }

/** Values of the hub: an instant as text, as a Date, or (in manifests) as milliseconds. */
export function instantOfValue(value: unknown): number {
  if (typeof value === 'number' && Number.isFinite(value)) return value
  if (value instanceof Date) return value.getTime()
  return readInstant(value, 'iso', undefined)
}

const numeric = (text: string, asText: boolean): string | number => (asText ? text : Number(text))

function datetime(value: unknown, { write, zone, asText }: WriteOptions, frame: Frame): unknown {
  const text = writeInstant(instantOfValue(value), write ?? 'iso', zone(frame))
  return isEpoch(write) ? numeric(text, asText) : text
}

/** A day has no zone of its own; an instant needs one to have a day. */
function date(value: unknown, { write, zone, asText }: WriteOptions, frame: Frame): unknown {
  const day = typeof value === 'string' && value.length === 10 ? parseIso(value) : undefined
  const format = write ?? 'yyyy-MM-dd'
  if (day && !isEpoch(format)) return writeInstant(day.local, format === 'iso' ? 'yyyy-MM-dd' : format, 'UTC')
  const instant = day ? readInstant(value, 'iso', zone(frame)) : instantOfValue(value)
  const text = writeInstant(instant, format === 'iso' ? 'yyyy-MM-dd' : format, zone(frame))
  return isEpoch(format) ? numeric(text, asText) : text
}

function duration(value: unknown, { write, asText }: WriteOptions): unknown {
  const ms = typeof value === 'number' ? value : parseSpan(scalarText(value) ?? '')
  if (ms === undefined) throw new Refusal('MAPPING_VALUE_INVALID', value, 'a duration like PT1H30M')
  const unit = write === undefined ? undefined : SPAN_UNITS[write]
  return unit === undefined ? spanText(ms) : numeric(String(ms / unit), asText)
}

const PHONES: Readonly<Record<string, (text: string) => string | undefined>> = {
  e164: text => parsePhoneNumber(text)?.number,
  national: text => parsePhoneNumber(text)?.nationalNumber,
  digits: text => parsePhoneNumber(text)?.number.slice(1),
  international: text => parsePhoneNumber(text)?.formatInternational(),
}

function phone(value: unknown, { write }: WriteOptions): string {
  const written = PHONES[write ?? 'e164']?.((scalarText(value) ?? '').slice(0, 40))
  if (written === undefined)
    throw new Refusal('MAPPING_VALUE_INVALID', value, 'a phone number like +8613800138000')
  return written
}

const NOTHING: ReadOptions = { format: undefined, zone: () => undefined, region: 'CN' }
const simple = (word: 'string' | 'number' | 'integer' | 'boolean'): WriteRow => ({
  type: () => READS[word]?.type,
  words: [],
  write: (value, _options, frame) => READS[word]?.read(value, NOTHING, frame),
})

export const WRITES: Readonly<Record<string, WriteRow>> = {
  string: simple('string'),
  number: simple('number'),
  integer: simple('integer'),
  boolean: simple('boolean'),
  datetime: {
    type: ({ write, asText }) =>
      isEpoch(write)
        ? asText
          ? TEXT
          : NUMBER
        : write === undefined || write === 'iso'
          ? READS['datetime']?.type
          : TEXT,
    words: ['iso', 'epoch_s', 'epoch_ms'],
    patterns: true,
    write: datetime,
  },
  date: {
    type: ({ write, asText }) =>
      isEpoch(write)
        ? asText
          ? TEXT
          : NUMBER
        : write === undefined || write === 'iso'
          ? READS['date']?.type
          : TEXT,
    words: ['iso', 'epoch_s', 'epoch_ms'],
    patterns: true,
    write: date,
  },
  duration: {
    type: ({ write, asText }) => (write === undefined || write === 'iso' || asText ? TEXT : NUMBER),
    words: ['iso', ...Object.keys(SPAN_UNITS)],
    write: duration,
  },
  phone: { type: () => TEXT, words: Object.keys(PHONES), write: phone },
  email: { type: () => TEXT, words: [], write: value => email(value) },
  json: { type: () => TEXT, words: [], whole: true, write: value => JSON.stringify(value) },
}
