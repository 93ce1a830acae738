/**
 * The words an auth kind or a verify scheme takes, as a table beside its code: which are values (expressions
 * over the settings), which are plain text, lists of choices, durations. One checker serves both registries.
 */
import { parseDuration } from '../../kernel/duration.js'
import { isObject, type JsonObject } from '../../kernel/json.js'
import type { YamlPath } from '../../kernel/yaml.js'
import type { Evaluator, Expressions } from '../expressions.js'
import type { Problems } from './problems.js'

export type WordKind = 'value' | 'text' | 'duration' | 'parts' | 'place' | 'exchange' | readonly string[]
export type Words = Readonly<Record<string, { readonly is: WordKind; readonly required?: boolean }>>

/** Checks the words of one block; compiles its values. `reserved` are words every block has. */
export function readWords(
  block: JsonObject,
  words: Words,
  reserved: readonly string[],
  at: YamlPath,
  problems: Problems,
  expressions: Expressions,
): Readonly<Record<string, Evaluator>> {
  const values: Record<string, Evaluator> = Object.create(null)
  for (const [name, value] of Object.entries(block)) {
    if (reserved.includes(name)) continue
    const word = Object.hasOwn(words, name) ? words[name] : undefined
    if (!word) {
      const known = Object.keys(words).join(', ') || 'none'
      problems.add(
        'CONNECTOR_MANIFEST_INVALID',
        [...at, name],
        `unknown word: ${name} (known: ${known})`,
        'error',
        true,
      )
      continue
    }
    const wrong = mistake(word.is, value)
    if (wrong) problems.add('CONNECTOR_MANIFEST_INVALID', [...at, name], `${name} ${wrong}`)
    else if (word.is === 'value') {
      const compiled = problems.attempt([...at, name], 'CONNECTOR_EXPRESSION_BROKEN', () =>
        expressions.expression(String(value), ['settings']),
      )
      if (compiled) values[name] = compiled
    }
  }
  for (const [name, word] of Object.entries(words))
    if (word.required && !Object.hasOwn(block, name))
      problems.add('CONNECTOR_MANIFEST_INVALID', at, `${name} is missing`)
  return values
}

function mistake(kind: WordKind, value: unknown): string | undefined {
  if (typeof kind !== 'string')
    return kind.includes(String(value)) ? undefined : `must be one of ${kind.join(', ')}`
  return KINDS[kind](value)
}

const KINDS: Readonly<Record<Exclude<WordKind, readonly string[]>, (value: unknown) => string | undefined>> =
  {
    value: value =>
      typeof value === 'string' && value !== '' ? undefined : 'must be an expression, e.g. settings.secret',
    text: value => (typeof value === 'string' ? undefined : 'must be text'),
    duration: value =>
      typeof value === 'string' && parseDuration(value) !== undefined
        ? undefined
        : 'must be a duration, e.g. 5m',
    parts: value =>
      typeof value === 'string' || (Array.isArray(value) && value.every(part => typeof part === 'string'))
        ? undefined
        : 'must be text or a list of parts',
    place: value =>
      isObject(value) &&
      Object.keys(value).every(key => ['header', 'query', 'field', 'unit'].includes(key)) &&
      Object.values(value).every(part => typeof part === 'string')
        ? undefined
        : 'must be { header | query | field: NAME }',
    exchange: value => (isObject(value) ? undefined : 'must be an exchange'),
  }
