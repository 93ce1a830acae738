/**
 * A value of an integrator's file against its grammar, told in the integrator's words: one problem per mistake,
 * at its place, with the nearest known word.
 */
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js'
import type { TSchema } from 'typebox'
import { isObject } from '../../kernel/json.js'
import type { YamlPath } from '../../kernel/yaml.js'
import type { ProblemList } from '../../mapping/problems.js'
import { didYouMean } from '../../mapping/suggest.js'
import { ConnectionSchema, FlowSchema, OwnershipFileSchema } from './grammar.js'

export type Shape = ValidateFunction

// Our own schemas need no proof at every start: compiling the one for schemas takes longer than all the rest.
const ajv = new Ajv2020({
  allErrors: true,
  strict: false,
  verbose: true,
  logger: false,
  validateSchema: false,
})
const shape = (schema: TSchema): Shape => ajv.compile(schema)

export const SHAPES = {
  connection: shape(ConnectionSchema),
  flow: shape(FlowSchema),
  ownership: shape(OwnershipFileSchema),
} as const

/** @param at place of the value in its file */
export function checkShape(validate: Shape, value: unknown, at: YamlPath, list: ProblemList): boolean {
  if (validate(value)) return true
  for (const error of validate.errors ?? []) {
    // What stands in a union is told once, by the union.
    if (error.schemaPath.includes('/anyOf/')) continue
    tell(error, [...at, ...pointer(error.instancePath)], list)
  }
  return false
}

/**
 * What of an object can still be used: the members that are wrong are told and left out, so that one mistake does
 * not hide another. Undefined where a required member is missing or wrong.
 */
export function soundPart<T>(
  validate: Shape,
  value: unknown,
  at: YamlPath,
  list: ProblemList,
  required: readonly (keyof T & string)[],
): T | undefined {
  if (checkShape(validate, value, at, list)) return value as T
  if (!isObject(value)) return undefined
  const wrong = new Set(
    (validate.errors ?? []).map(({ instancePath, params }) =>
      instancePath === '' ? String(params['additionalProperty'] ?? '') : String(pointer(instancePath)[0]),
    ),
  )
  const sound = Object.fromEntries(Object.entries(value).filter(([name]) => !wrong.has(name)))
  return required.every(name => Object.hasOwn(sound, name)) ? (sound as T) : undefined
}

/** The entries of the one list a file holds; a file that holds something else is a problem. */
export function entriesOf(
  value: unknown,
  word: string,
  others: readonly string[],
  list: ProblemList,
): readonly unknown[] {
  if (list.hasErrors && value === null) return []
  if (!isObject(value) || !Array.isArray(value[word])) {
    list.add('CONFIG_FILE_INVALID', [word], `the file begins with \`${word}:\` and a list`)
    return []
  }
  for (const name of Object.keys(value))
    if (name !== word && !others.includes(name))
      list.add(
        'CONFIG_WORD_UNKNOWN',
        [name],
        `there is no \`${name}\`${didYouMean(name, [word, ...others])}`,
        {
          key: true,
        },
      )
  return value[word]
}

function tell(error: ErrorObject, at: YamlPath, list: ProblemList): void {
  const { keyword, params, parentSchema } = error
  if (keyword === 'additionalProperties') {
    const word = String(params['additionalProperty'])
    const known = Object.keys((parentSchema?.['properties'] ?? {}) as object)
    const message = `there is no \`${word}\`${didYouMean(word, known)}`
    list.add('CONFIG_WORD_UNKNOWN', [...at, word], message, { key: true })
  } else if (keyword === 'required') {
    list.add('CONFIG_FILE_INVALID', at, `\`${String(params['missingProperty'])}\` is missing`)
  } else {
    const name = at.findLast(step => typeof step === 'string') ?? 'the file'
    list.add('CONFIG_FILE_INVALID', at, `\`${name}\` must be ${expected(error)}`)
  }
}

function expected({ keyword, params, parentSchema }: ErrorObject): string {
  const described = parentSchema?.['description']
  if (keyword === 'const') return `\`${String(params['allowedValue'])}\``
  if (typeof described === 'string' && keyword !== 'type') return described
  if (keyword === 'type') {
    const type = TYPES[String(params['type'])] ?? String(params['type'])
    return typeof described === 'string' ? `${type} (${described})` : type
  }
  return 'something else'
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'text',
  array: 'a list',
  object: 'an object',
  boolean: 'true or false',
}

const pointer = (text: string): (string | number)[] =>
  text
    .split('/')
    .slice(1)
    .map(part => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map(part => (/^\d+$/.test(part) ? Number(part) : part))
