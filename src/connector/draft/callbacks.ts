/**
 * What a vendor calls back, from the document's webhooks: how a callback is likely signed, where the event's name
 * stands, and which resource it is news of.
 */
import { isObject, type JsonObject } from '../../kernel/json.js'
import type { JsonSchema } from '../../kernel/json-schema.js'
import type { ApiDocument } from '../manifest/openapi.js'
import { propertiesOf } from '../operation/project.js'
import { idOf, isListSchema, isObjectSchema } from './answers.js'
import type { DraftSetting } from './auth.js'
import { oneLine, said } from './draft-text.js'
import type { DraftResource } from './resources.js'
import { member, singularName, squash, wordsOf } from './words.js'

export interface DraftCallback {
  readonly verify: JsonObject
  readonly event: string | undefined
  readonly settings: Readonly<Record<string, DraftSetting>>
  readonly questions: readonly string[]
  /** Asked in place of all this where no event could be told to be news of a resource. */
  readonly unclear: string
  /** By resource. */
  readonly resources: ReadonlyMap<
    string,
    { readonly words: JsonObject; readonly questions: readonly string[] }
  >
}

const NAMES = ['event', 'eventtype', 'eventname', 'type', 'topic', 'action', 'trigger', 'kind']
const SIGNED = /signature|^x?(?:hub)?sign$|hmac/
const THINGS = ['data', 'payload', 'object', 'resource', 'body', 'item']

/** Undefined where the document has no webhooks. */
export function callbackOf(
  document: ApiDocument,
  root: JsonObject,
  resources: readonly DraftResource[],
): DraftCallback | undefined {
  const { webhooks } = document
  if (webhooks.size === 0) return undefined
  const headers = headersOf(root)
  const { verify, settings, question } = signing(headers)
  const event = eventOf([...webhooks.values()], headers)
  const questions = [question]
  if (event === undefined && webhooks.size > 1)
    questions.push(
      'where does a callback say which event it is? (callback.event, and event: under each resource)',
    )
  else if (event !== undefined)
    questions.push(
      `does \`${said(event)}\` hold the very names ${[...webhooks.keys()]
        .slice(0, 5)
        .map(name => oneLine(name, 60))
        .join(', ')}?`,
    )
  const taken = new Map<string, { words: JsonObject; questions: string[] }>()
  for (const resource of resources) {
    const events = [...webhooks].filter(([name]) => isAbout(name, resource.name))
    const [first] = events
    if (!first || (event === undefined && webhooks.size > 1)) continue
    taken.set(
      resource.name,
      wordsFor(
        resource,
        events.map(([name]) => name),
        first[1],
        event !== undefined,
      ),
    )
  }
  const names = [...webhooks.keys()]
    .slice(0, 10)
    .map(name => oneLine(name, 60))
    .join(', ')
  const unclear = `the vendor calls back (${names}): how is that signed, where does it say which event it is, and of which resource is it news? (callback, and callback under each resource)`
  return { verify, event, settings, questions, unclear, resources: taken }
}

function wordsFor(resource: DraftResource, names: readonly string[], schema: JsonSchema, named: boolean) {
  const at = thingAt(schema, resource.name)
  const event = named ? { event: names.length === 1 ? (names[0] ?? '') : names } : {}
  const id = idOf({ path: at.path, schema: at.schema }, resource.name, resource.idParameter)
  const { read } = resource.operations
  const bare = (path: string) => path.replace(/^item\.?/, '')
  if (read && id && resource.idParameter !== undefined && resource.parents.length === 0) {
    const parameter = read.parameters.find(({ in: place }) => place === 'path')?.name ?? resource.idParameter
    const item = resource.item && resource.item.path !== 'body' ? { item: resource.item.path } : {}
    const refetch = { operation: read.id, with: { [parameter]: `event.${bare(id.path)}` }, ...item }
    return { words: { ...event, id: bare(id.path), refetch }, questions: [] }
  }
  const item = at.path === 'item' ? {} : { item: at.path }
  return { words: { ...event, ...item }, questions: [] }
}

/** The thing in a callback's body: the member of the resource's name, or the usual envelope; then once more inside. */
function thingAt(
  schema: JsonSchema,
  resource: string,
  path = 'item',
  depth = 0,
): { path: string; schema: JsonSchema } {
  const inner = [...propertiesOf(schema)].filter(([, one]) => isObjectSchema(one) && !isListSchema(one))
  const hit =
    inner.find(([name]) => singularName(name) === resource) ??
    inner.find(([name]) => THINGS.includes(squash(name)))
  if (!hit || depth === 2) return { path, schema }
  return thingAt(hit[1], resource, member(path, hit[0]), depth + 1)
}

const isAbout = (event: string, resource: string): boolean => {
  const words = wordsOf(event)
  const wanted = wordsOf(resource)
  return words.some((_, start) => {
    const slice = words.slice(start, start + wanted.length)
    return slice.length === wanted.length && singularName(slice.join('_')) === resource
  })
}

function eventOf(bodies: readonly JsonSchema[], headers: readonly string[]): string | undefined {
  for (const word of NAMES) {
    const names = bodies.map(
      body =>
        [...propertiesOf(body)].find(
          ([name, schema]) => squash(name) === word && !isObjectSchema(schema) && !isListSchema(schema),
        )?.[0],
    )
    const [first] = names
    if (first !== undefined && names.every(name => name === first)) return member('', first)
  }
  const header = headers.find(name => /event|topic/i.test(name))
  return header === undefined ? undefined : `headers[${JSON.stringify(header.toLowerCase())}]`
}

function headersOf(root: JsonObject): readonly string[] {
  const found = new Set<string>()
  for (const item of Object.values(isObject(root['webhooks']) ? root['webhooks'] : {}))
    for (const operation of Object.values(isObject(item) ? item : {}))
      for (const parameter of isObject(operation) && Array.isArray(operation['parameters'])
        ? operation['parameters']
        : [])
        if (isObject(parameter) && parameter['in'] === 'header') found.add(String(parameter['name']))
  return [...found]
}

const SECRET = { webhook_secret: { type: 'string', title: 'Webhook secret', secret: true } } as const

function signing(headers: readonly string[]) {
  const lower = headers.map(name => name.toLowerCase())
  if (lower.includes('webhook-signature') && lower.includes('webhook-id'))
    return {
      verify: { scheme: 'standard_webhooks', secret: 'settings.webhook_secret' },
      // Checked when it is entered: a secret of another form would verify nothing.
      settings: { webhook_secret: { ...SECRET.webhook_secret, format: 'whsec' } } as const,
      question: 'is the signature that of Standard Webhooks, with a secret like whsec_…?',
    }
  const header = headers.find(name => SIGNED.test(squash(name)))
  if (header !== undefined)
    return {
      verify: {
        scheme: 'hmac',
        algorithm: 'sha256',
        over: 'raw_body',
        header,
        encoding: 'hex',
        secret: 'settings.webhook_secret',
      },
      settings: SECRET,
      question: `how is ${said(header)} made: which algorithm, over what, hex or base64, with a prefix?`,
    }
  return {
    verify: { scheme: 'secret_path', secret: 'settings.webhook_secret' },
    settings: SECRET,
    question:
      'the document does not say how callbacks are signed: until it is known, the tail of their address is the secret',
  }
}
