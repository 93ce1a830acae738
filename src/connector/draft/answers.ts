/**
 * Where things stand in a vendor's answers: the thing itself below an envelope, its id, the items of a list, and
 * the word that says whether a call was accepted.
 */
import type { Json } from '../../kernel/json.js'
import type { JsonSchema } from '../../kernel/json-schema.js'
import type { ApiDocument, Operation } from '../manifest/openapi.js'
import { answerSchema } from '../manifest/shapes.js'
import { propertiesOf } from '../operation/project.js'
import { member, singularName, squash } from './words.js'

/** A place in an answer and what stands there. */
export interface Found {
  /** `body.data.id` */
  readonly path: string
  readonly schema: JsonSchema
}

/** Members that hold the thing itself. */
const ENVELOPES = ['data', 'result', 'results', 'payload', 'response', 'body', 'content', 'item', 'record']
/** Members that hold a page's items, the likeliest first. */
const LISTS = [
  'items',
  'data',
  'results',
  'result',
  'content',
  'records',
  'list',
  'rows',
  'values',
  'entries',
  'elements',
  'objects',
]
const IDS = ['uuid', 'uid', 'guid']
/** Names that may be an id, and may as well be a word of the envelope (`code: 0`). */
const PERHAPS_IDS = ['key', 'code', 'number']
const MAX_DEPTH = 3

export const isObjectSchema = (schema: JsonSchema): boolean => propertiesOf(schema).size > 0
export const isListSchema = (schema: JsonSchema): boolean =>
  schema.type === 'array' ||
  (Array.isArray(schema.type) && schema.type.includes('array')) ||
  schema.items !== undefined
const isScalar = (schema: JsonSchema): boolean => !isObjectSchema(schema) && !isListSchema(schema)

/** The thing in an answer: the whole of it, or what stands in its envelope. */
export function thingIn(operation: Operation, resource: string): Found | undefined {
  const schema = answerSchema(operation)
  return schema && unwrapped({ path: 'body', schema }, resource, 0)
}

function unwrapped(found: Found, resource: string, depth: number): Found | undefined {
  const members = propertiesOf(found.schema)
  if (members.size === 0) return isListSchema(found.schema) ? undefined : found
  if (idNamed(found, ['id', `${squash(resource)}id`, ...IDS]) || depth === MAX_DEPTH) return found
  const inner = [...members].filter(([, schema]) => isObjectSchema(schema) && !isListSchema(schema))
  const named = inner.find(([name]) => singularName(name) === resource || ENVELOPES.includes(squash(name)))
  const only = named ?? (members.size === 1 ? inner[0] : undefined)
  return only ? unwrapped({ path: member(found.path, only[0]), schema: only[1] }, resource, depth + 1) : found
}

/** Where a thing's id stands: `id`, `candidate_id`, the name of the path parameter, or another usual name. */
export function idOf(found: Found, resource: string, parameter?: string): Found | undefined {
  const own = [`${squash(resource)}id`, ...(parameter ? [squash(parameter)] : [])]
  return idNamed(found, ['id', ...own, ...IDS, ...PERHAPS_IDS])
}

function idNamed(found: Found, names: readonly string[]): Found | undefined {
  const members = [...propertiesOf(found.schema)].filter(([, schema]) => isScalar(schema))
  for (const name of names) {
    const hit = members.find(([key]) => squash(key) === name)
    if (hit) return { path: member(found.path, hit[0]), schema: hit[1] }
  }
  return undefined
}

/** The items of a list's answer; undefined where it holds no list. */
export function itemsIn(operation: Operation, resource: string): Found | undefined {
  const schema = answerSchema(operation)
  return schema && listIn({ path: 'body', schema }, resource, 0)
}

function listIn(found: Found, resource: string, depth: number): Found | undefined {
  if (isListSchema(found.schema)) return { path: found.path, schema: found.schema.items ?? {} }
  const members = [...propertiesOf(found.schema)]
  const lists = members.filter(([, schema]) => isListSchema(schema))
  const best =
    lists.find(([name]) => singularName(name) === resource) ??
    LISTS.flatMap(word => lists.filter(([name]) => squash(name) === word))[0] ??
    (lists.length === 1 ? lists[0] : undefined)
  if (best) return { path: member(found.path, best[0]), schema: best[1].items ?? {} }
  if (depth === MAX_DEPTH) return undefined
  for (const word of ENVELOPES)
    for (const [name, schema] of members)
      if (squash(name) === word && isObjectSchema(schema)) {
        const inner = listIn({ path: member(found.path, name), schema }, resource, depth + 1)
        if (inner) return inner
      }
  return undefined
}

export interface Success {
  /** `body.code == 0` */
  readonly expression: string
  /** Where the word stands, and its value. */
  readonly path: string
  readonly value: Json
  /** The document itself names the value. */
  readonly sure: boolean
}

const CODES = ['errcode', 'errorcode', 'code', 'retcode', 'ret']
/** So much of all answers must carry the word before it is believed to be everybody's. */
const MOST = 0.6

/** `code`, `errcode` or `success` that most answers carry. */
export function successOf(document: ApiDocument): Success | undefined {
  const answers = [...document.operations.values()].flatMap(operation => {
    const schema = answerSchema(operation)
    return schema && isObjectSchema(schema) ? [propertiesOf(schema)] : []
  })
  const named = (name: string, fits: (schema: JsonSchema) => boolean) =>
    answers.flatMap(members =>
      [...members].filter(([key, schema]) => squash(key) === name && fits(schema)).slice(0, 1),
    )
  const enough = (hits: readonly unknown[]) => hits.length >= 2 && hits.length >= answers.length * MOST
  const flags = named('success', schema => schema.type === 'boolean')
  const [flag] = flags
  if (flag && enough(flags)) return says(member('body', flag[0]), true, true)
  for (const word of CODES) {
    const hits = named(word, isScalar)
    const [first] = hits
    if (!first || !enough(hits)) continue
    const [key, schema] = first
    const said = schema.const ?? (schema.enum?.length === 1 ? schema.enum[0] : undefined)
    const text = schema.type === 'string'
    const value = said ?? (text ? '0' : 0)
    return says(member('body', key), value, said !== undefined)
  }
  return undefined
}

const says = (path: string, value: Json, sure: boolean): Success => ({
  expression: `${path} == ${JSON.stringify(value)}`,
  path,
  value,
  sure,
})
