/** What a test in a mapping file gives: the message or record, records it refers to, settings, ids elsewhere. */
import { prefixOf } from '../kernel/ids.js'
import { isObject, type Json, type JsonObject } from '../kernel/json.js'
import type { InEnv, InMapping, OutEnv, RecordView } from './types.js'

const objectAt = (spec: JsonObject, word: string): JsonObject => {
  const value = spec[word]
  return isObject(value) ? (value as JsonObject) : {}
}

/** Input of an .in mapping: `given` as it is, or as a record where the source is one. */
export function testInput(spec: JsonObject, mapping: InMapping): { source: Json | RecordView; env: InEnv } {
  const env = { settings: objectAt(spec, 'settings') }
  if (!mapping.to.startsWith('hub.')) return { source: spec['given'] ?? null, env }
  return { source: testView(spec, mapping.from).record, env }
}

/** `given` is the record's data with its `id`; `records` holds others by id, `external` ids in the target system. */
export function testView(spec: JsonObject, kind: string): { record: RecordView; env: OutEnv } {
  const records = objectAt(spec, 'records')
  const follow = (id: string): RecordView | undefined => {
    const data = Object.hasOwn(records, id) ? records[id] : undefined
    return isObject(data) ? view(id, data as JsonObject, prefixOf(id), follow) : undefined
  }
  const given = objectAt(spec, 'given')
  const record = view(String(given['id'] ?? `${kind}_given`), given, kind, follow)
  const item = spec['item']
  const external = objectAt(spec, 'external')
  const env: OutEnv = {
    settings: objectAt(spec, 'settings'),
    external: (id, resource) => externalId(external, id, resource),
    ...(item === undefined ? {} : { item }),
  }
  return { record, env }
}

function view(id: string, given: JsonObject, kind: string, follow: RecordView['follow']): RecordView {
  const { id: _id, gone, ...data } = given
  return { id, kind, data, gone: gone === true, follow }
}

/** `{ candidate_1: "88" }` for any resource, `{ candidate_1: { user: ou_1 } }` for one. */
function externalId(external: JsonObject, id: string, resource: string | undefined): string | undefined {
  const found = Object.hasOwn(external, id) ? external[id] : undefined
  const one = isObject(found) ? (resource === undefined ? undefined : (found as JsonObject)[resource]) : found
  return one === undefined || one === null ? undefined : String(one)
}
