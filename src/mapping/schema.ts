/**
 * Questions about a JSON schema: what a member is, which types are possible, which words. Unions count as "any
 * of them"; null alternatives are ignored; an undefined schema means "not known" and forbids nothing.
 */
import type { Json } from '../kernel/json.js'
import type { JsonSchema } from '../kernel/json-schema.js'

export type Known = JsonSchema | undefined

/** Schemas may point at themselves; deeper than this nothing is asked. */
const MAX_NESTING = 8

/** The alternatives a schema stands for; `allOf` is merged into one. */
export function alternatives(schema: JsonSchema, depth = 0): readonly JsonSchema[] {
  if (depth > MAX_NESTING) return [{}]
  const union = schema.anyOf ?? schema.oneOf
  const base = schema.allOf ? mergeAll(schema, depth) : schema
  if (!union) return [base]
  const shared = { ...base, anyOf: undefined, oneOf: undefined } as unknown as JsonSchema
  return union
    .filter(option => option.type !== 'null' && option.const !== null)
    .flatMap(option => alternatives(option, depth + 1))
    .map(option => (hasContent(shared) ? overlay(shared, option) : option))
}

const hasContent = (schema: JsonSchema) =>
  schema.properties !== undefined || schema['x-personal'] !== undefined || schema['x-ref'] !== undefined

function overlay(base: JsonSchema, over: JsonSchema): JsonSchema {
  const merged: Record<string, unknown> = { ...base }
  for (const [key, value] of Object.entries(over)) if (value !== undefined) merged[key] = value
  if (base.properties && over.properties) merged['properties'] = { ...base.properties, ...over.properties }
  if (base.required && over.required) merged['required'] = [...base.required, ...over.required]
  return merged as JsonSchema
}

function mergeAll(schema: JsonSchema, depth: number): JsonSchema {
  let merged: JsonSchema = { ...schema, allOf: undefined } as unknown as JsonSchema
  for (const part of schema.allOf ?? [])
    for (const option of alternatives(part, depth + 1).slice(0, 1)) merged = overlay(merged, option)
  return merged
}

function union(options: readonly JsonSchema[]): Known {
  return options.length === 1 ? options[0] : options.length === 0 ? undefined : { anyOf: options }
}

/** The schema of a member; `open` = may be there, undescribed; `none` = the schema knows no such member. */
export function memberOf(schema: Known, name: string): { readonly schema: Known } | 'none' {
  if (!schema) return { schema: undefined }
  const found: JsonSchema[] = []
  let open = false
  for (const option of alternatives(schema)) {
    if (!allows(option, 'object')) continue
    const own =
      option.properties && Object.hasOwn(option.properties, name) ? option.properties[name] : undefined
    if (own) found.push(own)
    else if (typeof option.additionalProperties === 'object') {
      if (Object.keys(option.additionalProperties).length === 0) open = true
      else found.push(option.additionalProperties)
    } else if (option.additionalProperties === true || isUndescribed(option)) open = true
  }
  if (found.length > 0) return { schema: union(found) }
  return open ? { schema: undefined } : 'none'
}

const isUndescribed = (schema: JsonSchema) =>
  schema.properties === undefined && schema.additionalProperties === undefined

/** The schema of a list's entries. */
export function entryOf(schema: Known, index?: number): { readonly schema: Known } | 'none' {
  if (!schema) return { schema: undefined }
  const found: JsonSchema[] = []
  let open = false
  for (const option of alternatives(schema)) {
    if (!allows(option, 'array')) continue
    const fixed = index !== undefined ? option.prefixItems?.[index] : undefined
    const entry = fixed ?? option.items
    if (entry) found.push(entry)
    else open = true
  }
  if (found.length > 0) return { schema: union(found) }
  return open ? { schema: undefined } : 'none'
}

export function memberNames(schema: Known): readonly string[] {
  if (!schema) return []
  return [...new Set(alternatives(schema).flatMap(option => Object.keys(option.properties ?? {})))]
}

const typeOfValue = (value: Json): string => {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  return typeof value === 'number' && Number.isInteger(value) ? 'integer' : typeof value
}

/** Possible JSON types but null; undefined = anything. */
export function typesOf(schema: Known): ReadonlySet<string> | undefined {
  if (!schema) return undefined
  const types = new Set<string>()
  for (const option of alternatives(schema)) {
    const own = ownTypes(option)
    if (!own) return undefined
    for (const type of own) if (type !== 'null') types.add(type)
  }
  return types.size > 0 ? types : undefined
}

function ownTypes(schema: JsonSchema): readonly string[] | undefined {
  if (schema.type !== undefined) return typeof schema.type === 'string' ? [schema.type] : schema.type
  if (schema.enum) return schema.enum.map(typeOfValue)
  if (schema.const !== undefined) return [typeOfValue(schema.const)]
  if (schema.properties) return ['object']
  return schema.items || schema.prefixItems ? ['array'] : undefined
}

const allows = (schema: JsonSchema, type: string): boolean => ownTypes(schema)?.includes(type) ?? true

export function mayBe(schema: Known, type: string): boolean {
  const types = typesOf(schema)
  if (!types || types.has(type)) return true
  return (type === 'integer' && types.has('number')) || (type === 'number' && types.has('integer'))
}

/** The words of an enumeration; undefined where any value is allowed. */
export function wordsOf(schema: Known): readonly Json[] | undefined {
  if (!schema) return undefined
  const words: Json[] = []
  for (const option of alternatives(schema)) {
    const own = option.enum ?? (option.const === undefined ? undefined : [option.const])
    if (!own) return undefined
    words.push(...own.filter(word => word !== null))
  }
  return words.length > 0 ? words : undefined
}

/** An annotation, where some alternative carries it. */
export function annotation(
  schema: Known,
  name: 'x-ref' | 'x-personal' | 'x-merge' | 'format',
): string | undefined {
  if (!schema) return undefined
  for (const option of [schema, ...alternatives(schema)]) if (option[name] !== undefined) return option[name]
  return undefined
}

export const isRef = (schema: Known): boolean => annotation(schema, 'x-ref') !== undefined

/** Shapes of vendors may contain each other: so many are looked into. */
const MAX_LOOKED_INTO = 5000

/** Personal itself, or holding something personal within. */
export function personalWithin(schema: Known): string | undefined {
  return personalIn(schema, 0, new Set())
}

function personalIn(schema: Known, depth: number, seen: Set<JsonSchema>): string | undefined {
  if (!schema || depth > MAX_NESTING || seen.has(schema) || seen.size > MAX_LOOKED_INTO) return undefined
  seen.add(schema)
  const own = annotation(schema, 'x-personal')
  if (own) return own
  for (const option of alternatives(schema)) {
    for (const member of Object.values(option.properties ?? {})) {
      const within = personalIn(member, depth + 1, seen)
      if (within) return within
    }
    const within = personalIn(option.items, depth + 1, seen)
    if (within) return within
  }
  return undefined
}

export function isRequired(schema: Known, name: string): boolean {
  return (
    schema !== undefined && alternatives(schema).every(option => option.required?.includes(name) ?? false)
  )
}

export function requiredOf(schema: Known): readonly string[] {
  if (!schema) return []
  const [first, ...others] = alternatives(schema)
  return (first?.required ?? []).filter(name => others.every(option => option.required?.includes(name)))
}

/** A schema in a few words, for a message. */
export function describe(schema: Known): string {
  const words = wordsOf(schema)
  if (words) return `one of ${listed(words.map(String))}`
  const types = typesOf(schema)
  if (!types) return 'anything'
  const format = annotation(schema, 'format')
  return [...types]
    .map(type => (type === 'string' && format ? `text (${format})` : (NAMES[type] ?? type)))
    .join(' or ')
}

const NAMES: Readonly<Record<string, string>> = {
  string: 'text',
  array: 'a list',
  object: 'an object',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
}

export function listed(words: readonly string[], most = 10): string {
  const shown = words.slice(0, most).join(', ')
  return words.length > most ? `${shown} … (${words.length})` : shown
}
