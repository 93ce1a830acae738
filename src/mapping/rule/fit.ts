/**
 * Whether what a rule gives can be what its field takes: judged before anything runs as far as schemas tell, and
 * guarded at run time where they do not.
 */

import type { Json } from '../../kernel/json.js'
import { shownText } from '../scalar.js'
import {
  annotation,
  describe,
  entryOf,
  type Known,
  listed,
  mayBe,
  personalWithin,
  typesOf,
  wordsOf,
} from '../schema.js'
import { didYouMean } from '../suggest.js'
import { instantOfText } from '../time/instant.js'
import type { Rule, RuleContext, Spot } from './context.js'

/** Formats that a text must have been given on purpose. */
const TIMES: Readonly<Record<string, string>> = { 'date-time': 'datetime', date: 'date' }

export function checkFit(rule: Rule, spot: Spot, cx: RuleContext): void {
  const { schema } = spot
  if (!schema) return
  checkPersonal(rule, spot, cx)
  if (rule.constant?.value === null || !rule.type) return
  const [from, to] = [typesOf(rule.type), typesOf(schema)]
  if (
    from &&
    to &&
    ![...from].some(type => mayBe(schema, type) || (type === 'number' && to.has('integer')))
  ) {
    cx.list.add('MAPPING_TYPE_UNFIT', spot.at, `${describe(rule.type)} cannot be ${describe(schema)}`)
    return
  }
  const format = annotation(schema, 'format') ?? ''
  const as = TIMES[format]
  const given = annotation(rule.type, 'format')
  if (as && from?.has('string') && given !== format && !wordsOf(rule.type))
    cx.list.add(
      'MAPPING_TYPE_UNFIT',
      spot.at,
      `${given ?? 'text'} is not known to be a ${format}: convert it with \`as: ${as}\``,
    )
  checkWords(rule.type, schema, spot, cx)
  const [entry, wanted] = [entryOf(rule.type), entryOf(schema)]
  if (entry !== 'none' && wanted !== 'none' && rule.type.items && wanted.schema)
    checkWords(entry.schema, wanted.schema, spot, cx)
}

function checkWords(from: Known, to: Known, spot: Spot, cx: RuleContext): void {
  const allowed = wordsOf(to)
  const given = wordsOf(from)
  if (!allowed || !given) return
  for (const word of given) {
    if (allowed.includes(word)) continue
    const texts = allowed.map(shownText)
    const hint = didYouMean(shownText(word), texts)
    cx.list.add('MAPPING_ENUM_UNKNOWN', spot.at, `"${shownText(word)}" is none of ${listed(texts)}${hint}`)
  }
}

/** Words of the target that a lookup never gives: perhaps forgotten. States are reached by several mappings. */
export function warnUncovered(rule: Rule, spot: Spot, cx: RuleContext): void {
  if (!cx.targetKind || spot.schema?.['x-state']) return
  const given = wordsOf(rule.type)
  const missing = given ? (wordsOf(spot.schema) ?? []).filter(word => !given.includes(word)) : []
  if (missing.length === 0) return
  const message = `no row of the lookup gives ${listed(missing.map(shownText))}`
  cx.list.add('MAPPING_ENUM_UNCOVERED', spot.at, message, { severity: 'warning' })
}

/** Personal data may only go where the target says that it holds such data. */
function checkPersonal(rule: Rule, spot: Spot, cx: RuleContext): void {
  if (!rule.personal || personalWithin(spot.schema) || annotation(spot.schema, 'x-ref')) return
  if (!cx.targetKind && !cx.targetMarksPersonal) return
  const severity = cx.targetKind ? 'error' : 'warning'
  cx.list.add(
    'MAPPING_PERSONAL_LEAK',
    spot.at,
    `personal data (${rule.personal}) goes to \`${spot.target}\`, which is not marked x-personal`,
    { severity },
  )
}

export interface Guard {
  /** Word for `typeof`, so that generated code can test it in place. */
  readonly type: 'string' | 'number' | 'boolean' | undefined
  readonly test: (value: unknown) => boolean
  readonly expected: string
}

const TESTS: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: value => typeof value === 'string',
  number: value => typeof value === 'number',
  integer: value => Number.isInteger(value),
  boolean: value => typeof value === 'boolean',
  array: value => Array.isArray(value),
  object: value => typeof value === 'object' && value !== null && !Array.isArray(value),
}

/** What a value from outside must be before a record takes it; undefined where anything may be. */
export function guardOf(schema: Known): Guard | undefined {
  const expected = describe(schema)
  const words = wordsOf(schema)
  if (words) {
    const allowed = new Set<Json | undefined>(words)
    return { type: undefined, test: value => allowed.has(value as Json), expected }
  }
  const types = typesOf(schema)
  if (!types) return undefined
  if (annotation(schema, 'format') === 'date-time' && types.size === 1)
    return {
      type: undefined,
      test: value => typeof value === 'string' && instantOfText(value) !== undefined,
      expected: 'a date-time with a zone',
    }
  const [only] = types
  const simple =
    types.size === 1 && (only === 'string' || only === 'number' || only === 'boolean') ? only : undefined
  const tests = [...types].map(type => TESTS[type] ?? (() => true))
  const [first] = tests
  if (tests.length === 1 && first) return { type: simple, test: first, expected }
  return { type: simple, test: value => tests.some(test => test(value)), expected }
}
