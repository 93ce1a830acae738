/**
 * An OpenAPI 3.0 document as 3.1: what a schema says in another way there (`nullable`, exclusive bounds as flags)
 * is said as JSON Schema says it. Everything else is the same in both.
 * Format: https://www.openapis.org/blog/2021/02/16/migrating-from-openapi-3-0-to-3-1-0
 */
import { isObject, type Json, type JsonObject } from '../../kernel/json.js'

/** Values, not schemas: what looks like a word of a schema in them is data. */
const DATA = new Set(['example', 'examples', 'default', 'enum', 'const'])
const BOUNDS = [
  ['exclusiveMinimum', 'minimum'],
  ['exclusiveMaximum', 'maximum'],
] as const

/** @param root a document that says openapi: 3.0.x */
export function upgraded(root: JsonObject): JsonObject {
  return { ...(walk(root) as JsonObject), openapi: '3.1.0' }
}

function walk(value: Json): Json {
  if (Array.isArray(value)) return value.map(walk)
  if (!isObject(value)) return value
  return asSchema(
    Object.fromEntries(
      Object.entries(value).map(([key, member]): [string, Json] => [
        key,
        DATA.has(key) ? (member as Json) : walk(member as Json),
      ]),
    ),
  )
}

function asSchema(node: Record<string, Json>): Json {
  // Beside a $ref 3.0 reads nothing.
  if (typeof node['$ref'] === 'string' && node['nullable'] !== undefined) return { $ref: node['$ref'] }
  for (const [flag, bound] of BOUNDS) {
    if (typeof node[flag] !== 'boolean') continue
    const limit = node[bound]
    if (node[flag] && limit !== undefined) {
      node[flag] = limit
      delete node[bound]
    } else delete node[flag]
  }
  const { nullable, ...rest } = node
  if (typeof nullable !== 'boolean') return node
  return nullable ? orNull(rest) : rest
}

function orNull(schema: Record<string, Json>): Json {
  const { type, enum: words } = schema
  if (typeof type !== 'string') return { anyOf: [schema, { type: 'null' }] }
  return {
    ...schema,
    type: [type, 'null'],
    ...(Array.isArray(words) && !words.includes(null) ? { enum: [...words, null] } : {}),
  }
}
