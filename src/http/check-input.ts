/**
 * Requests against their schemas: what comes from an address is text and is read as what the schema wants, what
 * comes in a body must be of its type already. Nothing is removed or filled in behind the caller's back but defaults.
 */
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import type { FastifySchemaCompiler } from 'fastify'
import { HubError } from '../kernel/errors.js'
import { MAX_DEPTH, parseJson } from '../kernel/json.js'

const options = {
  allErrors: false,
  strict: false,
  validateFormats: true,
  useDefaults: true,
  // Our own schemas need no proof at every start.
  validateSchema: false,
} as const
const exact = new Ajv2020(options)
const reading = new Ajv2020({ ...options, coerceTypes: true })
const addTo = addFormats as unknown as (instance: Ajv2020) => void
addTo(exact)
addTo(reading)

export const compileInput: FastifySchemaCompiler<object> = ({ schema, httpPart }) =>
  (httpPart === 'body' ? exact : reading).compile(schema)

/** Halves of surrogate pairs and NUL are JSON and no text that a database keeps. */
const UNSTORABLE = /[\0\p{Surrogate}]/u
const FORBIDDEN_NAMES = new Set(['__proto__', '$reference'])

/** @throws HubError `HTTP_TEXT_FORBIDDEN` */
export function refuseText(text: string, where: string): void {
  if (UNSTORABLE.test(text))
    throw new HubError('HTTP_TEXT_FORBIDDEN', { detail: `${where} holds a character that cannot be kept` })
}

/** @throws HubError `JSON_TEXT_BROKEN`, `JSON_TEXT_DEEP`, `HTTP_TEXT_FORBIDDEN` */
export function parseBody(text: string): unknown {
  const value = parseJson(text)
  walk(value, MAX_DEPTH + 1)
  return value
}

function walk(value: unknown, left: number): void {
  if (typeof value === 'string') refuseText(value, 'a text of the body')
  if (typeof value !== 'object' || value === null || left === 0) return
  if (Array.isArray(value)) {
    for (const entry of value) walk(entry, left - 1)
    return
  }
  for (const [name, member] of Object.entries(value)) {
    refuseText(name, 'a name in the body')
    if (FORBIDDEN_NAMES.has(name))
      throw new HubError('HTTP_TEXT_FORBIDDEN', { detail: `the body holds a member ${name}` })
    walk(member, left - 1)
  }
}
