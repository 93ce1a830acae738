/**
 * What every way out has in common: a request with exact bytes goes in, an exchange comes out that says
 * whether an answer came, and if none, whether anything can have left. A transport never throws for what
 * the other side does.
 */

import type { Clock } from '../../kernel/clock.js'
import type { Code } from '../../kernel/errors.js'
import type { Json, JsonObject } from '../../kernel/json.js'
import type { ApiDocument } from '../manifest/openapi.js'
import type { EffectProgress, OutcomeKind, PreparedCall } from '../types.js'

export interface OutgoingRequest {
  readonly method: string
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Buffer | undefined
  readonly timeoutMs: number
  /** Largest answer read, in bytes. */
  readonly maxBytes: number
  /** Loopback, private, link-local … addresses may be called. */
  readonly allowPrivate: boolean
}

export interface Answered {
  readonly kind: 'answered'
  readonly status: number
  /** Lower-case names; repeated ones joined by a comma. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
  readonly tookMs: number
}
export interface Failed {
  readonly kind: 'failed'
  /** False = nothing can have left (name, refused, connect, TLS, private address). */
  readonly left: boolean
  readonly code: Code
  readonly detail: string
  readonly tookMs: number
  readonly cause: unknown
}
export type Exchange = Answered | Failed

export interface HttpClient {
  send(request: OutgoingRequest): Promise<Exchange>
  close(): Promise<void>
}

export interface HouseVerdict {
  readonly is: OutcomeKind
  readonly code: Code | undefined
  /** Milliseconds to wait where the transport itself knows better than the answer. */
  readonly wait?: number
}

export interface Transport {
  /** Adds to a bound call what the transport alone knows (UID, SEQUENCE …); undefined = nothing is to be sent. */
  prepare?(call: PreparedCall, progress: EffectProgress): PreparedCall | undefined
  send(request: OutgoingRequest, call: PreparedCall | undefined): Promise<Exchange>
  /** The house table of the transport, for an answer no rule of the manifest took. */
  house(answer: Answered, verb: string): HouseVerdict
  /** The HTTP client below, for SDKs and attachments; undefined where the transport is not HTTP. */
  readonly client?: HttpClient
  close(): Promise<void>
}

export interface TransportOptions {
  readonly settings: JsonObject
  readonly clock: Clock
  readonly allowPrivate: boolean
  readonly timeoutMs: number
  readonly concurrency: number
}

export interface TransportKind {
  /** Operations and shapes of a transport that needs no OpenAPI document. */
  readonly document: ApiDocument | undefined
  readonly onUnknown: 'park' | 'repeat'
  open(options: TransportOptions): Transport
}

export const answeredJson = (status: number, body: Json, tookMs: number): Answered => ({
  kind: 'answered',
  status,
  headers: { 'content-type': 'application/json' },
  body: Buffer.from(JSON.stringify(body)),
  tookMs,
})
