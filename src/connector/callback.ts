/**
 * Opens callbacks: method, size and signature at the door, then one body split into items, each with its
 * event, its resource, and whether it is only a hint to read the thing again.
 */
import { randomBytes } from 'node:crypto'
import type { Clock } from '../kernel/clock.js'
import { HubError } from '../kernel/errors.js'
import type { Json, JsonObject } from '../kernel/json.js'
import type { JsonSchema } from '../kernel/json-schema.js'
import { familyOf, plainType } from './body/media-type.js'
import { readerOf } from './body/read.js'
import { fitXml } from './body/read-xml.js'
import { attempt, holds, type Scope } from './expressions.js'
import type { CallbackSpec, Connector, Resource } from './manifest/connector.js'
import { idOf } from './operation/outcome.js'
import { instant } from './poll.js'
import type { HttpAnswer, Item, Opened, RawRequest, RequestEnvelope } from './types.js'
import { VERIFY_SCHEMES } from './verify/schemes.js'

export interface CallbackOptions {
  readonly connector: Connector
  readonly settings: JsonObject
  readonly clock: Clock
  readonly acceptUnsigned: boolean
}

/** @throws HubError CONNECTOR_CALLBACK_… (405, 413, 415), JSON_TEXT_… and CONNECTOR_XML_BROKEN (400) where the request is no callback at all */
export function openCallback(request: RawRequest, options: CallbackOptions): Opened {
  const spec = specOf(options.connector)
  if (!spec.methods.includes(request.method))
    throw new HubError('CONNECTOR_CALLBACK_METHOD', {
      detail: `${options.connector.name} takes ${spec.methods.join(', ')}`,
    })
  if (request.body.length > spec.maxBytes)
    throw new HubError('CONNECTOR_CALLBACK_LARGE', {
      detail: `${request.body.length} bytes, at most ${spec.maxBytes}`,
    })
  const scheme = VERIFY_SCHEMES[spec.scheme]
  if (!scheme) throw new HubError('HUB_DEFECT', { detail: `no verify scheme ${spec.scheme}` })
  const values: Record<string, Json | undefined> = Object.create(null)
  for (const [word, evaluator] of Object.entries(spec.values))
    values[word] = evaluator.evaluate({ settings: options.settings })
  const verdict = scheme.verify(request, {
    words: spec.words,
    values,
    now: options.clock.now(),
    random: () => randomBytes(16),
    acceptUnsigned: options.acceptUnsigned,
  })
  if (verdict.is === 'rejected') return { verdict: 'rejected', code: verdict.code }
  if (verdict.is === 'challenge') return { verdict: 'challenge', answer: verdict.answer }
  const body = verdict.body ?? parseBody(request, options.connector, spec)
  const plain = acknowledgement(spec)
  return {
    verdict: 'opened',
    body,
    dedupe: dedupeOf(spec, { ...envelope(request), body }),
    answer: verdict.seal ? verdict.seal(plain) : plain,
    ...(verdict.secretTail && { secretTail: true }),
    ...(verdict.once !== undefined && { once: verdict.once }),
  }
}

/** Splits an opened body; `request` is needed for words that read headers, query, method or path. */
export function itemsOf(body: Json, request: RequestEnvelope, connector: Connector): readonly Item[] {
  const spec = specOf(connector)
  const scope: Scope = { ...envelope(request), body }
  const all = spec.items ? attempt(spec.items, scope) : body
  const entries: readonly Json[] = Array.isArray(all) ? all : all === undefined || all === null ? [] : [all]
  // A push without a body (GET) is one item: what it says stands in its query.
  const items = entries.length === 0 && body === null ? [request.query] : entries
  return items.flatMap(item => itemsFor(item, spec, connector, { ...scope, item }))
}

function itemsFor(item: Json, spec: CallbackSpec, connector: Connector, scope: Scope): readonly Item[] {
  const name = spec.event && attempt(spec.event, scope)
  const event = typeof name === 'string' || typeof name === 'number' ? String(name) : undefined
  const taking = Object.values(connector.resources).filter(resource => takes(resource, event, scope))
  if (taking.length === 0) return [{ resource: undefined, event, body: item, refetch: undefined }]
  // One news may be about several resources (an application with its candidate).
  return taking.map(resource => {
    const callback = resource.callback
    const inner = callback?.item ? attempt(callback.item, scope) : item
    const id = idOf(callback?.id, scope)
    const refetch = callback?.refetch && id !== undefined ? { id, event: item } : undefined
    const at = callback?.at && instant(attempt(callback.at, scope))
    return {
      resource: resource.name,
      event,
      body: inner ?? null,
      ...(at !== undefined && { at }),
      refetch,
    }
  })
}

function takes(resource: Resource, event: string | undefined, scope: Scope): boolean {
  const { callback } = resource
  if (!callback) return false
  if (callback.events.length > 0 && (event === undefined || !callback.events.includes(event))) return false
  return callback.when === undefined || holds(callback.when, scope)
}

function specOf(connector: Connector): CallbackSpec {
  if (!connector.callback)
    throw new HubError('CONNECTOR_ABILITY_MISSING', { detail: `${connector.name} takes no callbacks` })
  return connector.callback
}

const envelope = (request: RequestEnvelope): Scope => ({
  method: request.method,
  path: request.tail,
  query: request.query,
  headers: request.headers,
  ...(request.delivery && { delivery: request.delivery }),
})

function dedupeOf(spec: CallbackSpec, scope: Scope): string | undefined {
  return idOf(spec.dedupe, scope)
}

function acknowledgement({ ack }: CallbackSpec): HttpAnswer {
  if (ack.body === undefined) return { status: ack.status, headers: ack.headers, body: '' }
  const text = typeof ack.body === 'string'
  return {
    status: ack.status,
    headers: {
      'content-type': text ? 'text/plain; charset=utf-8' : 'application/json; charset=utf-8',
      ...ack.headers,
    },
    body: text ? String(ack.body) : JSON.stringify(ack.body),
  }
}

function parseBody(request: RawRequest, connector: Connector, spec: CallbackSpec): Json {
  if (request.body.length === 0) return null
  const type = request.headers['content-type'] ?? 'application/json'
  const read = readerOf(type)
  if (!read)
    throw new HubError('CONNECTOR_CALLBACK_TYPE', {
      detail: `${plainType(type)} is neither JSON, XML nor a form`,
    })
  const body = read(request.body, type)
  return familyOf(type) === 'xml' ? fitXml(body, xmlSchema(body, request, connector, spec)) : body
}

/** XML tells no list of one from its entry, nor numbers from text: what the document says of this very event does. */
function xmlSchema(
  body: Json,
  request: RawRequest,
  { document }: Connector,
  spec: CallbackSpec,
): JsonSchema | undefined {
  // What the document says is of one item; around several it says nothing.
  if (spec.items) return undefined
  const event = spec.event && attempt(spec.event, { ...envelope(request), body, item: body })
  const [only, ...more] = document.webhooks.values()
  return (
    (typeof event === 'string' ? document.webhooks.get(event) : undefined) ?? (more.length ? undefined : only)
  )
}
