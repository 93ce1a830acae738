/**
 * JSON as the hub handles it. Numbers that do not survive a double (64-bit ids of Chinese vendors) become
 * text instead of another number; canonical form is RFC 8785, the base of every comparison and fingerprint.
 */
import { createHash } from 'node:crypto'
import { isSafeNumber, parse as parseLossless } from 'lossless-json'
import { HubError } from './errors.js'

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }
export type JsonObject = { readonly [key: string]: Json }

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** RFC 8785: members sorted by UTF-16 code units, numbers and strings as ECMAScript writes them. */
export function canonicalJson(value: Json): string {
  if (typeof value === 'string') return quoted(value)
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  let out = ''
  if (Array.isArray(value)) {
    for (const element of value) out += `${out === '' ? '' : ','}${canonicalJson(element)}`
    return `[${out}]`
  }
  const object = value as JsonObject
  for (const key of Object.keys(object).sort()) {
    const member = object[key]
    if (member !== undefined) out += `${out === '' ? '' : ','}${quoted(key)}:${canonicalJson(member)}`
  }
  return `{${out}}`
}

/** What JSON.stringify escapes; most texts hold none of it, and asking is a third of the way of writing. */
const ESCAPED = /["\\\p{Cc}\p{Surrogate}]/u
const quoted = (text: string): string => (ESCAPED.test(text) ? JSON.stringify(text) : `"${text}"`)

/** Equal in canonical form; compared member by member, for most values differ or agree long before they are written. */
export function sameJson(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a)) {
    if (!Array.isArray(b) || a.length !== b.length) return false
    for (let i = 0; i < a.length; i++) if (!sameJson(a[i], b[i])) return false
    return true
  }
  return !Array.isArray(b) && sameMembers(a as JsonObject, b as JsonObject)
}

/** A member that is undefined is no member, as in canonical form. */
function sameMembers(a: JsonObject, b: JsonObject): boolean {
  let members = 0
  for (const key of Object.keys(a)) {
    if (a[key] === undefined) continue
    if (!Object.hasOwn(b, key) || !sameJson(a[key], b[key])) return false
    members += 1
  }
  for (const key of Object.keys(b)) if (b[key] !== undefined) members -= 1
  return members === 0
}

/** SHA-256 of the canonical form, hex. */
export function fingerprint(value: Json): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex')
}

/** 16 digits in a row is the shortest number that can lose its last digit in a double. */
const MAY_LOSE_DIGITS = /\d{16}/
/** Deeper than any vendor's payload seen (12 levels); a parser's stack is safe far above. */
export const MAX_DEPTH = 64

/**
 * Parses text from outside.
 * @throws HubError `JSON_TEXT_BROKEN` (not JSON), `JSON_TEXT_DEEP` (nested over 64 levels)
 */
export function parseJson(text: string): Json {
  let value: Json
  try {
    value = MAY_LOSE_DIGITS.test(text)
      ? (parseLossless(text, null, {
          parseNumber: number => (isSafeNumber(number) ? Number(number) : number),
        }) as Json)
      : (JSON.parse(text) as Json)
  } catch (cause) {
    throw new HubError('JSON_TEXT_BROKEN', { detail: 'the text is not JSON', cause })
  }
  if (depthOver(value, MAX_DEPTH))
    throw new HubError('JSON_TEXT_DEEP', { detail: `nested over ${MAX_DEPTH} levels` })
  return value
}

function depthOver(value: Json, limit: number): boolean {
  if (value === null || typeof value !== 'object') return false
  if (limit === 0) return true
  for (const member of Array.isArray(value) ? value : Object.values(value))
    if (depthOver(member, limit - 1)) return true
  return false
}

/** What no Postgres text or jsonb can hold: NUL, and half of a surrogate pair. */
const UNSTORABLE = /[\0\p{Surrogate}]/u
const ALL_UNSTORABLE = new RegExp(UNSTORABLE, 'gu')
/** The same as JSON.stringify writes it; whatever lacks this needs no closer look. */
const MAY_BE_UNSTORABLE = /\\u(?:0000|d[89a-f])/

/** Whether a value holds text that cannot be stored. @param written the value, or what holds it, as JSON.stringify wrote it */
export function holdsUnstorable(value: Json | undefined, written: string): boolean {
  return MAY_BE_UNSTORABLE.test(written) && unstorable(value)
}

function unstorable(value: Json | undefined): boolean {
  if (typeof value === 'string') return UNSTORABLE.test(value)
  if (Array.isArray(value)) return value.some(unstorable)
  return (
    isObject(value) &&
    Object.entries(value).some(([name, member]) => UNSTORABLE.test(name) || unstorable(member as Json))
  )
}

/** The text with U+FFFD in the place of what cannot be stored. */
export function storable(text: string): string {
  return text.replace(ALL_UNSTORABLE, '\ufffd')
}
