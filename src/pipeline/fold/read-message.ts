/**
 * A stored message read through its flows: items, mappings, hints. Pure; what a mapping refuses becomes a verdict
 * with its place, never an exception, so one item cannot stop the others.
 */

import type { Item, ReturnedTo } from '../../connector/types.js'
import { HubError, isHubError } from '../../kernel/errors.js'
import { holdsUnstorable, isObject, type Json, type JsonObject, parseJson } from '../../kernel/json.js'
import type { MessageRow, MessageState, Verdict } from '../../ledger/schema.js'
import { type ConnectionConfig, type InFlow, inboundKey, type TenantConfig } from '../config/types.js'
import { apiFlow } from './api-flow.js'
import { isPage, isTakenOut } from './keep-rest.js'
import type { Cause, FoldInput } from './types.js'
import { withBlobs } from './with-blobs.js'

export interface ReadMessage {
  readonly message: MessageRow
  readonly inputs: readonly FoldInput[]
  /** Verdicts that need no record: ignored, invalid, unrouted. */
  readonly verdicts: readonly Verdict[]
  readonly hints: readonly {
    readonly connection: string
    readonly resource: string
    readonly id: string
    readonly event: Json
  }[]
}

export function readMessage(config: TenantConfig, message: MessageRow): ReadMessage {
  const inputs: FoldInput[] = []
  const verdicts: Verdict[] = []
  const hints: ReadMessage['hints'][number][] = []
  const connection = config.connections.get(message.connection)
  let items: readonly Item[]
  try {
    items = itemsOf(connection, message)
  } catch (error) {
    return { message, inputs, verdicts: [refusal(0, '', error)], hints }
  }
  for (const [index, item] of items.entries()) {
    if (isTakenOut(message, index)) {
      verdicts.push({ item: index, flow: '', verdict: 'erased' })
      continue
    }
    if (holdsUnstorable(item.body, message.body)) {
      verdicts.push(refusal(index, '', unstorable()))
      continue
    }
    if (item.refetch && item.resource !== undefined) {
      hints.push({ connection: message.connection, resource: item.resource, ...item.refetch })
      verdicts.push({ item: index, flow: '', verdict: 'ignored', detail: 'a hint: the thing is read again' })
      continue
    }
    const flows = flowsFor(config, message, item.resource)
    if (flows.length === 0)
      verdicts.push({
        item: index,
        flow: '',
        verdict: 'unrouted',
        detail: `no flow takes ${item.resource ?? item.event ?? 'it'}`,
      })
    for (const flow of flows) {
      try {
        const said = withBlobs(
          flow.kind,
          flow.mapping.read(item.body, { settings: connection?.settings ?? {} }),
          message.head['attachments'],
        )
        if (said.verdict === 'ignored') verdicts.push({ item: index, flow: flow.id, verdict: 'ignored' })
        else inputs.push(inputOf(config, flow, message, index, timed(said, item.at)))
      } catch (error) {
        verdicts.push(refusal(index, flow.id, error))
      }
    }
  }
  return { message, inputs, verdicts, hints }
}

/** The callback's own time counts where the mapping knows none. */
const timed = (said: FoldInput['said'], at: number | undefined): FoldInput['said'] =>
  at === undefined || said.occurredAt !== undefined ? said : { ...said, occurredAt: at }

const unstorable = () =>
  new HubError('MODEL_VALUE_INVALID', { detail: 'it holds text that is none: a NUL, or half of a character' })

function flowsFor(
  config: TenantConfig,
  message: MessageRow,
  resource: string | undefined,
): readonly InFlow[] {
  if (resource === undefined) return []
  const kind = message.head['kind']
  if (message.source === 'api' && typeof kind === 'string')
    return [apiFlow(config, message.connection, resource, kind)]
  return config.inbound.get(inboundKey(message.connection, resource)) ?? []
}

/** What the door parsed when it opened a callback: a kilobyte parsed three times was a sixth of taking it in. */
const opened = new WeakMap<MessageRow, Json>()
const split = new WeakMap<MessageRow, { readonly by: unknown; readonly items: readonly Item[] }>()

/** Tells the body of a message that was just made of it. */
export function rememberBody(message: MessageRow, body: Json): void {
  opened.set(message, body)
}

/** The items of a message. @throws HubError where the body or its connection cannot be read */
export function itemsOf(connection: ConnectionConfig | undefined, message: MessageRow): readonly Item[] {
  const known = split.get(message)
  if (known && known.by === connection) return known.items
  const items = splitItems(connection, message)
  split.set(message, { by: connection, items })
  return items
}

function splitItems(connection: ConnectionConfig | undefined, message: MessageRow): readonly Item[] {
  const body = opened.get(message) ?? parseJson(message.body)
  if (message.resource !== null) {
    const list = isPage(message) && Array.isArray(body) ? body : [body]
    return list.map(entry => ({
      resource: message.resource ?? undefined,
      event: undefined,
      body: entry,
      refetch: undefined,
    }))
  }
  if (!connection)
    throw new HubError('PIPELINE_CONNECTION_UNKNOWN', {
      detail: `there is no connection ${message.connection}`,
    })
  const head = message.head
  return connection.connection.items(body, {
    method: typeof head['method'] === 'string' ? head['method'] : 'POST',
    tail: typeof head['tail'] === 'string' ? head['tail'] : '',
    query: textsOf(head['query']),
    headers: textsOf(head['headers']),
    ...returnedOf(head['returned']),
  })
}

/** Where it came to a return address, what that leads to; it was checked at the door. */
function returnedOf(value: Json | undefined): { readonly delivery?: ReturnedTo } {
  if (!isObject(value)) return {}
  const { resource, id } = value
  return typeof resource === 'string' && typeof id === 'string' ? { delivery: { resource, id } } : {}
}

function textsOf(value: Json | undefined): Record<string, string> {
  return isObject(value)
    ? Object.fromEntries(Object.entries(value).map(([name, text]) => [name, String(text)]))
    : {}
}

function refusal(item: number, flow: string, error: unknown): Verdict {
  if (!isHubError(error)) throw error
  return {
    item,
    flow,
    verdict: error.kind === 'defect' ? 'defect' : 'invalid',
    code: error.code,
    detail: error.message,
    ...(error.where ? { where: error.where } : {}),
  }
}

function inputOf(
  config: TenantConfig,
  flow: InFlow,
  message: MessageRow,
  item: number,
  said: FoldInput['said'],
): FoldInput {
  return {
    flow: flow.id,
    message: message.id,
    item,
    connection: flow.connection,
    resource: flow.resource,
    kind: flow.kind,
    mapping: flow.mapping.version,
    said,
    told: false,
    record: undefined,
    externalId: undefined,
    unknown: flow.mapping.unknown ?? (createdByUs(config, flow) ? 'wait' : 'create'),
    receivedAt: message.received_at,
    sentAt: message.sent_at ?? undefined,
    cause: causeOf(message),
  }
}

/** Where the hub itself makes these things, a stranger is most likely one of ours whose answer is on its way. */
function createdByUs(config: TenantConfig, flow: InFlow): boolean {
  const ability = config.connections.get(flow.connection)?.connection.resource(flow.resource)
  if (!ability?.verbs.includes('create')) return false
  const makers = config.outboundOf.get(flow.kind) ?? []
  return makers.some(maker => maker.connection === flow.connection && maker.resource === flow.resource)
}

const causeOf = (message: MessageRow): Cause => {
  const depth = (message.head as JsonObject)['depth']
  return {
    by: message.source === 'api' ? 'operator' : 'message',
    id: message.id,
    depth: typeof depth === 'number' ? depth : 0,
  }
}

/** The worst verdict names the message: what waits or failed must be found by its state. */
const WEIGHT: readonly (readonly [Verdict['verdict'], MessageState])[] = [
  ['defect', 'defect'],
  ['invalid', 'invalid'],
  ['waiting', 'waiting'],
  ['folded', 'folded'],
  ['unchanged', 'folded'],
  ['erased', 'erased'],
  ['ignored', 'ignored'],
  ['unrouted', 'unrouted'],
]

export function stateOfMessage(verdicts: readonly Verdict[]): MessageState {
  return WEIGHT.find(([verdict]) => verdicts.some(one => one.verdict === verdict))?.[1] ?? 'ignored'
}
