/** A value to map in one direction, with an example the rule takes: what a field is decides how it is read or written. */
import { inMilliseconds } from '../../connector/draft/paging.js'
import { squash } from '../../connector/draft/words.js'
import type { Json } from '../../kernel/json.js'
import type { JsonSchema } from '../../kernel/json-schema.js'
import { annotation } from '../../mapping/schema.js'
import { type Certainty, enumOf, isScalar, matchWords, typeIs, weaker } from './match.js'

export interface ValueRule {
  /** Words beside `from`; none = the path alone. */
  readonly words: Readonly<Record<string, unknown>>
  readonly example: Json
  readonly certainty: Certainty
  readonly questions: readonly string[]
}

const INSTANT = '2026-03-01T10:00:00Z'
const DAY = '2026-03-01'
const EPOCH_S = 1_772_359_200
const PERSONAL: Readonly<Record<string, string>> = {
  phone: '+8613800138000',
  email: 'li.lei@example.com',
  name: 'Li Lei',
}
const PARTS_OF_NAME: Readonly<Record<string, string>> = { given_name: 'Lei', family_name: 'Li' }

/** An example of a field of a kind. */
export function canonicalExample(schema: JsonSchema, name: string): Json {
  if (PARTS_OF_NAME[name] !== undefined) return PARTS_OF_NAME[name]
  const personal = annotation(schema, 'x-personal')
  if (personal !== undefined && PERSONAL[personal] !== undefined) return PERSONAL[personal]
  const words = enumOf(schema)
  if (words?.[0] !== undefined) return words[0]
  if (schema.format === 'date-time') return INSTANT
  if (schema.format === 'date') return DAY
  if (schema.format === 'uri') return 'https://example.com/1'
  if (typeIs(schema, 'integer', 'number')) return 1
  if (typeIs(schema, 'boolean')) return true
  return squash(name) === 'zone' ? 'Asia/Shanghai' : name
}

const none = (example: Json, certainty: Certainty, questions: readonly string[] = []): ValueRule => ({
  words: {},
  example,
  certainty,
  questions,
})

/** A vendor's scalar as a field of a kind takes it; undefined where it cannot be. */
export function readValue(
  kind: string,
  path: string,
  target: JsonSchema,
  source: JsonSchema,
  certainty: Certainty,
): ValueRule | undefined {
  if (!isScalar(source)) return undefined
  const name = path.split('.').at(-1) ?? path
  const personal = annotation(target, 'x-personal')
  const text = typeIs(source, 'string')
  const number = typeIs(source, 'integer', 'number')
  const known = text || number || typeIs(source, 'boolean')
  if (personal === 'phone' && (text || number))
    return { words: { as: 'phone' }, example: '+8613800138000', certainty, questions: [] }
  if (personal === 'email' && text)
    return { words: { as: 'email' }, example: 'li.lei@example.com', certainty, questions: [] }
  if (target.format === 'date-time' || target.format === 'date')
    return readTime(target.format, source, certainty)
  const words = enumOf(target)
  if (words) return readWords(kind, path, target, source, certainty)
  if (typeIs(target, 'string')) {
    const shown = enumOf(source)?.[0] ?? canonicalExample(target, name)
    if (text) return none(String(shown), certainty)
    return number
      ? { words: { as: 'string' }, example: 1, certainty: weaker(certainty), questions: [] }
      : undefined
  }
  if (typeIs(target, 'integer', 'number')) {
    const as = typeIs(target, 'integer') ? 'integer' : 'number'
    if (as === 'integer' ? typeIs(source, 'integer') : number) return none(1, certainty, scaleOf(target))
    return known && !typeIs(source, 'boolean')
      ? { words: { as }, example: text ? '1' : 1, certainty: weaker(certainty), questions: scaleOf(target) }
      : undefined
  }
  if (typeIs(target, 'boolean')) return typeIs(source, 'boolean') ? none(true, certainty) : undefined
  return undefined
}

const scaleOf = ({ description = '' }: JsonSchema): readonly string[] =>
  description.includes('0 to 10') ? ['how many points can it reach there? (scale: [100, 10])'] : []

function readTime(format: string, source: JsonSchema, certainty: Certainty): ValueRule | undefined {
  const as = format === 'date' ? 'date' : 'datetime'
  if (typeIs(source, 'integer', 'number')) {
    const ms = inMilliseconds(source)
    return {
      words: { as, format: ms ? 'epoch_ms' : 'epoch_s', ...(as === 'date' ? { zone: 'Asia/Shanghai' } : {}) },
      example: ms ? EPOCH_S * 1000 : EPOCH_S,
      certainty: weaker(certainty),
      questions: [`is it in ${ms ? 'milliseconds' : 'seconds'}?`],
    }
  }
  if (!typeIs(source, 'string')) return undefined
  const day = source.format === 'date'
  if (as === 'datetime' && day) return undefined
  if (as === 'date' && source.format === 'date-time')
    return {
      words: { as, zone: 'Asia/Shanghai' },
      example: INSTANT,
      certainty: weaker(certainty),
      questions: ['in which zone is that day meant?'],
    }
  const sure = source.format !== undefined
  return {
    words: { as },
    example: as === 'date' ? DAY : INSTANT,
    certainty: sure ? certainty : 'guess',
    questions: sure
      ? []
      : ['in which form does it come? (format: "yyyy-MM-dd HH:mm:ss", zone: Asia/Shanghai)'],
  }
}

function readWords(
  kind: string,
  path: string,
  target: JsonSchema,
  source: JsonSchema,
  certainty: Certainty,
): ValueRule | undefined {
  const matched = matchWords(kind, path, target, source)
  if (!matched || matched.known.size === 0) return undefined
  const [example] = matched.known.keys()
  return {
    words: { lookup: Object.fromEntries(matched.known) },
    example: example ?? null,
    certainty: weaker(certainty),
    questions:
      matched.unknown.length > 0
        ? [
            `what are ${matched.unknown.slice(0, 12).join(', ')}? (until then such a message is refused; one of ${(enumOf(target) ?? []).join(', ')})`,
          ]
        : [],
  }
}

/** A field of a kind as a vendor's scalar takes it. */
export function writeValue(
  kind: string,
  path: string,
  source: JsonSchema,
  target: JsonSchema,
  certainty: Certainty,
): ValueRule | undefined {
  if (!isScalar(target) || !isScalar(source)) return undefined
  const example = canonicalExample(source, path.split('.').at(-1) ?? path)
  const text = typeIs(target, 'string') || target.type === undefined
  const number = typeIs(target, 'integer', 'number')
  if (annotation(source, 'x-personal') === 'phone')
    return text ? { words: { as: 'phone' }, example, certainty, questions: [] } : undefined
  if (source.format === 'date-time' || source.format === 'date') {
    const as = source.format === 'date' ? 'date' : 'datetime'
    if (as === 'date' && number) return undefined
    if (number)
      return {
        words: { as, write: inMilliseconds(target) ? 'epoch_ms' : 'epoch_s' },
        example,
        certainty: weaker(certainty),
        questions: ['seconds or milliseconds?'],
      }
    if (!text) return undefined
    if (as === 'datetime' && target.format === 'date')
      return {
        words: { as: 'date', zone: 'Asia/Shanghai' },
        example,
        certainty: weaker(certainty),
        questions: ['in which zone is that day meant?'],
      }
    if (as === 'date' && target.format === 'date-time') return undefined
    return {
      words: { as },
      example,
      certainty: target.format ? certainty : 'guess',
      questions: target.format
        ? []
        : ['in which form do they want it? (write: "yyyy-MM-dd HH:mm", zone: Asia/Shanghai)'],
    }
  }
  const own = enumOf(source)
  const theirs = enumOf(target)
  if (own && theirs) {
    const matched = matchWords(kind, path, source, target)
    const rows = new Map<string, string>()
    for (const [vendor, canonical] of matched?.known ?? [])
      if (!rows.has(canonical)) rows.set(canonical, vendor)
    const [first] = rows.keys()
    if (first === undefined) return undefined
    const missing = own.map(String).filter(word => !rows.has(word))
    return {
      words: { lookup: Object.fromEntries(rows) },
      example: first,
      certainty: weaker(certainty),
      questions:
        missing.length > 0
          ? [`what are ${missing.join(', ')} there? (until then a record in such a state is refused)`]
          : [],
    }
  }
  if (theirs) return undefined
  if (own) return text ? none(own[0] ?? null, 'guess', ['which words do they take?']) : undefined
  if (typeIs(source, 'string')) return text ? none(example, certainty) : undefined
  if (typeIs(source, 'integer', 'number')) {
    if (number)
      return typeIs(target, 'number') || typeIs(source, 'integer')
        ? none(example, certainty)
        : { words: { as: 'integer' }, example, certainty: weaker(certainty), questions: [] }
    return text
      ? { words: { as: 'string' }, example, certainty: weaker(certainty), questions: [] }
      : undefined
  }
  return typeIs(source, 'boolean') && typeIs(target, 'boolean') ? none(example, certainty) : undefined
}

export const withWords = (path: string, words: Readonly<Record<string, unknown>>): unknown =>
  Object.keys(words).length === 0 ? path : { from: path, ...words }
