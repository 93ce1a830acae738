/**
 * The shape of a resource: what mappings are checked against. A shape is named by the manifest, else it is
 * the request body of create or put, else the body of the callback, the refetch, the poll or the read.
 */
import type { JsonSchema } from '../../kernel/json-schema.js'
import { familyOf } from '../body/media-type.js'
import { propertiesOf, schemaAt } from '../operation/project.js'
import type { Connector, Resource, Slot, Step } from './connector.js'
import { type ApiDocument, type Content, isJsonType, type Operation } from './openapi.js'
import type { ManifestResource } from './schema.js'

/**
 * Shape of a resource. `out` = what a mapping writes, `in` = what the vendor says, `answer` = what it answers
 * to create; without a direction the default (docs/connector.md). Undefined where the connector has no such resource or shape.
 */
export function shapeOf(
  connector: Connector,
  resource: string,
  direction: keyof Resource['shapes'] = 'default',
): JsonSchema | undefined {
  const found = Object.hasOwn(connector.resources, resource) ? connector.resources[resource] : undefined
  return found?.shapes[direction]
}

/** Schema of the 2xx answer of an operation. */
export function answerSchema(operation: Operation): JsonSchema | undefined {
  for (const [status, contents] of Object.entries(operation.answers))
    if (status.startsWith('2')) return readable(contents)?.schema
  return undefined
}

/** JSON, or XML where there is none. */
const readable = (contents: readonly Content[]): Content | undefined =>
  contents.find(content => isJsonType(content.mediaType)) ??
  contents.find(content => familyOf(content.mediaType) === 'xml')

export function shapesOf(
  raw: ManifestResource,
  slots: Resource['slots'],
  parts: Pick<Resource, 'read' | 'poll' | 'lookup' | 'callback'>,
  document: ApiDocument,
): Resource['shapes'] {
  const named = typeof raw.shape === 'string' ? { in: raw.shape, out: raw.shape } : (raw.shape ?? {})
  const schema = (name: string | undefined) =>
    name !== undefined && Object.hasOwn(document.schemas, name) ? document.schemas[name] : undefined
  const out = schema(named.out) ?? written([slots.create, slots.put, slots.update])
  const inward = schema(named.in) ?? said(raw, parts, document)
  const made = slots.create ?? slots.put
  const answer =
    schema('answer' in named ? named.answer : undefined) ??
    (made?.steps[0] ? answerSchema(made.steps[0].operation) : undefined)
  const whole = typeof raw.shape === 'string' ? schema(raw.shape) : undefined
  return { default: whole ?? (made ? out : inward) ?? out, in: inward ?? out, out: out ?? inward, answer }
}

function said(
  raw: ManifestResource,
  parts: Pick<Resource, 'read' | 'poll' | 'callback'>,
  document: ApiDocument,
): JsonSchema | undefined {
  const refetch = parts.callback?.refetch
  if (refetch) return fetched(refetch, raw.callback?.refetch)
  for (const event of parts.callback?.events ?? []) {
    const body = document.webhooks.get(event)
    if (body) return schemaAt(body, pathOf(raw.callback?.item))
  }
  if (parts.poll) {
    const last = parts.poll.hydrate?.step ?? parts.poll.steps.at(-1)
    const words = typeof raw.poll === 'object' ? raw.poll : {}
    const items = parts.poll.hydrate ? words.hydrate?.items : words.items
    const list = last && schemaAt(answerSchema(last.operation), pathOf(items))
    return list?.items ?? list
  }
  return parts.read ? fetched(parts.read, raw.read) : undefined
}

function fetched(slot: Slot, raw: unknown): JsonSchema | undefined {
  const last = slot.steps.at(-1)
  const words = typeof raw === 'object' && raw !== null ? (raw as { item?: string; envelope?: boolean }) : {}
  const body = last && schemaAt(answerSchema(last.operation), pathOf(words.item))
  if (!words.envelope || !body) return body
  return {
    type: 'object',
    properties: { id: { type: 'string' }, fetched_at: { type: 'string', format: 'date-time' }, body },
    required: ['id', 'fetched_at', 'body'],
  }
}

const pathOf = (text: string | undefined): string => (text ?? '').replace(/^(?:body|item)\b\.?/, '')

/** What the steps of the writing verbs take together, minus what `with` binds. */
function written(slots: readonly (Slot | undefined)[]): JsonSchema | undefined {
  const properties: Record<string, JsonSchema> = {}
  const required = new Set<string>()
  const steps = slots.flatMap(slot => slot?.steps ?? [])
  const only = steps[0]
  if (!only) return undefined
  let open = false
  for (const [index, step] of steps.entries()) {
    const schema = step.spread ? queryShape(step) : step.operation.body?.schema
    if (!schema) continue
    const members = propertiesOf(schema)
    open ||= members.size === 0
    for (const [name, member] of members) properties[name] ??= member
    if (index === 0) for (const name of requiredOf(schema)) if (!boundInBody(step, name)) required.add(name)
  }
  // One call whose body is no plain object (a list, say) is its own shape.
  if (open) return only.operation.body?.schema
  return { type: 'object', properties, required: [...required] }
}

function requiredOf(schema: JsonSchema): readonly string[] {
  return [...(schema.required ?? []), ...(schema.allOf ?? []).flatMap(requiredOf)]
}

function boundInBody(step: Step, name: string): boolean {
  if (step.token && step.token !== 'never' && step.token.in === 'body' && step.token.name === name)
    return true
  return (
    Array.isArray(step.body) && step.body.some(entry => entry.path.length === 1 && entry.path[0] === name)
  )
}

function queryShape(step: Step): JsonSchema {
  const free = step.operation.parameters.filter(
    parameter =>
      parameter.in === 'query' && parameter.constant === undefined && !step.parameters.has(parameter.name),
  )
  return {
    type: 'object',
    properties: Object.fromEntries(free.map(parameter => [parameter.name, parameter.schema])),
    required: free.filter(parameter => parameter.required).map(parameter => parameter.name),
  }
}
