/** The records a record refers to, by the fields its kind marks `x-ref`; paths without keys. */
import { isObject, type Json, type JsonObject } from '../../kernel/json.js'
import type { JsonSchema } from '../../kernel/json-schema.js'
import { KINDS } from '../../model/kinds.js'

export interface RecordRef {
  readonly path: string
  readonly to_record: string
}

/** Kinds that are about one candidate alone: what refers to such a record by a field of its own is about them too. */
export const OF_A_PERSON: ReadonlySet<string> = new Set(['candidate', 'application', 'interview'])

export function refsOf(kind: string, data: JsonObject): RecordRef[] {
  const schema = KINDS.get(kind)?.schema as JsonSchema | undefined
  const found = new Map<string, RecordRef>()
  if (schema) collect(schema, data, '', found)
  return [...found.values()].sort((a, b) => (a.path + a.to_record < b.path + b.to_record ? -1 : 1))
}

function collect(
  schema: JsonSchema,
  value: Json | undefined,
  path: string,
  found: Map<string, RecordRef>,
): void {
  if (value === undefined || value === null) return
  if (schema['x-ref'] !== undefined && typeof value === 'string') {
    found.set(`${path}\n${value}`, { path, to_record: value })
  } else if (schema.items && Array.isArray(value)) {
    for (const entry of value) collect(schema.items, entry as Json, path, found)
  } else if (schema.properties && isObject(value)) {
    for (const [name, member] of Object.entries(schema.properties)) {
      collect(member, (value as JsonObject)[name], path === '' ? name : `${path}.${name}`, found)
    }
  }
}
