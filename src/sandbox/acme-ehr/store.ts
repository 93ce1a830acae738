/**
 * The EHR's data and its manners: every change stamps `updated_at`, says the whole thing by webhook (its own
 * callers' writes included), merges custom fields by code and refuses codes nobody defined.
 */
import type { Json, JsonObject } from '../../kernel/json.js'
import { createShelf, emptyShelf, type Shelf } from '../shelf.js'
import type { Runtime } from '../types.js'
import { VendorProblem } from '../types.js'
import { CUSTOM_FIELDS, type CustomField, SORTS, type Sort, type StoredReport, type Thing } from './things.js'

export interface EhrStore {
  readonly shelves: Readonly<Record<Sort, Shelf<Thing>>>
  readonly reports: Shelf<StoredReport>
  /** @throws VendorProblem not_found */
  get(sort: Sort, id: string): Thing
  /** Stamps, keeps and says it. `id` given: as it is; else a new one. */
  create(sort: Sort, members: JsonObject, options?: { readonly id?: string; readonly quiet?: boolean }): Thing
  change(sort: Sort, id: string, members: JsonObject): Thing
  remove(sort: Sort, id: string): void
  /** Says a thing again as it is. */
  say(sort: Sort, thing: Thing): void
  timestamp(): string
}

export function openStore(runtime: Runtime, lagMs: number): EhrStore {
  const shelf = (sort: Sort) => createShelf(runtime.slice(sort, emptyShelf<Thing>), runtime.now, lagMs)
  const shelves: Record<Sort, Shelf<Thing>> = {
    position: shelf('position'),
    candidate: shelf('candidate'),
    application: shelf('application'),
    interview: shelf('interview'),
    offer: shelf('offer'),
    person: shelf('person'),
  }
  const reports = createShelf(runtime.slice('reports', emptyShelf<StoredReport>), runtime.now)
  const clock = runtime.slice('clock', () => ({ last: 0 }))

  /** Grows even within one millisecond, so a cursor over `updated_at` never skips. */
  function timestamp(): string {
    clock.last = Math.max(runtime.now(), clock.last + 1)
    return new Date(clock.last).toISOString()
  }
  function say(sort: Sort, thing: Thing, word: 'updated' | 'deleted' = 'updated') {
    const event = `${sort}.${word}`
    runtime.emit(event, thing.id, {
      type: event,
      timestamp: thing.updated_at,
      data: thing as unknown as Json,
    })
  }

  const store: EhrStore = {
    shelves,
    reports,
    timestamp,
    say,
    get(sort, id) {
      const found = shelves[sort].get(id)
      if (!found) throw new VendorProblem({ kind: 'not_found', detail: `${SORTS[sort].label}不存在：${id}` })
      return found
    },
    create(sort, members, options = {}) {
      const at = timestamp()
      const id = options.id ?? runtime.id(SORTS[sort].prefix)
      const custom = mergeCustom(sort, [], members['custom_fields'])
      const thing: Thing = { ...members, ...custom, id, created_at: at, updated_at: at }
      shelves[sort].put(id, thing)
      if (options.quiet !== true) say(sort, thing)
      return thing
    },
    change(sort, id, members) {
      const old = store.get(sort, id)
      const known = (old['custom_fields'] ?? []) as readonly CustomField[] & Json
      const custom = mergeCustom(sort, known, members['custom_fields'])
      const thing: Thing = { ...old, ...members, ...custom, id, updated_at: timestamp() }
      shelves[sort].put(id, thing)
      say(sort, thing)
      return thing
    },
    remove(sort, id) {
      const thing: Thing = { ...store.get(sort, id), deleted: true, updated_at: timestamp() }
      shelves[sort].delete(id)
      say(sort, thing, 'deleted')
    },
  }
  return store
}

/** Given codes are set, null empties one, codes not given stay. @throws VendorProblem invalid */
function mergeCustom(
  sort: Sort,
  known: readonly CustomField[],
  given: Json | undefined,
): { custom_fields?: readonly CustomField[] & Json } {
  if (given === undefined) return {}
  const fields = new Map(known.map(field => [field.code, field]))
  for (const field of given as unknown as readonly CustomField[]) {
    const definition = Object.hasOwn(CUSTOM_FIELDS, field.code) ? CUSTOM_FIELDS[field.code] : undefined
    if (!definition?.on.includes(sort))
      throw new VendorProblem({
        kind: 'invalid',
        code: 'custom_field_unknown',
        detail: `未定义的自定义字段：${field.code}`,
      })
    if (field.value === null) {
      fields.delete(field.code)
      continue
    }
    if (typeof field.value !== definition.type)
      throw new VendorProblem({
        kind: 'invalid',
        code: 'custom_field_type',
        detail: `自定义字段 ${field.code} 应为 ${definition.type}`,
      })
    fields.set(field.code, { code: field.code, name: definition.name, value: field.value })
  }
  return { custom_fields: [...fields.values()] as unknown as readonly CustomField[] & Json }
}
