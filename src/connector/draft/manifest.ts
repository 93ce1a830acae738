/**
 * A vendor's document drafted into a manifest, part by part in house order. What the document does not say is an
 * open question beside the part it belongs to; what no part could be made of is listed at the end.
 */
import { isObject, type JsonObject } from '../../kernel/json.js'
import type { ApiDocument, Operation } from '../manifest/openapi.js'
import { successOf } from './answers.js'
import { authOf, type DraftSetting } from './auth.js'
import { callbackOf, type DraftCallback } from './callbacks.js'
import { commented, flow, type Part, said } from './draft-text.js'
import { bound, type Input, inputsOf } from './inputs.js'
import { changedAtOf, pagingOf, sinceOf } from './paging.js'
import { answersJson, type DraftResource, findResources, type Role } from './resources.js'
import { manifestName, squash } from './words.js'

export interface DraftManifest {
  readonly parts: readonly Part[]
  readonly resources: readonly DraftResource[]
  readonly settings: Readonly<Record<string, DraftSetting>>
  readonly left: readonly Operation[]
  readonly tokenOperation: string | undefined
}

export interface ManifestGiven {
  readonly name: string
  /** As the manifest names it: `../../openapi/acme.yaml`. */
  readonly openapi: string
  readonly document: ApiDocument
  readonly root: JsonObject
}

const SECRET_NAME = /token|secret|password|key$|authorization|signature/

export function draftManifest({ name, openapi, document, root }: ManifestGiven): DraftManifest {
  const auth = authOf(document, root)
  const found = findResources(
    document,
    new Set(auth.tokenOperation === undefined ? [] : [auth.tokenOperation]),
  )
  const callback = callbackOf(document, root, found.resources)
  const settings: Record<string, DraftSetting> = {
    base_url: { type: 'string', format: 'uri', title: 'API address', ...addressOf(document) },
    ...auth.settings,
    ...(callback && callback.resources.size > 0 ? callback.settings : {}),
  }
  const asked = new Map<string, string>()
  const setting = (input: Input): string => {
    const own = manifestName(input.name) ?? 'value'
    if (!Object.hasOwn(settings, own)) {
      const secret = SECRET_NAME.test(squash(input.name))
      settings[own] = { type: 'string', title: said(input.name), ...(secret ? { secret: true } : {}) }
      asked.set(
        own,
        `calls need the ${input.in} parameter ${said(input.name)}: is it the same for the whole connection?`,
      )
    }
    return `settings.${own}`
  }
  const writer = new ResourceWriter(found.resources, root, callback, setting)
  const resources = found.resources.flatMap(resource => writer.parts(resource))
  const success = successOf(document)
  const check = checkOf(document, found.resources, auth.tokenOperation)
  const checked = check && writer.call(check, new Map())
  const [server] = Object.keys(document.servers)
  const parts: Part[] = [
    { id: 'connector', indent: 0, line: `connector: ${name}` },
    { id: 'title', indent: 0, line: `title: ${flow(said(document.title) || name)}` },
    { id: 'openapi', indent: 0, line: `openapi: ${flow(openapi)}` },
    {
      id: 'settings',
      indent: 0,
      line: 'settings:',
      ...(server === undefined
        ? { questions: ['the document names no server: what is the address of the API?'] }
        : {}),
    },
    ...Object.entries(settings).map(([key, words]): Part => {
      const question = asked.get(key)
      return {
        id: `settings.${key}`,
        indent: 2,
        line: `${key}: ${flow(words)}`,
        ...(question ? { questions: [question] } : {}),
      }
    }),
    ...authParts(auth.blocks, auth.questions),
    {
      id: 'limits',
      indent: 0,
      line: `limits: ${flow({ rate: '5/s', per: 'connection', concurrency: 4, timeout: '20s' })}`,
      questions: ['how many calls does the vendor allow? (a careful guess until it is known)'],
    },
    ...(checked
      ? [{ id: 'check', indent: 0, line: `check: ${flow(checked)}` }]
      : [
          {
            id: 'check',
            indent: 0,
            line: '',
            questions: ['which call costs nothing and needs no input? (check: OPERATION)'],
          },
        ]),
    ...(success
      ? [
          {
            id: 'success',
            indent: 0,
            line: `success: ${flow(success.expression)}`,
            ...(success.sure
              ? {}
              : {
                  questions: [
                    `which value of it says that a call was accepted? (and \`errors:\` for the others)`,
                  ],
                }),
          },
        ]
      : []),
    { id: 'resources', indent: 0, line: 'resources:' },
    ...resources,
    ...callbackParts(callback),
    ...leftParts([...found.left, ...writer.left], auth.tokenOperation, check),
  ]
  return {
    parts,
    resources: found.resources,
    settings,
    left: found.left,
    tokenOperation: auth.tokenOperation,
  }
}

/** The document's own address as default, where it is one. */
function addressOf(document: ApiDocument): { default?: string } {
  const address = document.servers['default']
  return address !== undefined && /^https?:\/\/[^{}]+$/.test(address) ? { default: address } : {}
}

function authParts(
  blocks: Readonly<Record<string, JsonObject>>,
  questions: readonly string[],
): readonly Part[] {
  const names = Object.keys(blocks)
  const only = names.length === 1 ? blocks[names[0] ?? ''] : undefined
  if (names.length === 0) return [{ id: 'auth', indent: 0, line: 'auth: { use: none }', questions }]
  if (only) return [{ id: 'auth', indent: 0, line: `auth: ${flow(only)}`, questions }]
  return [
    { id: 'auth', indent: 0, line: 'auth:', questions, holds: true },
    ...names.map(
      (name): Part => ({
        id: `auth.${name}`,
        parent: 'auth',
        indent: 2,
        line: `${flow(name)}: ${flow(blocks[name])}`,
      }),
    ),
  ]
}

/** Whatever answers "who am I", else the first list. */
function checkOf(
  document: ApiDocument,
  resources: readonly DraftResource[],
  token: string | undefined,
): Operation | undefined {
  const free = [...document.operations.values()].filter(
    operation =>
      operation.method === 'GET' &&
      operation.id !== token &&
      !operation.parameters.some(
        ({ in: place, required, constant }) => required && constant === undefined && place !== 'header',
      ),
  )
  return (
    free.find(({ path }) => /(?:^|\/)(?:me|whoami|self|account|ping|current_?user|userinfo)$/i.test(path)) ??
    resources.flatMap(({ operations: { list } }) => (list && free.includes(list) ? [list] : []))[0] ??
    free[0]
  )
}

class ResourceWriter {
  /** Operations of resources that could not be bound. */
  readonly left: Operation[] = []
  private readonly collections: ReadonlySet<string>
  private readonly root: JsonObject
  private readonly callback: DraftCallback | undefined
  private readonly setting: (input: Input) => string

  constructor(
    resources: readonly DraftResource[],
    root: JsonObject,
    callback: DraftCallback | undefined,
    setting: (input: Input) => string,
  ) {
    this.collections = new Set(resources.map(({ path }) => path))
    this.root = root
    this.callback = callback
    this.setting = setting
  }

  parts(resource: DraftResource): readonly Part[] {
    const id = `resources.${resource.name}`
    const parts: Part[] = []
    const add = (key: string, value: unknown, questions: readonly string[] = []) =>
      parts.push({ id: `${id}.${key}`, parent: id, indent: 4, line: `${key}: ${flow(value)}`, questions })
    if (this.hasParent(resource)) {
      this.left.push(...Object.values(resource.operations))
      return []
    }
    const { create, update, delete: remove, put, read, list } = resource.operations
    const { id: made } = resource
    if (create && made) add('create', { ...this.slot(create, resource, 'create'), take: { id: made.path } })
    else if (create) {
      const put = `\`${said(create.id)}\` makes one, but its answer shows no id: where does it stand? (create: { operation: ${said(create.id)}, take: { id: … } })`
      parts.push({ id: `${id}.create`, parent: id, indent: 4, line: '', questions: [put] })
    }
    if (update) add('update', this.slot(update, resource, 'update'))
    if (remove) add('delete', this.slot(remove, resource, 'delete'))
    if (put)
      add('put', { ...this.slot(put, resource, 'put'), ...(made ? { take: { id: made.path } } : {}) }, [
        'it is written under an id of our choice: is the record’s own id right there?',
      ])
    if (read && answersJson(read)) {
      const item = resource.item && resource.item.path !== 'body' ? { item: resource.item.path } : {}
      add('read', { ...this.slot(read, resource, 'read'), ...item })
    }
    const token = create?.parameters.find(
      ({ in: place, name }) => place === 'header' && /idempotencykey/.test(squash(name)),
    )
    if (create && made && token)
      add('idempotency', { header: token.name, window: '24h', format: 'uuid' }, [
        'how long does the vendor remember such a key?',
      ])
    const news = this.callback?.resources.get(resource.name)
    if (news) add('callback', news.words, news.questions)
    if (list) this.poll(resource, list, add)
    if (!parts.some(part => part.line !== '')) return []
    return [{ id, indent: 2, line: `${resource.name}:`, holds: true }, ...parts]
  }

  private poll(
    resource: DraftResource,
    list: Operation,
    add: (key: string, value: unknown, questions?: readonly string[]) => void,
  ): void {
    const { items } = resource
    if (!items) return
    const inputs = inputsOf(list, { body: true })
    const paging = pagingOf(list, inputs, items, hasLinkHeader(this.root, list))
    const since = sinceOf(inputs)
    const at = changedAtOf(items.schema)
    const rules = new Map(paging?.rules)
    if (since) rules.set(since.input, since.rule)
    const questions: string[] = []
    if (!paging)
      questions.push(
        'how is the next page asked for? (next: { cursor | page | offset | link }; without it only the first page is read)',
      )
    if (!since)
      questions.push(
        'can it be asked for what changed since a time? (with: { PARAMETER: since }; without it every poll reads the whole list)',
      )
    else if (!since.sure) questions.push(`in which form does ${said(since.input.name)} take a time?`)
    if (at && !at.sure) questions.push('does the time of an item say its zone, or its unit?')
    add(
      'poll',
      {
        ...this.call(list, rules),
        ...(items.path === 'body' ? {} : { items: items.path }),
        ...(at ? { at: at.rule } : {}),
        ...(paging ? { next: paging.next } : {}),
        ...(at && since ? { window: { overlap: '5m' } } : {}),
        every: '5m',
      },
      questions,
    )
  }

  /** One call with its id bound where the role has one, and all else that it needs from the settings. */
  private slot(operation: Operation, resource: DraftResource, role: Role): Record<string, unknown> {
    const rules = new Map<Input, unknown>()
    if (role !== 'create') {
      const inputs = inputsOf(operation, { body: true })
      const input =
        inputs.filter(({ in: place }) => place === 'path').at(-1) ??
        inputs.find(({ name }) => ['id', `${squash(resource.name)}id`].includes(squash(name)))
      if (input) rules.set(input, role === 'put' ? 'record.id' : 'id')
    }
    return this.call(operation, rules, role !== 'read' && role !== 'delete')
  }

  /** @param mapped its body is what a mapping gives */
  call(operation: Operation, rules: Map<Input, unknown>, mapped = false): Record<string, unknown> {
    const given = new Map(rules)
    for (const input of inputsOf(operation, { body: !mapped })) {
      const has = [...given.keys()].some(other => other.name === input.name && other.in === input.in)
      if (has || !input.required || isAuthHeader(this.root, input)) continue
      if (/^idempotency-?key$/i.test(input.name)) continue
      if (input.schema.default !== undefined && input.in !== 'path')
        given.set(input, { value: input.schema.default })
      else given.set(input, this.setting(input))
    }
    const words = bound(given)
    return { operation: operation.id, ...(words ? { with: words } : {}) }
  }

  /** Below an item of another collection: its calls need that thing's id, which no slot has. */
  private hasParent({ path }: DraftResource): boolean {
    const segments = path.split('/')
    return segments.some(
      (segment, index) => /^\{/.test(segment) && this.collections.has(segments.slice(0, index).join('/')),
    )
  }
}

function callbackParts(callback: DraftCallback | undefined): readonly Part[] {
  if (!callback) return []
  if (callback.resources.size === 0)
    return [{ id: 'callback', indent: 0, line: '', questions: [callback.unclear] }]
  const id = 'callback'
  return [
    { id, indent: 0, line: 'callback:', questions: callback.questions },
    { id: 'callback.methods', indent: 2, line: 'methods: [POST]' },
    { id: 'callback.verify', indent: 2, line: `verify: ${flow(callback.verify)}` },
    ...(callback.event === undefined
      ? []
      : [{ id: 'callback.event', indent: 2, line: `event: ${flow(callback.event)}` }]),
    { id: 'callback.ack', indent: 2, line: 'ack: { status: 200 }' },
    { id: 'callback.max', indent: 2, line: 'max: 1MiB' },
  ]
}

function leftParts(
  left: readonly Operation[],
  token: string | undefined,
  check: Operation | undefined,
): readonly Part[] {
  const rest = left.filter(({ id }) => id !== token && id !== check?.id)
  if (rest.length === 0) return []
  const shown = rest
    .slice(0, MOST_LEFT)
    .map(({ id, method, path }) => `  ${said(id)}: ${method} ${said(path)}`)
  const more = rest.length > MOST_LEFT ? [`  and ${rest.length - MOST_LEFT} more`] : []
  return [
    {
      id: 'left',
      indent: 0,
      line: commented([' Operations that no resource was made of:', ...shown, ...more]),
    },
  ]
}
const MOST_LEFT = 60

const objectOf = (value: unknown): JsonObject => (isObject(value) ? (value as JsonObject) : {})

/** A header that carries the credential is the security scheme's business. */
function isAuthHeader(root: JsonObject, input: Input): boolean {
  const schemes = Object.values(objectOf(objectOf(root['components'])['securitySchemes'])).map(objectOf)
  return schemes.some(
    scheme => scheme['in'] === input.in && String(scheme['name']).toLowerCase() === input.name.toLowerCase(),
  )
}

/** Whether the 2xx answers of an operation are documented with a Link header (RFC 8288). */
function hasLinkHeader(root: JsonObject, { method, path }: Operation): boolean {
  const operation = objectOf(objectOf(objectOf(root['paths'])[path])[method.toLowerCase()])
  return Object.entries(objectOf(operation['responses'])).some(
    ([status, answer]) =>
      status.startsWith('2') &&
      Object.keys(objectOf(objectOf(answer)['headers'])).some(name => name.toLowerCase() === 'link'),
  )
}
