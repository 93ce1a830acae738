/**
 * Files in bodies: where a document says `format: binary` (or names a media type of its content) a mapping gives the
 * hash of a stored file, or `{ blob, name, type }`. The bytes are put in when the call goes out.
 */
import { isObject } from '../../kernel/json.js'
import type { JsonSchema } from '../../kernel/json-schema.js'

/** Where a body can hold files at all. */
const MEMBERS: JsonSchema = {
  type: ['string', 'object'],
  properties: {
    blob: { type: 'string', description: 'Hash of the file in the blob store.' },
    name: { type: 'string', description: 'Its name over there.', 'x-personal': 'name' },
    type: { type: 'string', description: 'Its media type.' },
  },
  required: ['blob'],
}

const HASH = /^[0-9a-f]{64}$/

export interface NamedFile {
  readonly hash: string
  readonly name: string | undefined
  readonly type: string | undefined
}

/** `format: binary`, of OpenAPI 3.0 and still everywhere; `contentMediaType` without an encoding, of 3.1. */
export function isFile(schema: JsonSchema | undefined): boolean {
  const words = schema as Readonly<Record<string, unknown>> | undefined
  if (!words) return false
  return (
    words['format'] === 'binary' ||
    (typeof words['contentMediaType'] === 'string' && words['contentEncoding'] === undefined)
  )
}

/** The schema of a multipart body as mappings are checked against it: files by hash, alone or in lists. */
export function withFiles(schema: JsonSchema | undefined): JsonSchema | undefined {
  if (!schema) return schema
  if (isFile(schema)) {
    const note = schema.description === undefined ? {} : { description: schema.description }
    return { ...MEMBERS, ...note, format: 'binary' }
  }
  const copy: Record<string, unknown> = { ...schema }
  if (schema.properties)
    copy['properties'] = Object.fromEntries(
      Object.entries(schema.properties).map(([name, member]) => [
        name,
        isFile(member) || isFile(member.items) ? withItems(member) : member,
      ]),
    )
  for (const word of ['allOf', 'anyOf', 'oneOf'] as const)
    if (schema[word]) copy[word] = schema[word].map(variant => withFiles(variant))
  return copy as JsonSchema
}

function withItems(member: JsonSchema): JsonSchema {
  if (isFile(member)) return withFiles(member) ?? member
  const items = withFiles(member.items)
  return items ? { ...member, items } : member
}

/** What a mapping gave for a file; undefined where it is no hash of the blob store. */
export function namedFile(value: unknown): NamedFile | undefined {
  const blob = isObject(value) ? value['blob'] : value
  if (typeof blob !== 'string' || !HASH.test(blob)) return undefined
  const word = (name: string) =>
    isObject(value) && typeof value[name] === 'string' && value[name] !== '' ? value[name] : undefined
  return { hash: blob, name: word('name'), type: word('type') }
}
