/**
 * Files that were fetched before their links expired, put into the partial record: wherever a kind has `blob`
 * beside `url` (résumé, media), the hash of the file goes in and the link becomes ours: a vendor's link expires, and is
 * another one at every poll, which would be news about nothing.
 */
import { isObject, type Json, type JsonObject } from '../../kernel/json.js'
import type { JsonSchema } from '../../kernel/json-schema.js'
import type { InResult } from '../../mapping/types.js'
import { KINDS } from '../../model/kinds.js'

/** @param attachments of the message's head: address → { blob, link }, null where it could not be had */
export function withBlobs(kind: string, read: InResult, attachments: Json | undefined): InResult {
  if (read.verdict !== 'said' || !isObject(attachments)) return read
  const schema = KINDS.get(kind)?.schema as JsonSchema | undefined
  return schema
    ? { ...read, fields: fill(schema, read.fields, attachments as JsonObject) as JsonObject }
    : read
}

function fill(schema: JsonSchema, value: Json, blobs: JsonObject): Json {
  if (Array.isArray(value))
    return schema.items ? value.map(entry => fill(schema.items ?? {}, entry as Json, blobs)) : value
  if (!isObject(value) || !schema.properties) return value
  const { properties } = schema
  const filled = Object.fromEntries(
    Object.entries(value as JsonObject).map(([name, member]) => [
      name,
      properties[name] ? fill(properties[name], member, blobs) : member,
    ]),
  )
  const url = filled['url']
  const had = typeof url === 'string' ? blobs[url] : undefined
  if (!properties['blob'] || !isObject(had)) return filled
  const { blob, link } = had as { blob?: Json; link?: Json }
  const { url: _expiring, ...rest } = filled
  return {
    ...rest,
    ...(typeof link === 'string' ? { url: link } : {}),
    ...(typeof blob === 'string' ? { blob } : {}),
  }
}
