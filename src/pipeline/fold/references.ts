/**
 * References in what a vendor said (`session_id` of its session) become ids of records, or what they wait for.
 * A list entry whose reference is ignored goes as a whole: half an interviewer is nobody.
 */
import { HubError } from '../../kernel/errors.js'
import { isObject, type Json, type JsonObject } from '../../kernel/json.js'
import type { Reference } from '../../mapping/types.js'

export function isReference(value: unknown): value is Reference {
  return isObject(value) && isObject(value['$reference'])
}

export function referencesIn(value: Json | undefined): Reference[] {
  if (isReference(value)) return [value]
  if (Array.isArray(value)) return value.flatMap(entry => referencesIn(entry as Json))
  return isObject(value) ? Object.values(value as JsonObject).flatMap(member => referencesIn(member)) : []
}

export type Resolved = { readonly record: string } | { readonly waits: string } | 'ignore'

const DROPPED = Symbol('dropped')

export type Settled = { readonly fields: JsonObject; readonly waits: readonly string[] }

/**
 * @param resolve looks a reference up; called once per reference
 * @throws HubError `PIPELINE_REFERENCE_MISSING` for `missing: refuse`
 */
export function settleReferences(fields: JsonObject, resolve: (reference: Reference) => Resolved): Settled {
  const waits: string[] = []
  const settle = (value: Json): Json | typeof DROPPED => {
    if (isReference(value)) {
      const found = resolve(value)
      if (found === 'ignore') return DROPPED
      if ('record' in found) return found.record
      waits.push(found.waits)
      return DROPPED
    }
    if (Array.isArray(value)) {
      return value.flatMap(entry => {
        const settled = settle(entry as Json)
        if (settled === DROPPED) return []
        const lost =
          isObject(entry) &&
          Object.entries(entry as JsonObject).some(
            ([name, member]) => isReference(member) && !Object.hasOwn(settled as object, name),
          )
        return lost ? [] : [settled]
      })
    }
    if (!isObject(value)) return value
    const object: Record<string, Json> = {}
    for (const [name, member] of Object.entries(value as JsonObject)) {
      const settled = settle(member)
      if (settled !== DROPPED) object[name] = settled
    }
    return object
  }
  return { fields: settle(fields) as JsonObject, waits }
}

export function missingReference(reference: Reference): HubError {
  const { of, id, kind } = reference.$reference
  return new HubError('PIPELINE_REFERENCE_MISSING', {
    detail: `there is no ${kind} under ${of ?? 'its resource'} ${id}`,
  })
}
