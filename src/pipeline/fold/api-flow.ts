/**
 * What a system says through the API is in canonical form already: it folds through a flow made here, with a
 * mapping that maps nothing. Where the folder has a flow for the same place, its words on strangers and matches hold.
 */
import { HubError } from '../../kernel/errors.js'
import { prefixOf } from '../../kernel/ids.js'
import { isObject, type Json, type JsonObject } from '../../kernel/json.js'
import type { JsonSchema } from '../../kernel/json-schema.js'
import type { InMapping } from '../../mapping/types.js'
import { checkPartial } from '../../model/check-partial.js'
import { KINDS } from '../../model/kinds.js'
import { spell } from '../../model/leaves.js'
import { lawOf } from '../../model/reduce.js'
import { type InFlow, inboundKey, type TenantConfig } from '../config/types.js'

/** Body of a message of source `api`. */
export interface ApiSaying {
  readonly external_id: string
  /** RFC 7396: null empties, absent says nothing. References are ids of records or `{ connection, resource, external_id }`. */
  readonly fields: JsonObject
  /** Said whole: fields that are not named are said empty. */
  readonly whole: boolean
  /** Milliseconds since the epoch; null = when it arrived. */
  readonly occurred_at: number | null
  readonly gone: boolean | null
}

export const API_FLOW = 'api'

export function apiFlow(config: TenantConfig, connection: string, resource: string, kind: string): InFlow {
  const known = (config.inbound.get(inboundKey(connection, resource)) ?? []).find(flow => flow.kind === kind)
  const match = known?.mapping.match ?? []
  const mapping: InMapping = {
    direction: 'in',
    name: API_FLOW,
    file: '',
    version: API_FLOW,
    from: `${connection}.${resource}`,
    to: kind,
    unknown: known?.mapping.unknown,
    match,
    reads: [],
    writes: [],
    read(source) {
      const saying = source as unknown as ApiSaying
      const fields = saying.whole ? { ...everyFieldEmpty(kind), ...saying.fields } : saying.fields
      return {
        verdict: 'said',
        identity: saying.external_id,
        identityRef: undefined,
        occurredAt: saying.occurred_at ?? undefined,
        sequence: undefined,
        gone: saying.gone ?? undefined,
        ours: undefined,
        match: Object.fromEntries(
          match.flatMap(name => {
            const value = fields[name]
            return value === undefined || value === null ? [] : [[name, value]]
          }),
        ),
        fields: referring(config, connection, schemaOf(kind), fields, '').value as JsonObject,
        skipped: [],
      }
    },
  }
  return { id: API_FLOW, connection, resource, kind, mapping }
}

/**
 * Whether the kind can take these fields; run at the door, so that a mistake is answered and not stored.
 * @returns ids of the records that the fields refer to
 * @throws HubError MODEL_… with the path, PIPELINE_CONNECTION_UNKNOWN for a reference into nowhere
 */
export function checkFields(
  config: TenantConfig,
  connection: string,
  kind: string,
  fields: JsonObject,
): readonly string[] {
  const { plain, records } = referring(config, connection, schemaOf(kind), fields, '')
  const definition = KINDS.get(kind)
  if (definition) spell(lawOf(definition).tree, checkPartial(kind, plain as JsonObject))
  return records
}

function schemaOf(kind: string): JsonSchema {
  const definition = KINDS.get(kind)
  if (!definition) throw new HubError('MODEL_PATH_UNKNOWN', { detail: `there is no kind ${kind}` })
  return definition.schema as JsonSchema
}

const everyFieldEmpty = (kind: string): JsonObject =>
  Object.fromEntries(Object.keys(schemaOf(kind).properties ?? {}).map(name => [name, null]))

interface Referring {
  /** With references as the fold takes them. */
  readonly value: Json
  /** With a record id in each reference's place, as the kind's schema wants it. */
  readonly plain: Json
  readonly records: readonly string[]
}

const same = (value: Json): Referring => ({ value, plain: value, records: [] })

function referring(
  config: TenantConfig,
  speaking: string,
  schema: JsonSchema | undefined,
  value: Json,
  path: string,
): Referring {
  if (!schema || value === null) return same(value)
  const kind = schema['x-ref']
  if (kind !== undefined) return reference(config, speaking, kind, value, path)
  if (Array.isArray(value)) {
    const entries = value.map((entry, i) =>
      referring(config, speaking, schema.items, entry as Json, `${path}[${i}]`),
    )
    return {
      value: entries.map(entry => entry.value),
      plain: entries.map(entry => entry.plain),
      records: entries.flatMap(entry => entry.records),
    }
  }
  if (!isObject(value) || !schema.properties) return same(value)
  const members = Object.entries(value as JsonObject).map(([name, member]) => {
    const at = path === '' ? name : `${path}.${name}`
    return [name, referring(config, speaking, schema.properties?.[name], member, at)] as const
  })
  return {
    value: Object.fromEntries(members.map(([name, member]) => [name, member.value])),
    plain: Object.fromEntries(members.map(([name, member]) => [name, member.plain])),
    records: members.flatMap(([, member]) => member.records),
  }
}

const MEMBERS = new Set(['connection', 'resource', 'external_id'])

function reference(
  config: TenantConfig,
  speaking: string,
  kind: string,
  value: Json,
  path: string,
): Referring {
  const wrong = (detail: string) =>
    new HubError('MODEL_VALUE_INVALID', { detail: `${path} ${detail}`, where: { path } })
  if (typeof value === 'string') {
    if (prefixOf(value) !== kind) throw wrong(`is not the id of a ${kind}`)
    return { value, plain: value, records: [value] }
  }
  if (!isObject(value) || Object.keys(value).some(name => !MEMBERS.has(name)))
    throw wrong(`is the id of a ${kind} or { connection, resource, external_id }`)
  const { connection = speaking, resource, external_id: id } = value
  if (typeof connection !== 'string' || typeof resource !== 'string' || typeof id !== 'string' || id === '')
    throw wrong(`is the id of a ${kind} or { connection, resource, external_id }`)
  if (!config.connections.get(connection)?.connection.resource(resource))
    throw new HubError('PIPELINE_RESOURCE_UNKNOWN', {
      detail: `there is no ${connection}.${resource}`,
      where: { path },
    })
  return {
    value: { $reference: { kind, of: `${connection}.${resource}`, id, missing: 'wait' } },
    plain: `${kind}_`,
    records: [],
  }
}
