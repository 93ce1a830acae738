/**
 * What a verify scheme is: given the raw bytes and the secrets of the connection it says whether a callback
 * is genuine, and opens and seals what the vendor encrypts. Comparisons take constant time; every secret may
 * be a list (two live secrets while one is being replaced).
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import { parseDuration } from '../../kernel/duration.js'
import type { Code } from '../../kernel/errors.js'
import { type Json, type JsonObject, parseJson } from '../../kernel/json.js'
import { textOf } from '../body/read.js'
import type { Words } from '../manifest/words.js'
import type { HttpAnswer, RawRequest } from '../types.js'

export { textOf }

export interface VerifyContext {
  readonly words: JsonObject
  /** Values of the words that are expressions, worked out over the settings. */
  readonly values: Readonly<Record<string, Json | undefined>>
  /** Milliseconds since the epoch. */
  readonly now: number
  /** 16 random bytes, for encrypted answers. */
  readonly random: () => Buffer
  /** The connection takes unsigned callbacks (`none`). */
  readonly acceptUnsigned: boolean
}

export type Verdict =
  | { readonly is: 'rejected'; readonly code: Code }
  | { readonly is: 'challenge'; readonly answer: HttpAnswer }
  | {
      readonly is: 'genuine'
      /** The opened body, where the scheme opened it; undefined = the raw body is parsed by its content type. */
      readonly body: Json | undefined
      /** Seals the acknowledgement, where the scheme wants that. */
      readonly seal: ((answer: HttpAnswer) => HttpAnswer) | undefined
      /** The end of the address is the secret; it is not kept. */
      readonly secretTail?: true
      /** Names this very attempt, where the vendor signs each one anew: seen a second time it is a replay. */
      readonly once?: string
    }

export interface VerifyScheme {
  readonly words: Words
  /** @throws HubError JSON_TEXT_… where a genuine callback's envelope is broken */
  verify(request: RawRequest, context: VerifyContext): Verdict
}

export const rejected = (code: Code): Verdict => ({ is: 'rejected', code })
export const genuine: Verdict = { is: 'genuine', body: undefined, seal: undefined }

/** Constant time whatever the lengths: what is compared are hashes. */
export function sameSecret(a: string | Buffer, b: string | Buffer): boolean {
  const digest = (value: string | Buffer) => createHash('sha256').update(value).digest()
  return timingSafeEqual(digest(a), digest(b))
}

/** Two sums of one scheme: their length says nothing, so they are compared as they are, in constant time. */
export function sameSum(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)]
  return a.length === b.length && timingSafeEqual(a, b)
}

/** Live secrets of a word: a text or a list of texts; empty ones don't count. */
export function secretsOf(context: VerifyContext, word: string): readonly string[] {
  const value = context.values[word]
  const all: readonly unknown[] = Array.isArray(value) ? value : [value]
  return all.filter((secret): secret is string => typeof secret === 'string' && secret !== '')
}

/** Tries every secret, so that time tells nothing of which one fits. */
export function anySecret(secrets: readonly string[], fits: (secret: string) => boolean): boolean {
  let found = false
  for (const secret of secrets) if (fits(secret)) found = true
  return found
}

export function toleranceOf(context: VerifyContext, fallbackMs: number): number {
  const word = context.words['tolerance']
  return (typeof word === 'string' ? parseDuration(word) : undefined) ?? fallbackMs
}

/** True where the time is further from now than the tolerance, or is no time. */
export function tooOld(atMs: number, context: VerifyContext, fallbackMs: number): boolean {
  return !(Math.abs(context.now - atMs) <= toleranceOf(context, fallbackMs))
}

/** JSON of the raw bytes. @throws HubError JSON_TEXT_… */
export function jsonOf(body: Buffer): Json {
  return parseJson(textOf(body))
}
