/**
 * Opens a connection: one tenant's settings and credentials put to a connector. It keeps nothing but tokens,
 * limits and sockets; what must survive is handed back as plain JSON.
 */
import type { Clock } from '../kernel/clock.js'
import { systemClock } from '../kernel/clock.js'
import { HubError } from '../kernel/errors.js'
import type { Json, JsonObject } from '../kernel/json.js'
import {
  type FetchedAttachment,
  type FoundAttachment,
  fetchAttachment,
  findAttachments,
} from './attachments.js'
import { memoryTokenStore, type TokenStore } from './auth/token-store.js'
import { type ReadFile, shownBody } from './body/assemble.js'
import { itemsOf, openCallback } from './callback.js'
import { type AttemptLog, createCaller } from './caller.js'
import { createSkewMeter } from './clock-skew.js'
import { ability, createEffects } from './effects.js'
import { fetchThing } from './fetch-thing.js'
import { type Limiter, memoryLimiter } from './limits.js'
import { longestMs } from './longest.js'
import { lookUp } from './lookup.js'
import { type Connector, type Resource, secretSettings } from './manifest/connector.js'
import { hideSecrets } from './operation/mask.js'
import { outcomeOf } from './operation/outcome.js'
import { pollPage } from './poll.js'
import { TRANSPORTS } from './transport/transports.js'
import type { Connection, PreparedCall, ResourceAbility, Verb } from './types.js'

export interface ConnectionOptions {
  readonly tenant: string
  readonly name: string
  /** Settings with secrets opened; defaults of the manifest are filled in. */
  readonly settings: JsonObject
  /** Loopback and private addresses may be called. Default false. */
  readonly allowPrivate?: boolean
  /** Callbacks without a signature are taken (`verify: none`). Default false. */
  readonly acceptUnsigned?: boolean
  readonly clock?: Clock
  /** Shared by all processes where the hub backs them by the ledger; default: this process alone. */
  readonly tokens?: TokenStore
  readonly limiter?: Limiter
  /** Reads a stored file by its hash, for calls that carry files. */
  readonly files?: ReadFile
  /** Every try of every call, masked. */
  readonly log?: (entry: AttemptLog) => void
}

/** What the command line and the fold need beside the pipeline's Connection. */
export interface OpenConnection extends Connection {
  /** The request of a call as it would go out, without its auth and with secret settings masked. */
  preview(call: PreparedCall): {
    readonly method: string
    readonly url: string
    readonly headers: Readonly<Record<string, string>>
    readonly body: string | undefined
  }
  /** Absent: no resource of it points to files. */
  attachments?(resource: string, item: Json): readonly FoundAttachment[]
  fetchAttachment(url: string): Promise<FetchedAttachment>
}

const VERBS: readonly Verb[] = ['create', 'update', 'delete', 'put']

/** @throws HubError CONNECTOR_SETTING_MISSING where a required setting has no value */
export function openConnection(connector: Connector, options: ConnectionOptions): OpenConnection {
  const clock = options.clock ?? systemClock
  const settings = withDefaults(connector, options)
  const kind = TRANSPORTS[connector.transport]
  if (!kind) throw new HubError('HUB_DEFECT', { detail: `no transport ${connector.transport}` })
  const allowPrivate = options.allowPrivate ?? false
  const { timeoutMs, concurrency } = connector.limits
  const transport = kind.open({ settings, clock, allowPrivate, timeoutMs, concurrency })
  const skew = createSkewMeter()
  const caller = createCaller({
    connector,
    tenant: options.tenant,
    name: options.name,
    settings,
    transport,
    allowPrivate,
    clock,
    tokens: options.tokens ?? memoryTokenStore(),
    limiter: options.limiter ?? memoryLimiter(),
    log: options.log ?? (() => {}),
    skew,
    files: options.files,
  })
  const effects = createEffects(connector, settings, caller, transport)
  const find = (name: string): Resource | undefined =>
    Object.hasOwn(connector.resources, name) ? connector.resources[name] : undefined
  const hasAttachments = Object.values(connector.resources).some(one => one.attachments.length > 0)
  const callback = { connector, settings, clock, acceptUnsigned: options.acceptUnsigned ?? false }

  return {
    tenant: options.tenant,
    name: options.name,
    connector: connector.name,
    concurrency,
    longestMs: longestMs(connector),
    retryMs: connector.limits.retryMs,
    ...(connector.callback && { verify: connector.callback.scheme }),
    resource(name) {
      const resource = find(name)
      return resource && abilityOf(resource, connector)
    },
    open: async request => openCallback(request, callback),
    items: (body, request) => itemsOf(body, request, connector),
    next: progress => effects.next(progress),
    send: (call, progress) => effects.send(call, progress),
    async lookup(name, progress) {
      const slot = find(name)?.lookup
      if (!slot) throw ability(connector, name, 'lookup')
      return lookUp(caller, slot, effects.scope(progress))
    },
    async poll(name, state) {
      const slot = find(name)?.poll
      if (!slot) throw ability(connector, name, 'poll')
      return pollPage(caller, slot, name, state, { settings }, clock)
    },
    async fetch(name, id, event) {
      const resource = find(name)
      // A hint carries its event; without one it is our own thing that is read.
      const slot =
        event === undefined ? (resource?.read ?? resource?.callback?.refetch) : resource?.callback?.refetch
      if (!slot) throw ability(connector, name, 'read or refetch')
      return fetchThing(caller, slot, name, id, event, settings, clock)
    },
    async check() {
      if (!connector.check) return outcomeOf('accepted', undefined, 'the connector has no check')
      const scope = { settings, sent_at: new Date(clock.now()).toISOString() }
      const { outcome } = await caller.perform(connector.check, { verb: 'check', scope })
      return outcome
    },
    preview(call) {
      const request = caller.request(call)
      const body = shownBody(call)
      const hide = hideSecrets(settings, secretSettings(connector))
      const headers = Object.entries(request.headers).map(([header, value]) => [header, hide(value)] as const)
      return {
        method: request.method,
        url: hide(request.url.href),
        headers: Object.fromEntries(headers),
        body: body === undefined ? undefined : hide(body),
      }
    },
    ...(hasAttachments && {
      attachments: (name: string, item: Json) => findAttachments(item, find(name)?.attachments ?? []),
    }),
    async fetchAttachment(url) {
      if (!transport.client) throw ability(connector, connector.name, 'attachments')
      return fetchAttachment(transport.client, url, { allowPrivate })
    },
    skew: () => skew.ahead(),
    close: () => transport.close(),
  }
}

function withDefaults(connector: Connector, options: ConnectionOptions): JsonObject {
  const settings: Record<string, Json> = { ...options.settings }
  for (const [name, spec] of Object.entries(connector.settings)) {
    if (settings[name] !== undefined && settings[name] !== null && settings[name] !== '') continue
    if (spec.default !== undefined) settings[name] = spec.default as Json
    else if (spec.required !== false)
      throw new HubError('CONNECTOR_SETTING_MISSING', { detail: `${options.name} needs the setting ${name}` })
  }
  return settings
}

function abilityOf(resource: Resource, { uses }: Connector): ResourceAbility {
  const { slots, read, lookup, poll } = resource
  const token = slots.create?.steps[0]?.token
  return {
    name: resource.name,
    verbs: [...VERBS.filter(verb => slots[verb]), ...(read ? (['read'] as const) : [])],
    lookup: lookup && { afterMs: lookup.afterMs, adopt: lookup.adopt },
    tokenWindow: token && token !== 'never' ? token.windowMs : undefined,
    onUnknown: resource.onUnknown,
    poll: poll && { everyMs: poll.everyMs, consumes: poll.consumes },
    read: read?.everyMs === undefined ? undefined : { everyMs: read.everyMs },
    refetch: resource.callback?.refetch !== undefined,
    usesCallbackUrl: resource.usesCallbackUrl,
    uses,
  }
}
