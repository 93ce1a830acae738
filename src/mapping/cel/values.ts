/**
 * Values inside an expression and what the operators do with them. Numbers are JSON numbers, times are Dates or
 * RFC 3339 text, durations are Spans; null and undefined are both "absent". Failing is a CelFailure.
 */
import type { Json } from '../../kernel/json.js'
import { isView } from '../read.js'
import { instantOfText, instantText } from '../time/instant.js'
import { Span, spanText } from '../time/span.js'

export class CelFailure extends Error {}

export type Absent = null | undefined
export const isAbsent = (value: unknown): value is Absent => value === null || value === undefined

export type Category = 'number' | 'text' | 'bool' | 'time' | 'span' | 'list' | 'map'

export function categoryOf(value: unknown): Category {
  switch (typeof value) {
    case 'number':
      return 'number'
    case 'string':
      return 'text'
    case 'boolean':
      return 'bool'
    default:
      if (value instanceof Date) return 'time'
      if (value instanceof Span) return 'span'
      if (isView(value)) return 'text'
      return Array.isArray(value) ? 'list' : 'map'
  }
}

/** Milliseconds where a value is a time, or text that says one with its zone. */
export function instantIn(value: unknown): number | undefined {
  if (value instanceof Date) return value.getTime()
  return typeof value === 'string' ? instantOfText(value) : undefined
}

export function finite(value: number, what: string): number {
  if (!Number.isFinite(value)) throw new CelFailure(`${what} is no number`)
  return value
}

/** A record stands for its id. */
const plain = (value: unknown): unknown => (isView(value) ? value.id : value)

/** Whether two present values are equal; times by instant, lists and maps member by member. */
export function equal(left: unknown, right: unknown): boolean {
  const a = plain(left)
  const b = plain(right)
  if (a === b) return true
  if (typeof a !== 'object' && typeof b !== 'object') return false
  if (isAbsent(a) || isAbsent(b)) return false
  if (a instanceof Date || b instanceof Date) {
    const [x, y] = [instantIn(a), instantIn(b)]
    return x !== undefined && x === y
  }
  if (a instanceof Span || b instanceof Span) return a instanceof Span && b instanceof Span && a.ms === b.ms
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((entry, index) => equal(entry, b[index]))
  if (typeof a !== 'object' || typeof b !== 'object' || Array.isArray(a) || Array.isArray(b)) return false
  const keys = Object.keys(a)
  return (
    keys.length === Object.keys(b).length &&
    keys.every(key => Object.hasOwn(b, key) && equal(member(a, key), member(b, key)))
  )
}

const member = (of: object, key: string) => (of as Record<string, unknown>)[key]

/** Negative, zero or positive. @throws CelFailure where the two have no order */
export function compare(left: unknown, right: unknown): number {
  if (typeof left === 'number' && typeof right === 'number') return left - right
  if (left instanceof Date || right instanceof Date) {
    const [x, y] = [instantIn(left), instantIn(right)]
    if (x !== undefined && y !== undefined) return x - y
  }
  if (typeof left === 'string' && typeof right === 'string') return left < right ? -1 : left > right ? 1 : 0
  if (left instanceof Span && right instanceof Span) return left.ms - right.ms
  if (typeof left === 'boolean' && typeof right === 'boolean') return Number(left) - Number(right)
  throw new CelFailure(`${NAMES[categoryOf(left)]} and ${NAMES[categoryOf(right)]} cannot be ordered`)
}

export const NAMES: Readonly<Record<Category, string>> = {
  number: 'a number',
  text: 'text',
  bool: 'true or false',
  time: 'a time',
  span: 'a duration',
  list: 'a list',
  map: 'an object',
}

type Arithmetic = (left: unknown, right: unknown) => unknown

const mismatch = (sign: string, left: unknown, right: unknown): never => {
  throw new CelFailure(`${NAMES[categoryOf(left)]} ${sign} ${NAMES[categoryOf(right)]} has no meaning`)
}

function shifted(time: number, by: number): Date {
  const moved = new Date(time + by)
  if (Number.isNaN(moved.getTime())) throw new CelFailure('the time is out of range')
  return moved
}

function add(left: unknown, right: unknown): unknown {
  if (typeof left === 'number' && typeof right === 'number') return finite(left + right, 'the sum')
  if (typeof left === 'string' && typeof right === 'string') return joined(left, right)
  if (left instanceof Span && right instanceof Span) return new Span(left.ms + right.ms)
  if (right instanceof Span) {
    const time = instantIn(left)
    if (time !== undefined) return shifted(time, right.ms)
  }
  if (left instanceof Span) return add(right, left)
  if (Array.isArray(left) && Array.isArray(right)) return [...left, ...right]
  return mismatch('+', left, right)
}

const MAX_TEXT = 200_000
function joined(left: string, right: string): string {
  if (left.length + right.length > MAX_TEXT) throw new CelFailure('the text grows too long')
  return left + right
}

function subtract(left: unknown, right: unknown): unknown {
  if (typeof left === 'number' && typeof right === 'number') return finite(left - right, 'the difference')
  if (left instanceof Span && right instanceof Span) return new Span(left.ms - right.ms)
  const time = instantIn(left)
  if (time !== undefined && right instanceof Span) return shifted(time, -right.ms)
  const other = instantIn(right)
  if (time !== undefined && other !== undefined) return new Span(time - other)
  return mismatch('-', left, right)
}

function numeric(sign: string, work: (a: number, b: number) => number): Arithmetic {
  return (left, right) =>
    typeof left === 'number' && typeof right === 'number'
      ? finite(work(left, right), `${left} ${sign} ${right}`)
      : mismatch(sign, left, right)
}

export const ARITHMETIC: Readonly<Record<'+' | '-' | '*' | '/' | '%', Arithmetic>> = {
  '+': add,
  '-': subtract,
  '*': numeric('*', (a, b) => a * b),
  '/': numeric('/', (a, b) => a / b),
  '%': numeric('%', (a, b) => a % b),
}

/** A result as JSON: times as RFC 3339 in UTC, durations as ISO 8601, records as their ids. */
export function toJson(value: unknown): Json | undefined {
  if (value === undefined || value === null || typeof value === 'string' || typeof value === 'boolean')
    return value
  if (typeof value === 'number') return finite(value, 'the result')
  if (value instanceof Date) return instantText(value.getTime())
  if (value instanceof Span) return spanText(value.ms)
  if (isView(value)) return value.id
  if (Array.isArray(value)) return value.map(entry => toJson(entry) ?? null)
  if (typeof value !== 'object') throw new CelFailure(`a ${typeof value} is no JSON`)
  const out: Record<string, Json> = {}
  for (const [key, entry] of Object.entries(value)) {
    if (key === '__proto__') throw new CelFailure('the name __proto__ is not allowed')
    out[key] = toJson(entry) ?? null
  }
  return out
}
