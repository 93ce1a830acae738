/**
 * Is a partial record what its kind allows? Every field may be absent (says nothing) or null (says empty).
 * Instants come out in UTC, so that one moment is one value whatever offset it was written with.
 */
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { HubError } from '../kernel/errors.js'
import { isObject, type Json, type JsonObject } from '../kernel/json.js'
import type { JsonSchema } from '../kernel/json-schema.js'
import { KINDS } from './kinds.js'

// Our own schemas need no proof: compiling the one for schemas would hold up the first message for a second.
const ajv = new Ajv2020({ allErrors: false, strict: false, validateFormats: true, validateSchema: false })
;(addFormats as unknown as (instance: Ajv2020) => void)(ajv)

/** The same schema with nothing required and null allowed wherever a field may be emptied. */
function relaxed(schema: JsonSchema, root: boolean): JsonSchema {
  const properties = schema.properties
    ? Object.fromEntries(
        Object.entries(schema.properties).map(([name, member]) => [name, relaxed(member, false)]),
      )
    : undefined
  const { required, $id, ...rest } = schema
  const more = schema.additionalProperties
  const loose: JsonSchema = {
    ...rest,
    ...(properties ? { properties } : {}),
    ...(schema.items ? { items: relaxed(schema.items, true) } : {}),
    ...(typeof more === 'object' ? { additionalProperties: relaxed(more, false) } : {}),
  }
  return root ? loose : { anyOf: [{ type: 'null' }, loose] }
}

const validators = new Map<string, ValidateFunction>()

function validatorOf(kind: string): ValidateFunction {
  const known = validators.get(kind)
  if (known) return known
  const definition = KINDS.get(kind)
  if (!definition) throw new HubError('MODEL_PATH_UNKNOWN', { detail: `there is no kind ${kind}` })
  const validate = ajv.compile(relaxed(definition.schema as unknown as JsonSchema, true))
  validators.set(kind, validate)
  return validate
}

/** @throws HubError `MODEL_VALUE_INVALID` or `MODEL_PATH_UNKNOWN` with the path; never the value */
export function checkPartial(kind: string, partial: JsonObject): JsonObject {
  const validate = validatorOf(kind)
  if (!validate(partial)) {
    const errors = validate.errors ?? []
    const unknown = errors.find(error => error.keyword === 'additionalProperties')
    const error =
      unknown ??
      errors.find(candidate => candidate.keyword !== 'anyOf' && candidate.params['type'] !== 'null') ??
      errors[0]
    const path = pointerToPath(error?.instancePath ?? '')
    if (unknown) {
      const name = String(unknown.params['additionalProperty'])
      const full = path ? `${path}.${name}` : name
      throw new HubError('MODEL_PATH_UNKNOWN', {
        detail: `${kind} has no field ${full}`,
        where: { path: full },
      })
    }
    throw new HubError('MODEL_VALUE_INVALID', {
      detail: `${kind}.${path} ${error?.message ?? 'does not fit'}`,
      where: { path },
    })
  }
  return inUtc(KINDS.get(kind)?.schema as unknown as JsonSchema, partial) as JsonObject
}

function pointerToPath(pointer: string): string {
  return pointer
    .split('/')
    .slice(1)
    .map(step => step.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce((path, step) => (/^\d+$/.test(step) ? `${path}[${step}]` : path ? `${path}.${step}` : step), '')
}

/** Schemas by whether an instant can stand anywhere below: most of a record is copied for nothing else. */
const instants = new WeakMap<JsonSchema, boolean>()

function holdsInstants(schema: JsonSchema | undefined): boolean {
  if (!schema) return false
  const known = instants.get(schema)
  if (known !== undefined) return known
  const more = typeof schema.additionalProperties === 'object' ? [schema.additionalProperties] : []
  const below = [...Object.values(schema.properties ?? {}), ...more, ...(schema.items ? [schema.items] : [])]
  const holds = schema.format === 'date-time' || below.some(holdsInstants)
  instants.set(schema, holds)
  return holds
}

function inUtc(schema: JsonSchema | undefined, value: Json): Json {
  if (!schema || value === null || !holdsInstants(schema)) return value
  if (typeof value === 'string') {
    return schema.format === 'date-time' ? instantInUtc(value) : value
  }
  if (Array.isArray(value))
    return schema.items ? value.map(entry => inUtc(schema.items, entry as Json)) : value
  if (!isObject(value) || !schema.properties) return value
  const more = typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined
  return Object.fromEntries(
    Object.entries(value as JsonObject).map(([name, member]) => [
      name,
      inUtc(schema.properties?.[name] ?? more, member),
    ]),
  )
}

function instantInUtc(text: string): string {
  const at = new Date(text)
  // RFC 3339 knows second 60, a JavaScript date does not.
  if (Number.isNaN(at.getTime()))
    throw new HubError('MODEL_VALUE_INVALID', { detail: 'an instant that no clock here can show' })
  return at.toISOString().replace('.000Z', 'Z')
}
