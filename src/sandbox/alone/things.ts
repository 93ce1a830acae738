/**
 * What a simulator made of a document alone keeps of one resource: things as they were written, shaped as the
 * document shows them, with ids of its own counting.
 */
import { exampleOf } from '../../connector/draft/example.js'
import { inMilliseconds } from '../../connector/draft/paging.js'
import type { DraftResource } from '../../connector/draft/resources.js'
import { squash } from '../../connector/draft/words.js'
import { propertiesOf } from '../../connector/operation/project.js'
import { isObject, type Json, type JsonObject } from '../../kernel/json.js'
import type { JsonSchema } from '../../kernel/json-schema.js'
import type { Runtime } from '../types.js'

export interface Things {
  readonly name: string
  get(id: string): JsonObject | undefined
  all(): readonly JsonObject[]
  make(body: Json | undefined, id?: string): JsonObject
  /** @param whole what is not said is gone (PUT), but for what every answer has */
  change(id: string, body: Json | undefined, whole: boolean): JsonObject | undefined
  remove(id: string): boolean
  /** Milliseconds; 0 where the thing does not say. */
  changedAt(thing: JsonObject): number
  idOf(thing: JsonObject): string
}

interface Kept {
  count: number
  things: Record<string, { readonly thing: JsonObject; readonly at: number }>
}

const TIMES = /^(?:created|updated|modified|changed|lastmodified|lastupdated)(?:at|on|time|date)?$/
const MADE = /^created/

export function thingsOf(runtime: Runtime, resource: DraftResource): Things {
  const kept = runtime.slice<Kept>(resource.name, () => ({
    count: 0,
    things: Object.create(null) as Kept['things'],
  }))
  const shape = resource.item?.schema ?? resource.items?.schema ?? resource.id?.schema ?? {}
  const members = propertiesOf(shape)
  const idName = nameOfId(members, resource)
  const required = new Set(requiredOf(shape))
  const numbers = typeIs(members.get(idName), 'integer', 'number')
  const newId = (): Json => {
    kept.count += 1
    if (numbers) return kept.count
    return members.get(idName)?.format === 'uuid' ? uuidOf(kept.count) : `${resource.name}_${kept.count}`
  }
  const times = (thing: Record<string, Json>, made: boolean) => {
    for (const [name, schema] of members)
      if (TIMES.test(squash(name)) && (made || !MADE.test(squash(name))))
        thing[name] = timeText(schema, runtime.now())
  }
  const write = (id: string, thing: JsonObject) => {
    kept.things[id] = { thing, at: runtime.now() }
    return thing
  }
  const said = (body: Json | undefined): JsonObject => (isObject(body) ? (body as JsonObject) : {})
  const entry = (id: string) => (Object.hasOwn(kept.things, id) ? kept.things[id] : undefined)
  const idOf = (thing: JsonObject) => String(thing[idName] ?? '')

  return {
    name: resource.name,
    get: id => entry(id)?.thing,
    all: () => Object.values(kept.things).map(({ thing }) => thing),
    make(body, id) {
      const sample = exampleOf(shape)
      const thing: Record<string, Json> = {}
      for (const name of required) if (isObject(sample)) thing[name] = (sample[name] ?? null) as Json
      Object.assign(thing, said(body))
      thing[idName] = id === undefined ? newId() : numbers ? Number(id) : id
      times(thing, true)
      return write(idOf(thing), thing)
    },
    change(id, body, whole) {
      const known = entry(id)
      if (!known) return undefined
      const stays = (name: string) => TIMES.test(squash(name)) || required.has(name)
      const base = whole
        ? Object.fromEntries(Object.entries(known.thing).filter(([name]) => stays(name)))
        : known.thing
      const thing: Record<string, Json> = { ...base, ...said(body), [idName]: known.thing[idName] ?? id }
      times(thing, false)
      return write(id, thing)
    },
    remove(id) {
      if (!entry(id)) return false
      delete kept.things[id]
      return true
    },
    changedAt: thing => entry(idOf(thing))?.at ?? 0,
    idOf,
  }
}

/** Counted, and still what a document with `format: uuid` takes. */
const uuidOf = (count: number) => `00000000-0000-4000-8000-${String(count).padStart(12, '0')}`

function nameOfId(
  members: ReadonlyMap<string, JsonSchema>,
  { name, idParameter, id }: DraftResource,
): string {
  const told = id === undefined ? undefined : /[^.[\]"]+(?="?\]?$)/.exec(id.path)?.[0]
  const wanted = ['id', squash(told ?? ''), `${squash(name)}id`, squash(idParameter ?? ''), 'uuid', 'uid']
  for (const word of wanted)
    for (const key of members.keys()) if (word !== '' && squash(key) === word) return key
  return told ?? 'id'
}

/** As deep as members are looked for: a schema may be part of itself. */
const MAX_DEPTH = 16

function requiredOf(schema: JsonSchema, depth = 0): readonly string[] {
  if (depth > MAX_DEPTH) return []
  return [...(schema.required ?? []), ...(schema.allOf ?? []).flatMap(part => requiredOf(part, depth + 1))]
}

const typeIs = (schema: JsonSchema | undefined, ...types: readonly string[]): boolean => {
  const type = schema?.type
  return (typeof type === 'string' ? [type] : (type ?? [])).some(one => types.includes(one))
}

function timeText(schema: JsonSchema, now: number): Json {
  if (!typeIs(schema, 'integer', 'number')) return new Date(now).toISOString()
  return inMilliseconds(schema) ? now : Math.floor(now / 1000)
}
