/**
 * A value that a schema takes: its own example where it has one, else made of type, format, bounds and name. The
 * same schema gives the same value, so that fixtures do not change by themselves.
 */
import { isObject, type Json, type JsonObject } from '../../kernel/json.js'
import type { JsonSchema } from '../../kernel/json-schema.js'
import { squash } from './words.js'

interface Annotated extends JsonSchema {
  readonly example?: Json
  readonly examples?: readonly Json[]
}

const MAX_DEPTH = 6
/** Schemas that contain each other multiply at every level: after so many members the rest is left out. */
const MAX_MEMBERS = 2000
const FORMATS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    'date-time': '2026-03-01T10:00:00Z',
    date: '2026-03-01',
    time: '10:00:00Z',
    duration: 'PT1H',
    email: 'li.lei@example.com',
    uri: 'https://example.com/1',
    url: 'https://example.com/1',
    'uri-reference': '/1',
    uuid: '0192a3b4-c5d6-7e8f-9a0b-1c2d3e4f5061',
    hostname: 'example.com',
    ipv4: '192.0.2.1',
    ipv6: '2001:db8::1',
    byte: 'aHJodWI=',
  }),
)
/** By name, for texts that say no format. */
const NAMES: readonly (readonly [RegExp, string])[] = [
  [/email|mail$|邮箱/, 'li.lei@example.com'],
  [/phone|mobile|tel$|手机|电话/, '+8613800138000'],
  [/url|uri|link|website/, 'https://example.com/1'],
  [/(?:firstname|givenname)$/, 'Lei'],
  [/(?:lastname|familyname|surname)$/, 'Li'],
  [/name$|姓名/, 'Li Lei'],
  [/(?:at|time|datetime|timestamp)$/, '2026-03-01T10:00:00Z'],
  [/date$|day$/, '2026-03-01'],
  [/currency/, 'CNY'],
  [/country/, 'CN'],
  [/zone/, 'Asia/Shanghai'],
  [/(?:^|[^a-z])id$|id$|uuid$/, '1'],
]
const EPOCH_S = 1_772_359_200

/** @param name of the member it stands in; gives plausible texts */
export function exampleOf(schema: JsonSchema | undefined, name = ''): Json {
  return made(schema, name, 0, { members: 0 })
}

interface Spent {
  members: number
}

function made(schema: JsonSchema | undefined, name: string, depth: number, spent: Spent): Json {
  if (!schema || depth > MAX_DEPTH) return null
  const said = stated(schema)
  if (said !== undefined) return said
  if (schema.allOf) return merged(schema, name, depth, spent)
  const union = (schema.oneOf ?? schema.anyOf)?.find(option => option.type !== 'null')
  if (union && !schema.properties) return made(union, name, depth + 1, spent)
  const type = typeof schema.type === 'string' ? schema.type : schema.type?.find(one => one !== 'null')
  if (type === 'array' || (type === undefined && schema.items)) return listExample(schema, name, depth, spent)
  if (type === 'object' || (type === undefined && schema.properties))
    return objectExample(schema, depth, spent)
  if (type === 'boolean') return true
  if (type === 'integer' || type === 'number') return numberExample(schema, name)
  if (type === 'null') return null
  return textExample(schema, name)
}

function stated(schema: Annotated): Json | undefined {
  const said = schema.const ?? schema.example ?? schema.examples?.[0] ?? schema.default
  if (said !== undefined) return said
  return schema.enum?.find(word => word !== null)
}

function merged(schema: JsonSchema, name: string, depth: number, spent: Spent): Json {
  const { allOf = [], ...rest } = schema
  const objects = [...allOf, rest]
    .map(part => made(part, name, depth + 1, spent))
    .flatMap(part => (isObject(part) ? [part as JsonObject] : []))
  if (objects.length > 0) return Object.fromEntries(objects.flatMap(object => Object.entries(object)))
  return made(allOf[0], name, depth + 1, spent)
}

function objectExample(schema: JsonSchema, depth: number, spent: Spent): Json {
  const members = Object.entries(schema.properties ?? {}).filter(
    ([key]) => depth < MAX_DEPTH - 1 || (schema.required?.includes(key) ?? false),
  )
  spent.members += members.length
  if (spent.members > MAX_MEMBERS) return {}
  return Object.fromEntries(members.map(([key, member]) => [key, made(member, key, depth + 1, spent)]))
}

function listExample(schema: JsonSchema, name: string, depth: number, spent: Spent): Json {
  if (depth >= MAX_DEPTH && (schema.minItems ?? 0) === 0) return []
  const entry = made(schema.items, name.replace(/s$/, ''), depth + 1, spent)
  return entry === null
    ? []
    : Array.from({ length: Math.min(Math.max(1, schema.minItems ?? 1), 20) }, () => entry)
}

function numberExample({ minimum, maximum, type }: JsonSchema, name: string): number {
  const wanted = type === 'integer' && /(?:at|time|timestamp|ms)$/.test(squash(name)) ? EPOCH_S : 1
  const low = minimum === undefined ? wanted : Math.max(minimum, wanted)
  return maximum === undefined ? low : Math.min(low, maximum)
}

function textExample(schema: JsonSchema, name: string): string {
  const word = squash(name)
  const hint =
    FORMATS.get(schema.format ?? '') ??
    NAMES.find(([pattern]) => pattern.test(word))?.[1] ??
    (name === '' ? 'text' : name)
  const { minLength = 0, maxLength } = schema
  const long = hint.length < minLength ? hint.padEnd(Math.min(minLength, 10_000), 'x') : hint
  return maxLength !== undefined && long.length > maxLength ? long.slice(0, maxLength) : long
}
