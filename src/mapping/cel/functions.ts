/**
 * The functions of the CEL profile, one row each: what they work on, what they give, what they do. An absent
 * operand makes the result absent before a row is asked; rows only see values of the categories they name.
 */

import type { JsonSchema } from '../../kernel/json-schema.js'
import { scalarText } from '../scalar.js'
import { instantOfText, instantText, parseIso, writeInstant } from '../time/instant.js'
import { parseSpan, Span, spanText } from '../time/span.js'
import { findZone, instantOf, isZone, offsetAt } from '../time/zone.js'
import { type Category, CelFailure, compare, equal, finite, instantIn } from './values.js'

export interface CelFunction {
  readonly name: string
  /** Categories of the receiver; absent = a plain function. */
  readonly on?: readonly Category[]
  readonly args: readonly (Category | 'any')[]
  /** `entry` = what the receiver's entries are; `same` = what the receiver is. */
  readonly gives: JsonSchema | 'entry' | 'same'
  readonly run: (...values: readonly never[]) => unknown
}

export const NUMBER: JsonSchema = { type: 'number' }
export const WHOLE: JsonSchema = { type: 'integer' }
export const TEXT: JsonSchema = { type: 'string' }
export const BOOL: JsonSchema = { type: 'boolean' }
export const TIME: JsonSchema = { type: 'string', format: 'date-time' }
export const SPAN: JsonSchema = { type: 'string', format: 'duration' }
const TEXTS: JsonSchema = { type: 'array', items: TEXT }

const NUMERIC = /^[+-]?\d{1,30}(\.\d{1,30})?([eE][+-]?\d{1,3})?$/

function toNumber(value: unknown): number {
  if (typeof value === 'number') return value
  if (typeof value === 'string' && NUMERIC.test(value)) return finite(Number(value), 'the text')
  throw new CelFailure('the value is no number')
}

function toWhole(value: unknown): number {
  const whole = value instanceof Date ? Math.floor(value.getTime() / 1000) : Math.trunc(toNumber(value))
  if (!Number.isSafeInteger(whole)) throw new CelFailure('the number is too large to be exact')
  return whole
}

function toText(value: unknown): string {
  if (value instanceof Date) return instantText(value.getTime())
  if (value instanceof Span) return spanText(value.ms)
  if (typeof value === 'object') throw new CelFailure('a list or object is no text')
  return scalarText(value) ?? ''
}

const BOOLS: ReadonlyMap<string | undefined, boolean> = new Map([
  ['true', true],
  ['false', false],
  ['1', true],
  ['0', false],
])
function toBool(value: unknown): boolean {
  const known = BOOLS.get(scalarText(value)?.toLowerCase())
  if (known === undefined) throw new CelFailure('the value is neither true nor false')
  return known
}

function timestamp(value: unknown): Date {
  const instant = instantIn(value)
  if (instant === undefined) throw new CelFailure('timestamp() needs RFC 3339 text with a zone')
  return new Date(instant)
}

export function span(text: string): Span {
  const ms = parseSpan(text)
  if (ms === undefined) throw new CelFailure('duration() needs text like "90m" or "PT1H30M"')
  return new Span(ms)
}

function startOfDay(text: string, zone: string): Date {
  const parsed = text.length === 10 ? parseIso(text) : undefined
  const known = zoneOf(zone)
  const instant = parsed ? instantOf(known, parsed.local) : undefined
  if (instant === undefined)
    throw new CelFailure('date() needs a day like "2026-03-01" that exists in its zone')
  return new Date(instant)
}

function zoneOf(name: string) {
  const known = findZone(name)
  if (!known) throw new CelFailure(`${name} is no time zone`)
  return known
}

/** Calendar parts in a zone (UTC without one), as CEL numbers them: months from 0, Sunday is 0. */
type Part = (local: Date) => number
const dayOfYear: Part = local =>
  Math.floor(
    (Date.UTC(local.getUTCFullYear(), local.getUTCMonth(), local.getUTCDate()) -
      Date.UTC(local.getUTCFullYear(), 0, 1)) /
      86_400_000,
  )
const PARTS: Readonly<Record<string, Part>> = {
  getFullYear: local => local.getUTCFullYear(),
  getMonth: local => local.getUTCMonth(),
  getDate: local => local.getUTCDate(),
  getDayOfMonth: local => local.getUTCDate() - 1,
  getDayOfWeek: local => local.getUTCDay(),
  getDayOfYear: dayOfYear,
  getHours: local => local.getUTCHours(),
  getMinutes: local => local.getUTCMinutes(),
  getSeconds: local => local.getUTCSeconds(),
  getMilliseconds: local => local.getUTCMilliseconds(),
}
const SPAN_PARTS: Readonly<Record<string, number>> = {
  getHours: 3_600_000,
  getMinutes: 60_000,
  getSeconds: 1000,
  getMilliseconds: 1,
}

function part(name: string): CelFunction['run'] {
  const read = PARTS[name]
  const unit = SPAN_PARTS[name]
  return (value: unknown, zone?: string) => {
    if (value instanceof Span) return Math.trunc(value.ms / (unit ?? 1))
    const instant = timestamp(value).getTime()
    return read?.(new Date(instant + (zone === undefined ? 0 : offsetAt(zoneOf(zone), instant))))
  }
}

const numbers = (list: readonly unknown[]): number[] => list.map(toNumber)
const some = <T>(list: readonly T[], what: string): readonly T[] => {
  if (list.length === 0) throw new CelFailure(`${what}() of an empty list`)
  return list
}
const sum = (list: readonly unknown[]) =>
  finite(
    numbers(list).reduce((total, next) => total + next, 0),
    'the sum',
  )

function round(value: number, digits = 0): number {
  if (digits < 0 || digits > 12 || !Number.isInteger(digits))
    throw new CelFailure('round() takes 0 to 12 digits')
  // The decimal text is shifted, not the binary number, so that 1.005 rounds to 1.01; halves go away from zero.
  const [digitsText, exponent] = String(Math.abs(value)).split('e')
  const shifted = Math.round(Number(`${digitsText}e${Number(exponent ?? 0) + digits}`))
  const size = Number(`${shifted}e-${digits}`)
  return finite(value < 0 ? -size : size, 'the result')
}

function distinct(list: readonly unknown[]): unknown[] {
  const out: unknown[] = []
  const seen = new Set<unknown>()
  for (const entry of list) {
    if (typeof entry === 'object' ? out.some(other => equal(other, entry)) : seen.has(entry)) continue
    seen.add(entry)
    out.push(entry)
  }
  return out
}

const MAX_TEXT = 200_000
function replace(text: string, from: string, to: string): string {
  if (from === '') return text
  const parts = text.split(from)
  if (text.length + parts.length * to.length > MAX_TEXT) throw new CelFailure('the text grows too long')
  return parts.join(to)
}

function format(value: unknown, pattern: string, zone: string): string {
  if (!isZone(zone)) throw new CelFailure(`${zone} is no time zone`)
  return writeInstant(timestamp(value).getTime(), pattern, zone)
}

const size = (value: unknown): number =>
  typeof value === 'string'
    ? [...value].length
    : Array.isArray(value)
      ? value.length
      : Object.keys(value as object).length

const text = (
  name: string,
  args: readonly Category[],
  gives: CelFunction['gives'],
  run: CelFunction['run'],
) => ({ name, on: ['text'], args, gives, run }) as const
const list = (name: string, gives: CelFunction['gives'], run: CelFunction['run']) =>
  ({ name, on: ['list'], args: [], gives, run }) as const
const plain = (name: string, args: CelFunction['args'], gives: JsonSchema, run: CelFunction['run']) =>
  ({ name, args, gives, run }) as const

export const FUNCTIONS: readonly CelFunction[] = [
  plain('size', ['any'], WHOLE, size),
  plain('string', ['any'], TEXT, toText),
  plain('int', ['any'], WHOLE, toWhole),
  plain('double', ['any'], NUMBER, toNumber),
  plain('bool', ['any'], BOOL, toBool),
  plain('dyn', ['any'], {}, (value: unknown) => value),
  plain('timestamp', ['any'], TIME, timestamp),
  plain('duration', ['text'], SPAN, span),
  plain('days', ['number'], SPAN, (count: number) => new Span(Math.round(count * 86_400_000))),
  plain('date', ['text', 'text'], TIME, startOfDay),
  plain('round', ['number'], NUMBER, (value: number) => round(value)),
  plain('round', ['number', 'number'], NUMBER, round),
  { name: 'size', on: ['text', 'list', 'map'], args: [], gives: WHOLE, run: size },
  text('startsWith', ['text'], BOOL, (value: string, other: string) => value.startsWith(other)),
  text('endsWith', ['text'], BOOL, (value: string, other: string) => value.endsWith(other)),
  text('contains', ['text'], BOOL, (value: string, other: string) => value.includes(other)),
  text('lowerAscii', [], TEXT, (value: string) => value.toLowerCase()),
  text('upperAscii', [], TEXT, (value: string) => value.toUpperCase()),
  text('trim', [], TEXT, (value: string) => value.trim()),
  text('indexOf', ['text'], WHOLE, (value: string, other: string) => value.indexOf(other)),
  text('lastIndexOf', ['text'], WHOLE, (value: string, other: string) => value.lastIndexOf(other)),
  text('substring', ['number'], TEXT, (value: string, from: number) => value.slice(Math.max(0, from))),
  text('substring', ['number', 'number'], TEXT, (value: string, from: number, to: number) =>
    value.slice(Math.max(0, from), Math.max(0, to)),
  ),
  text('split', ['text'], TEXTS, (value: string, by: string) => value.split(by)),
  text('replace', ['text', 'text'], TEXT, replace),
  list('join', TEXT, (values: readonly unknown[]) => values.map(toText).join('')),
  {
    name: 'join',
    on: ['list'],
    args: ['text'],
    gives: TEXT,
    run: (values: readonly unknown[], by: string) => values.map(toText).join(by),
  },
  list('sum', NUMBER, sum),
  list('avg', NUMBER, (values: readonly unknown[]) => sum(some(values, 'avg')) / values.length),
  list('min', 'entry', (values: readonly unknown[]) =>
    some(values, 'min').reduce((a, b) => (compare(b, a) < 0 ? b : a)),
  ),
  list('max', 'entry', (values: readonly unknown[]) =>
    some(values, 'max').reduce((a, b) => (compare(b, a) > 0 ? b : a)),
  ),
  list('first', 'entry', (values: readonly unknown[]) => values[0]),
  list('last', 'entry', (values: readonly unknown[]) => values.at(-1)),
  list('sort', 'same', (values: readonly unknown[]) => [...values].sort(compare)),
  list('distinct', 'same', distinct),
  { name: 'format', on: ['time'], args: ['text', 'text'], gives: TEXT, run: format },
  ...Object.keys(PARTS).flatMap((name): CelFunction[] => [
    {
      name,
      on: Object.hasOwn(SPAN_PARTS, name) ? ['time', 'span'] : ['time'],
      args: [],
      gives: WHOLE,
      run: part(name),
    },
    { name, on: ['time'], args: ['text'], gives: WHOLE, run: part(name) },
  ]),
]

/** Literal arguments that can be judged before anything runs. */
export const LITERAL_CHECKS: Readonly<Record<string, (argument: string) => string | undefined>> = {
  timestamp: value =>
    instantOfText(value) === undefined ? 'a time needs its zone: "2026-12-01T10:00:00+08:00"' : undefined,
  duration: value =>
    parseSpan(value) === undefined ? 'a duration is written "90m", "2h" or "PT1H30M"' : undefined,
}
