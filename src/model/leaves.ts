/**
 * The fields of a kind as leaves: `schedule`, `custom.summary`, `dimensions[logic].score`. A record is said,
 * claimed and won leaf by leaf; objects and lists are one leaf unless their schema says `x-merge`.
 */
import { HubError } from '../kernel/errors.js'
import { isObject, type Json, type JsonObject } from '../kernel/json.js'
import type { JsonSchema } from '../kernel/json-schema.js'

export type LeafNode =
  | { readonly is: 'leaf'; readonly schema: JsonSchema }
  | {
      readonly is: 'fields'
      readonly members: ReadonlyMap<string, LeafNode>
      readonly open: LeafNode | undefined
      readonly schema: JsonSchema
    }
  | {
      readonly is: 'keyed'
      readonly key: string
      readonly entry: LeafNode & { readonly is: 'fields' }
      readonly schema: JsonSchema
    }

/** Leaf that an inbound delete claims. */
export const GONE = '$gone'

export interface Spoken {
  readonly say: Readonly<Record<string, Json>>
  /** Keyed lists and open maps that were said whole: what the same link said in them before is now said empty. */
  readonly whole: readonly string[]
}

const KEYED = /^keyed\((\w+)\)$/

export function leafTree(schema: JsonSchema, root = true): LeafNode {
  const merge = schema['x-merge']
  const key = merge === undefined ? undefined : KEYED.exec(merge)?.[1]
  if (key !== undefined && schema.items) return { is: 'keyed', key, entry: fieldsOf(schema.items), schema }
  if (root || merge === 'fields') return fieldsOf(schema)
  return { is: 'leaf', schema }
}

function fieldsOf(schema: JsonSchema): LeafNode & { readonly is: 'fields' } {
  const members = new Map(
    Object.entries(schema.properties ?? {}).map(([name, member]) => [name, leafTree(member, false)]),
  )
  const more = schema.additionalProperties
  return {
    is: 'fields',
    members,
    open: typeof more === 'object' ? { is: 'leaf', schema: more } : undefined,
    schema,
  }
}

const PLAIN_KEY = /^[\p{L}\p{N}_:-]{1,120}$/u
const keyText = (key: string) => (PLAIN_KEY.test(key) ? `[${key}]` : `[${JSON.stringify(key)}]`)
const PLAIN_NAME = /^[\p{L}\p{N}_-]{1,120}$/u
const nameText = (name: string) => (PLAIN_NAME.test(name) ? name : `[${JSON.stringify(name)}]`)

/**
 * A partial record as leaves. Absent says nothing, null says empty (on an object: on all its leaves).
 * @throws HubError `MODEL_PATH_UNKNOWN`, `MODEL_LIST_DOUBLE_KEY`, `MODEL_VALUE_INVALID`
 */
export function spell(tree: LeafNode, partial: JsonObject): Spoken {
  const say: Record<string, Json> = Object.create(null) as Record<string, Json>
  const whole: string[] = []
  if (tree.is !== 'fields') throw new HubError('MODEL_PATH_UNKNOWN', { detail: 'a record is an object' })
  spellFields(tree, partial, '', say, whole)
  return { say, whole }
}

function join(prefix: string, name: string): string {
  const text = nameText(name)
  return prefix === '' ? text : text.startsWith('[') ? `${prefix}${text}` : `${prefix}.${text}`
}

function spellNode(
  node: LeafNode,
  value: Json,
  path: string,
  say: Record<string, Json>,
  whole: string[],
): void {
  if (node.is === 'leaf') {
    say[path] = value
  } else if (node.is === 'fields') {
    if (value !== null && !isObject(value)) throw invalid(path, 'an object')
    if (value === null && node.open) whole.push(path)
    spellFields(node, value === null ? nulls(node) : (value as JsonObject), path, say, whole)
  } else {
    if (value !== null && !Array.isArray(value)) throw invalid(path, 'a list')
    whole.push(path)
    const seen = new Set<string>()
    for (const entry of (value ?? []) as readonly Json[]) spellEntry(node, entry, path, seen, say, whole)
  }
}

function spellEntry(
  node: LeafNode & { is: 'keyed' },
  entry: Json,
  path: string,
  seen: Set<string>,
  say: Record<string, Json>,
  whole: string[],
): void {
  if (!isObject(entry)) throw invalid(path, 'a list of objects')
  const key = entry[node.key]
  if (typeof key !== 'string' && typeof key !== 'number') throw invalid(`${path}[].${node.key}`, 'a key')
  if (seen.has(String(key))) {
    throw new HubError('MODEL_LIST_DOUBLE_KEY', {
      detail: `two entries of ${path} have one ${node.key}`,
      where: { path },
    })
  }
  seen.add(String(key))
  spellFields(node.entry, entry as JsonObject, `${path}${keyText(String(key))}`, say, whole)
}

function spellFields(
  node: LeafNode & { is: 'fields' },
  object: JsonObject,
  prefix: string,
  say: Record<string, Json>,
  whole: string[],
): void {
  for (const name of Object.keys(object)) {
    const value = object[name]
    if (value === undefined) continue
    const member = node.members.get(name) ?? node.open
    if (!member)
      throw new HubError('MODEL_PATH_UNKNOWN', {
        detail: `there is no field ${join(prefix, name)}`,
        where: { path: join(prefix, name) },
      })
    spellNode(member, value, join(prefix, name), say, whole)
  }
}

function nulls(node: LeafNode & { is: 'fields' }): JsonObject {
  return Object.fromEntries([...node.members.keys()].map(name => [name, null]))
}

function invalid(path: string, wanted: string): HubError {
  return new HubError('MODEL_VALUE_INVALID', { detail: `${path} must be ${wanted}`, where: { path } })
}

const STEP = /\["((?:[^"\\]|\\.)*)"\]|\[([^\]]*)\]|\.?([^.[\]]+)/gu

const parsed = new Map<string, readonly string[]>()
/** Paths repeat endlessly (a kind has some dozens, keyed lists some hundreds); bounded against hostile keys. */
const MAX_PARSED = 20_000

/** `dimensions[logic].score` → `['dimensions', 'logic', 'score']`. */
export function pathSteps(path: string): readonly string[] {
  const known = parsed.get(path)
  if (known) return known
  const steps = [...path.matchAll(STEP)].map(match =>
    match[1] !== undefined ? (JSON.parse(`"${match[1]}"`) as string) : (match[2] ?? match[3] ?? ''),
  )
  if (parsed.size >= MAX_PARSED) parsed.clear()
  parsed.set(path, steps)
  return steps
}

/** Leaves and their values back to the data of a record; empty leaves are left out, keyed lists sorted by key. */
export function assemble(tree: LeafNode, winners: Iterable<readonly [string, Json]>): JsonObject {
  const root: Draft = new Map()
  for (const [path, value] of winners) {
    if (value === null || path === GONE) continue
    let draft = root
    const steps = pathSteps(path)
    for (const step of steps.slice(0, -1)) {
      let next = draft.get(step)
      if (!(next instanceof Map)) {
        next = new Map()
        draft.set(step, next)
      }
      draft = next
    }
    draft.set(steps.at(-1) ?? '', value)
  }
  return (build(tree, root) ?? {}) as JsonObject
}

type Draft = Map<string, Json | Draft>

function build(node: LeafNode, draft: Json | Draft): Json | undefined {
  if (node.is === 'leaf') return draft instanceof Map ? undefined : draft
  if (!(draft instanceof Map)) return undefined
  if (node.is === 'keyed') {
    const keys = [...draft.keys()].sort()
    const entries = keys.flatMap(key => {
      const entry = draft.get(key)
      // An entry lives as long as somebody's claim on its key does; what others said about it goes with it.
      if (!(entry instanceof Map) || !entry.has(node.key)) return []
      const built = build(node.entry, entry)
      return built === undefined ? [] : [built]
    })
    return entries
  }
  const object: Record<string, Json> = {}
  for (const [name, value] of [...draft].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const member = node.members.get(name) ?? node.open
    const built = member && build(member, value)
    if (built !== undefined && !(Array.isArray(built) && built.length === 0 && member?.is === 'keyed'))
      object[name] = built
  }
  return object
}

/** The path without keys, as machines and flows name it: `items[c1].state` → `items.state`. */
export function withoutKeys(path: string): string {
  return path.includes('[') ? path.replace(/\[(?:"(?:[^"\\]|\\.)*"|[^\]]*)\]/gu, '') : path
}
