/**
 * Sends prepared calls: limits first, then auth, then the transport or the connector's hook, then the
 * judgement; an expired token is renewed once and the very bytes sent again. Every try is logged, masked.
 */
import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from '../kernel/clock.js'
import { HubError } from '../kernel/errors.js'
import { fingerprint, type JsonObject } from '../kernel/json.js'
import type { Auth } from './auth/auth.js'
import { AUTH_KINDS } from './auth/kinds.js'
import type { TokenStore } from './auth/token-store.js'
import { assemble, type ReadFile } from './body/assemble.js'
import type { SkewMeter } from './clock-skew.js'
import { attempt, type Scope } from './expressions.js'
import { Gate, type Limiter, SHORT_WAIT } from './limits.js'
import type { AuthSpec, Connector, Slot, Step, Take } from './manifest/connector.js'
import { bindCall } from './operation/bind.js'
import { maskText } from './operation/mask.js'
import { type Judged, judge, outcomeOf } from './operation/outcome.js'
import type { HookKit } from './sdk.js'
import type { Exchange, HttpClient, OutgoingRequest, Transport } from './transport/transport.js'
import { recordedClient, watchWire } from './transport/wire.js'
import type { PreparedCall } from './types.js'

/** One try of a call, for the log; masked, without bodies and query. */
export interface AttemptLog {
  readonly tenant: string
  readonly connection: string
  readonly operation: string
  readonly verb: string
  readonly method: string
  readonly path: string
  readonly outcome: string
  readonly code: string | undefined
  readonly status: number | undefined
  readonly tookMs: number
  readonly detail: string
}

export interface CallerOptions {
  readonly connector: Connector
  readonly tenant: string
  readonly name: string
  readonly settings: JsonObject
  readonly transport: Transport
  readonly allowPrivate: boolean
  readonly clock: Clock
  readonly tokens: TokenStore
  readonly limiter: Limiter
  readonly skew: SkewMeter
  /** Files that calls carry, by their hash. */
  readonly files?: ReadFile | undefined
  readonly log: (entry: AttemptLog) => void
}

export interface CallAim {
  readonly step: Step
  readonly verb: string
  readonly scope: Scope
  readonly take?: Take | undefined
  readonly needsId?: boolean
  readonly personal?: readonly string[]
  /** A token exchange: no auth, no limits, so that it never waits for the call that waits for it. */
  readonly bare?: boolean
  readonly headers?: Readonly<Record<string, string>>
  /** What came is gone over there: it is taken whatever its form. */
  readonly anyForm?: boolean
}

export interface Caller {
  /** Sends a prepared call. Never throws for what a vendor does. */
  dispatch(call: PreparedCall, aim: CallAim): Promise<Judged>
  /** Binds the steps of a slot one after the other and sends them; the last one's judgement, or the first bad one's. */
  perform(slot: Slot, aim: Omit<CallAim, 'step'>): Promise<Judged>
  /** The request of a call as it would go out, before auth. */
  request(call: PreparedCall): OutgoingRequest
}

const MAX_ANSWER = 8 * 1024 * 1024
/** Where a throttling vendor names no time. */
const PAUSE = 1000
/** A vendor's odd date must not silence a connection for days. */
const MAX_PAUSE = 10 * 60_000

export function createCaller(options: CallerOptions): Caller {
  const { connector, settings, transport, clock, limiter } = options
  const { limits } = connector
  const gate = new Gate(limits.concurrency)
  const owner = `${options.tenant}/${options.name}`
  // Tokens belong to the credentials they were fetched with, in a store that outlives a connection's settings.
  const credentials = fingerprint(settings).slice(0, 16)
  const auths = new Map<string, Auth>()
  const shared = new Map<string, unknown>()
  const client = transport.client && recordedClient(transport.client)
  const rules = { timeoutMs: limits.timeoutMs, maxBytes: MAX_ANSWER, allowPrivate: options.allowPrivate }
  let axios: Promise<Pick<HookKit, 'http' | 'unwrapped'>> | undefined
  // Only vendors' SDKs need axios; it is read when the first of them is called.
  const axiosOver = async (over: HttpClient): Promise<Pick<HookKit, 'http' | 'unwrapped'>> => {
    const { createAxios } = await import('./transport/axios.js')
    return { http: createAxios(over, rules), unwrapped: createAxios(over, { ...rules, unwrap: true }) }
  }

  function addressOf(server: string): string {
    const setting = Object.hasOwn(connector.servers, server) ? connector.servers[server] : undefined
    const named = setting === undefined ? undefined : settings[setting]
    const base = server === 'default' ? settings['base_url'] : undefined
    const address = named ?? base ?? connector.document.servers[server]
    if (typeof address !== 'string' || !/^https?:\/\//.test(address))
      throw new HubError('CONNECTOR_SETTING_MISSING', {
        detail: `${options.name} has no address for server ${server}`,
      })
    return address
  }

  /** A path goes after the address; without one the address is called as it stands, its own query with it. */
  function urlOf({ server, path }: PreparedCall): URL {
    const address = addressOf(server)
    if (path.startsWith('/')) return new URL(`${address.replace(/\/+$/, '')}${path}`)
    const url = new URL(address)
    for (const [name, value] of new URLSearchParams(path)) url.searchParams.append(name, value)
    return url
  }

  function request(call: PreparedCall): OutgoingRequest {
    const url = transport.client ? urlOf(call) : new URL('mail:/')
    return {
      method: call.method,
      url,
      headers: { accept: 'application/json', ...call.headers },
      body: call.body,
      ...rules,
    }
  }

  function specFor(step: Step): { readonly name: string; readonly spec: AuthSpec } | undefined {
    const schemes = step.operation.security ?? connector.document.security
    if (step.operation.security?.length === 0) return undefined
    for (const name of schemes) {
      const spec = connector.auth.get(name)
      if (spec) return { name, spec }
    }
    const all = connector.auth.get('')
    return all && { name: schemes[0] ?? Object.keys(connector.document.securitySchemes)[0] ?? '', spec: all }
  }

  function authFor(step: Step): { readonly auth: Auth; readonly spec: AuthSpec } | undefined {
    const found = specFor(step)
    if (!found) return undefined
    let auth = auths.get(found.name)
    if (!auth) {
      const kind = AUTH_KINDS[found.spec.kind]
      if (!kind) throw new HubError('HUB_DEFECT', { detail: `no auth kind ${found.spec.kind}` })
      auth = kind.open({
        spec: found.spec,
        scheme: connector.document.securitySchemes[found.name],
        settings,
        tokens: options.tokens,
        key: `${owner}/${found.name}/${credentials}`,
        clock,
        nonce: () => randomBytes(16).toString('hex'),
        call: (slot, scope, headers) =>
          perform(slot, { verb: 'exchange', scope, bare: true, ...(headers && { headers }) }),
      })
      auths.set(found.name, auth)
    }
    return { auth, spec: found.spec }
  }

  function hearClock(exchange: Exchange): void {
    if (exchange.kind !== 'answered') return
    options.skew.heard(exchange.headers['date'], clock.now() - exchange.tookMs, exchange.tookMs)
  }

  async function tryOnce(
    call: PreparedCall,
    aim: CallAim,
    renewed: boolean,
  ): Promise<{ judged: Judged; token: string | undefined }> {
    const assembled = await assemble(call, options.files)
    if ('failed' in assembled) {
      const detail = `${call.operation}: ${assembled.detail}`
      const outcome = outcomeOf('refused', assembled.failed, detail)
      return { judged: { outcome, scope: aim.scope, expired: false }, token: undefined }
    }
    const plain = { ...request(call), body: assembled.body }
    const outgoing = aim.headers ? { ...plain, headers: { ...plain.headers, ...aim.headers } } : plain
    const hooks = connector.hooks && !aim.bare ? await connector.hooks() : undefined
    const found = aim.bare ? undefined : authFor(aim.step)
    const context = {
      connector,
      transport,
      step: aim.step,
      verb: aim.verb,
      take: aim.take ?? aim.step.take,
      needsId: aim.needsId ?? false,
      scope: aim.scope,
      now: clock.now(),
      personal: aim.personal ?? [],
      anyForm: aim.anyForm ?? false,
    }
    if (hooks?.send && client) {
      const send = hooks.send
      axios ??= axiosOver(client)
      const kit: HookKit = {
        settings,
        address: addressOf(call.server).replace(/\/+$/, ''),
        ...(await axios),
        renew: renewed,
        once: <T>(name: string, make: () => T): T => {
          if (!shared.has(name)) shared.set(name, make())
          return shared.get(name) as T
        },
      }
      const wire = await watchWire(outgoing, () => send(call, kit))
      const exchange = wire.own ?? neverSent(wire)
      hearClock(exchange)
      return { judged: judge(exchange, context, found?.spec.expired), token: undefined }
    }
    const applied = found ? await found.auth.apply(outgoing) : { request: outgoing, token: undefined }
    if ('failed' in applied)
      return { judged: { outcome: applied.failed, scope: aim.scope, expired: false }, token: undefined }
    const exchange = await transport.send(applied.request, call)
    hearClock(exchange)
    return { judged: judge(exchange, context, found?.spec.expired), token: applied.token }
  }

  async function dispatch(call: PreparedCall, aim: CallAim): Promise<Judged> {
    if (aim.bare) return logged(call, aim, (await tryOnce(call, aim, false)).judged)
    const wait = place(aim)
    if (wait > SHORT_WAIT) return logged(call, aim, ownLimit(call, aim, wait))
    const judged = await gate.run(limits.timeoutMs, async () => {
      if (wait > 0) await sleep(wait)
      return judgedTwice(call, aim)
    })
    return judged ?? logged(call, aim, ownLimit(call, aim, SHORT_WAIT))
  }

  /** Once, and once more with a new token where the vendor did not take the old one. */
  async function judgedTwice(call: PreparedCall, aim: CallAim): Promise<Judged> {
    let { judged, token } = await tryOnce(call, aim, false)
    if (judged.expired) {
      logged(call, aim, judged)
      const renewable = connector.hooks !== undefined || (await authFor(aim.step)?.auth.renew(token))
      if (!renewable) return judged
      judged = (await tryOnce(call, aim, true)).judged
    }
    if (judged.outcome.is === 'throttled') pause(aim, judged)
    return logged(call, aim, judged)
  }

  const limitKey = (step: Step) => (limits.per === 'operation' ? `${owner}/${step.operation.id}` : owner)

  function recipientKey(aim: CallAim): string | undefined {
    if (!limits.recipient || !['create', 'update', 'put'].includes(aim.verb)) return undefined
    const who = attempt(limits.recipient.by, aim.scope)
    return who === undefined || who === null ? undefined : `${owner}//${JSON.stringify(who)}`
  }

  /** Takes a place under the limits; a wait that is sat out here takes its place when it ends. */
  function place(aim: CallAim): number {
    const now = clock.now()
    const wait = limiter.take(limitKey(aim.step), limits.rates, now)
    if (wait > SHORT_WAIT) return wait
    if (wait > 0) limiter.take(limitKey(aim.step), limits.rates, now + wait)
    const recipient = recipientKey(aim)
    if (recipient === undefined) return wait
    const later = limiter.take(recipient, limits.recipient?.rates ?? [], now)
    return later > 0 ? Math.max(later, SHORT_WAIT + 1) : wait
  }

  /** 429 and 503 are about us all; a throttle in the vendor's own words may be about one recipient alone. */
  function pause(aim: CallAim, { outcome }: Judged): void {
    const recipient = recipientKey(aim)
    const wait = outcome.wait ?? PAUSE
    if (outcome.status === 429 || outcome.status === 503)
      limiter.pause(limitKey(aim.step), clock.now() + Math.min(wait, MAX_PAUSE))
    else if (recipient !== undefined) limiter.pause(recipient, clock.now() + wait)
  }

  function ownLimit(call: PreparedCall, aim: CallAim, wait: number): Judged {
    const detail = `${call.operation}: own limit, free in ${Math.ceil(wait / 1000)} s`
    const outcome = outcomeOf('throttled', 'CONNECTOR_LIMIT_REACHED', detail, { wait })
    return { outcome, scope: aim.scope, expired: false }
  }

  function logged(call: PreparedCall, aim: CallAim, judged: Judged): Judged {
    const { outcome } = judged
    options.log({
      tenant: options.tenant,
      connection: options.name,
      operation: call.operation,
      verb: aim.verb,
      method: call.method,
      path: maskText(call.path.split('?')[0] ?? '', aim.personal),
      outcome: outcome.is,
      code: outcome.code,
      status: outcome.status,
      tookMs: outcome.tookMs,
      detail: outcome.detail,
    })
    return judged
  }

  async function perform(slot: Slot, aim: Omit<CallAim, 'step'>): Promise<Judged> {
    let scope: Scope = { ...aim.scope, settings }
    let judged: Judged | undefined
    const answers: Record<string, unknown> = Object.create(null)
    for (const [index, step] of slot.steps.entries()) {
      const here: Scope = { ...aim.scope, settings, step: answers }
      if (step.when && step.when.evaluate(here) !== true) continue
      const token = typeof aim.scope['token'] === 'string' ? aim.scope['token'] : undefined
      const call = bindCall({
        step,
        scope: here,
        mapped: undefined,
        token,
        first: index === 0,
        transport: connector.transport,
      })
      judged = await dispatch(call, { ...aim, step, scope: here })
      if (judged.outcome.is !== 'accepted') return judged
      answers[step.name] = { status: judged.outcome.status ?? null, body: judged.outcome.answer ?? null }
      scope = { ...judged.scope, step: answers }
    }
    const nothing = outcomeOf('accepted', undefined, 'no step applied')
    return judged ? { ...judged, scope } : { outcome: nothing, scope, expired: false }
  }

  return { dispatch, perform, request }
}

/** The hook ended and its request never went out: its token call did not work, or the SDK refused it itself. */
function neverSent(wire: { readonly other: Exchange | undefined; readonly thrown: unknown }): Exchange {
  const { other } = wire
  if (other?.kind === 'failed') return { ...other, left: false, code: 'CONNECTOR_CALL_UNREACHABLE' }
  // The vendor answered the SDK's token call and the SDK went no further: the credentials are not taken.
  if (other) return { ...other, status: other.status >= 500 ? other.status : 403 }
  const detail = wire.thrown instanceof Error ? wire.thrown.message : 'the hook sent nothing'
  return {
    kind: 'failed',
    left: false,
    code: 'CONNECTOR_CALL_UNREACHABLE',
    detail,
    tookMs: 0,
    cause: wire.thrown,
  }
}
