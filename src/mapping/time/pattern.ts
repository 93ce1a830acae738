/**
 * Unicode TR35 date patterns (`yyyy-MM-dd HH:mm:ss`, `'T'`, `XXX`, `M月d日`), compiled once each. Numeric fields
 * are read and written here, without regular expressions; names of months and days go through luxon.
 */
import { DateTime } from 'luxon'
import { findZone, offsetAt } from './zone.js'

type Field =
  | 'year'
  | 'month'
  | 'day'
  | 'hour'
  | 'hour12'
  | 'half'
  | 'minute'
  | 'second'
  | 'fraction'
  | 'offset'
  | 'zone'
type Token =
  | { readonly literal: string }
  | { readonly field: Field; readonly width: number; readonly style: string }

export interface LocalTime {
  /** Local time as if it were UTC, milliseconds. */
  readonly local: number
  /** Minutes ahead of UTC, where the text says so. */
  readonly offset: number | undefined
}

export interface Pattern {
  /** Undefined where the text is not of this pattern or names a day that does not exist. */
  parse(text: string): LocalTime | undefined
  /** @param zone a zone that `isZone` knows */
  write(instant: number, zone: string): string
  /** The text itself says its offset. */
  readonly hasOffset: boolean
  readonly hasTime: boolean
}

const LETTERS: Readonly<Record<string, Field>> = {
  y: 'year',
  u: 'year',
  M: 'month',
  L: 'month',
  d: 'day',
  H: 'hour',
  h: 'hour12',
  a: 'half',
  m: 'minute',
  s: 'second',
  S: 'fraction',
  X: 'offset',
  x: 'offset',
  Z: 'offset',
  V: 'zone',
}
const NAMES = /^(?:M{3,4}|L{3,4}|E{1,4})$/
const TOKENS = /'((?:[^']|'')*)'|([A-Za-z])\2*|[^A-Za-z']/gu
const MAX_PATTERN = 100

const compiled = new Map<string, Pattern | string>()

/** The pattern, or what is wrong with it. */
export function compilePattern(text: string): Pattern | string {
  const known = compiled.get(text)
  if (known !== undefined) return known
  const made = make(text)
  if (compiled.size > 1000) compiled.clear()
  compiled.set(text, made)
  return made
}

function make(text: string): Pattern | string {
  if (text === '' || text.length > MAX_PATTERN) return 'the pattern is empty or too long'
  const tokens: Token[] = []
  let named = false
  let end = 0
  for (const match of text.matchAll(TOKENS)) {
    if (match.index !== end) return `unclosed quote in "${text}"`
    end = match.index + match[0].length
    if (match[1] !== undefined) tokens.push({ literal: match[1].replaceAll("''", "'") || "'" })
    else if (match[2] === undefined) tokens.push({ literal: match[0] })
    else if (NAMES.test(match[0])) named = true
    else {
      const field = LETTERS[match[2]]
      if (!field) return `"${match[0]}" is no field of a date pattern (quote literal letters: '${match[0]}')`
      tokens.push({ field, width: match[0].length, style: match[2] })
    }
  }
  if (end !== text.length) return `unclosed quote in "${text}"`
  return named ? namedPattern(text) : numericPattern(tokens)
}

const has = (tokens: readonly Token[], ...fields: Field[]) =>
  tokens.some(token => 'field' in token && fields.includes(token.field))

function numericPattern(tokens: readonly Token[]): Pattern {
  return {
    hasOffset: has(tokens, 'offset', 'zone'),
    hasTime: has(tokens, 'hour', 'hour12'),
    parse: text => parseTokens(tokens, text),
    write: (instant, zone) => {
      const known = findZone(zone)
      const offset = known ? offsetAt(known, instant) : 0
      const local = new Date(instant + offset)
      let out = ''
      for (const token of tokens)
        out += 'literal' in token ? token.literal : writeField(token, local, offset, zone)
      return out
    },
  }
}

const pad = (value: number, width: number) => String(value).padStart(width, '0')

function writeField(
  token: { field: Field; width: number; style: string },
  local: Date,
  offset: number,
  zone: string,
) {
  const { width } = token
  switch (token.field) {
    case 'year':
      return width === 2 ? pad(local.getUTCFullYear() % 100, 2) : pad(local.getUTCFullYear(), width)
    case 'month':
      return pad(local.getUTCMonth() + 1, width)
    case 'day':
      return pad(local.getUTCDate(), width)
    case 'hour':
      return pad(local.getUTCHours(), width)
    case 'hour12':
      return pad(local.getUTCHours() % 12 || 12, width)
    case 'half':
      return local.getUTCHours() < 12 ? 'AM' : 'PM'
    case 'minute':
      return pad(local.getUTCMinutes(), width)
    case 'second':
      return pad(local.getUTCSeconds(), width)
    case 'fraction':
      return pad(local.getUTCMilliseconds(), 3).padEnd(width, '0').slice(0, width)
    case 'zone':
      return zone
    case 'offset':
      return writeOffset(offset / 60_000, token.style, width)
    default:
      return token.field satisfies never
  }
}

/** TR35: `X` writes Z for zero, `x` and `Z` do not; three (or Z five) letters put a colon. */
function writeOffset(minutes: number, style: string, width: number): string {
  const zulu = style === 'X' || (style === 'Z' && width === 5)
  if (minutes === 0 && zulu) return 'Z'
  const size = Math.abs(minutes)
  const hours = `${minutes < 0 ? '-' : '+'}${pad(Math.floor(size / 60), 2)}`
  const rest = pad(size % 60, 2)
  if (style !== 'Z' && width === 1) return size % 60 ? hours + rest : hours
  return width === 3 && style !== 'Z' ? `${hours}:${rest}` : width === 5 ? `${hours}:${rest}` : hours + rest
}

interface Digits {
  value: number
  end: number
}

function takeDigits(text: string, from: number, least: number, most: number): Digits | undefined {
  let value = 0
  let end = from
  while (end < text.length && end - from < most) {
    const digit = text.charCodeAt(end) - 48
    if (digit < 0 || digit > 9) break
    value = value * 10 + digit
    end++
  }
  return end - from >= least ? { value, end } : undefined
}

function parseTokens(tokens: readonly Token[], text: string): LocalTime | undefined {
  const found: Partial<Record<Field, number>> = {}
  let at = 0
  for (const token of tokens) {
    if ('literal' in token) {
      if (!text.startsWith(token.literal, at)) return undefined
      at += token.literal.length
      continue
    }
    if (token.field === 'offset') {
      const offset = takeOffset(text, at)
      if (!offset) return undefined
      found.offset = offset.value
      at = offset.end
    } else if (token.field === 'half') {
      const half = /^(AM|PM|am|pm|上午|下午)/.exec(text.slice(at, at + 2))
      if (!half) return undefined
      found.half = /PM|pm|下午/.test(half[0]) ? 12 : 0
      at += 2
    } else if (token.field === 'zone') return undefined
    else {
      const digits = takeField(token, text, at)
      if (!digits) return undefined
      found[token.field] = digits.value
      at = digits.end
    }
  }
  return at === text.length ? toLocal(found) : undefined
}

function takeField(token: { field: Field; width: number }, text: string, at: number): Digits | undefined {
  const { field, width } = token
  if (field === 'fraction') {
    const digits = takeDigits(text, at, width, width)
    return digits && { value: Math.floor(digits.value / 10 ** (width - 3)), end: digits.end }
  }
  if (field === 'year') {
    const digits = width === 1 ? takeDigits(text, at, 1, 4) : takeDigits(text, at, width, width)
    return digits && width === 2 ? { value: 2000 + digits.value, end: digits.end } : digits
  }
  return width === 1 ? takeDigits(text, at, 1, 2) : takeDigits(text, at, width, width)
}

function takeOffset(text: string, at: number): Digits | undefined {
  if (text[at] === 'Z') return { value: 0, end: at + 1 }
  const sign = text[at] === '+' ? 1 : text[at] === '-' ? -1 : 0
  const hours = takeDigits(text, at + 1, 2, 2)
  if (!sign || !hours || hours.value > 14) return undefined
  const minutes = takeDigits(text, text[hours.end] === ':' ? hours.end + 1 : hours.end, 2, 2)
  if (!minutes) return { value: sign * hours.value * 60, end: hours.end }
  return minutes.value > 59
    ? undefined
    : { value: sign * (hours.value * 60 + minutes.value), end: minutes.end }
}

const hourOf = (found: Partial<Record<Field, number>>): number => {
  if (found.hour12 === undefined) return found.hour ?? 0
  return found.hour12 > 12 || found.hour12 < 1 ? 99 : (found.hour12 % 12) + (found.half ?? 0)
}

/** Checked against the calendar; 24:00:00 is the next day's midnight (ISO 8601). */
function toLocal(found: Partial<Record<Field, number>>): LocalTime | undefined {
  return localTime(
    found.year ?? 1970,
    found.month ?? 1,
    found.day ?? 1,
    hourOf(found),
    found.minute ?? 0,
    found.second ?? 0,
    found.fraction ?? 0,
    found.offset,
  )
}

/** Undefined for a day or time that no calendar or clock has. */
export function localTime(
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
  millisecond: number,
  offset: number | undefined,
): LocalTime | undefined {
  if (month < 1 || month > 12 || day < 1 || minute > 59 || second > 59 || year < 1) return undefined
  if (hour > 23 && (hour !== 24 || minute || second || millisecond)) return undefined
  if (day > 28 && day > new Date(Date.UTC(year, month, 0)).getUTCDate()) return undefined
  const local = Date.UTC(year, month - 1, day, hour, minute, second, millisecond)
  return year < 100 ? undefined : { local, offset }
}

/** TR35 letters that luxon writes otherwise. */
function luxonFormat(text: string): string {
  return text.replace(TOKENS, token => {
    if (/^X{3}$|^x{3}$|^Z{5}$/.test(token)) return 'ZZ'
    if (/^[XxZ]/.test(token)) return 'ZZZ'
    if (/^E{1,2}$/.test(token)) return 'EEE'
    return /^V/.test(token) ? 'z' : token.replace(/^u+$/, all => 'y'.repeat(all.length))
  })
}

function namedPattern(text: string): Pattern {
  const format = luxonFormat(text)
  const parser = DateTime.buildFormatParser(format, { locale: 'en' })
  const unquoted = text.replace(/'[^']*'/g, '')
  const hasOffset = /[XxZV]/.test(unquoted)
  return {
    hasOffset,
    hasTime: /[Hh]/.test(unquoted),
    parse: value => {
      const parsed = DateTime.fromFormatParser(value, parser, { zone: 'utc', setZone: true, locale: 'en' })
      if (!parsed.isValid) return undefined
      const offset = parsed.offset
      return { local: parsed.toMillis() + offset * 60_000, offset: hasOffset ? offset : undefined }
    },
    write: (instant, zone) => DateTime.fromMillis(instant, { zone }).toFormat(format, { locale: 'en' }),
  }
}
