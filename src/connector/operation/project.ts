/**
 * Projection: a mapped value cut to what one operation's own schema takes, deep. So attendees go to the call
 * that knows attendees, and what only create understands stays out of update. Members of an object whose
 * schema lists properties are kept only where listed, or where `additionalProperties` says so.
 */
import type { Json, JsonObject } from '../../kernel/json.js'
import type { JsonSchema } from '../../kernel/json-schema.js'

export function project(value: Json, schema: JsonSchema | undefined): Json {
  if (schema === undefined || value === null || typeof value !== 'object') return value
  if (Array.isArray(value)) {
    const items = schema.items ?? variants(schema).find(variant => variant.items)?.items
    return items ? value.map((entry: Json) => project(entry, items)) : value
  }
  const { properties, extra, open } = membersOf(schema)
  if (open && properties.size === 0) return value
  const result: Record<string, Json> = {}
  for (const [key, member] of Object.entries(value as JsonObject)) {
    const known = properties.get(key)
    if (known) result[key] = project(member, known)
    else if (extra === true) result[key] = member
    else if (typeof extra === 'object') result[key] = project(member, extra)
  }
  return result
}

/** Properties of a schema with those of its allOf, anyOf and oneOf. */
export function propertiesOf(schema: JsonSchema): ReadonlyMap<string, JsonSchema> {
  return membersOf(schema).properties
}

interface Members {
  readonly properties: Map<string, JsonSchema>
  readonly extra: boolean | JsonSchema | undefined
  /** Nothing is said about members at all. */
  readonly open: boolean
}

const variants = (schema: JsonSchema): readonly JsonSchema[] => [
  ...(schema.allOf ?? []),
  ...(schema.anyOf ?? []),
  ...(schema.oneOf ?? []),
]

function membersOf(schema: JsonSchema, depth = 0): Members {
  const properties = new Map<string, JsonSchema>(Object.entries(schema.properties ?? {}))
  let extra = schema.additionalProperties
  let open = schema.properties === undefined && extra === undefined
  if (depth < 16)
    for (const variant of variants(schema)) {
      const members = membersOf(variant, depth + 1)
      for (const [key, member] of members.properties) if (!properties.has(key)) properties.set(key, member)
      extra ??= members.extra
      open &&= members.open
    }
  return { properties, extra, open }
}

/** The schema at a plain path (`data.items[0].name`, `data[*]`) below a schema; undefined where it leads nowhere. */
export function schemaAt(schema: JsonSchema | undefined, path: string): JsonSchema | undefined {
  let here = schema
  for (const step of path.match(/[^.[\]]+|\[[^\]]*\]/g) ?? []) {
    if (!here) return undefined
    here =
      step.startsWith('[') || /^(?:\d+|\*)$/.test(step) ? here.items : membersOf(here).properties.get(step)
  }
  return here
}
