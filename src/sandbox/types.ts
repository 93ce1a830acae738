/**
 * The words simulators share: a call that came in, the answer to it, what a vendor finds wrong, and what a
 * vendor is made of. Everything kept is plain JSON, so a simulator remembers across a restart.
 */
import type { FastifyInstance } from 'fastify'
import type { Json, JsonObject } from '../kernel/json.js'
import type { Callbacks } from './callbacks.js'
import type { Faults } from './misbehaviour.js'
import type { Section } from './page.js'

/** One request after it was checked against the vendor's document. */
export interface Call {
  readonly operation: string
  readonly method: string
  /** As sent, with the query. */
  readonly path: string
  /** Parameters are coerced to the types of the document. */
  readonly params: Readonly<Record<string, string>>
  readonly query: Readonly<Record<string, Json | undefined>>
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>
  /** Parsed JSON or form; undefined where the operation takes none. */
  readonly body: Json | undefined
  /** The bytes as they came, for signatures. */
  readonly raw: Buffer
  /** Who the credential belongs to, as the auth check said. */
  readonly who: string | undefined
  /** Milliseconds by which searches lag in this call (fault `stale`); give it to `Shelf.search`. */
  readonly staleBy: number
}

/** `body` is sent as JSON unless it is a Buffer; then `type` says what it is. */
export interface Answer {
  readonly status: number
  readonly body?: Json | Buffer
  readonly headers?: Readonly<Record<string, string>>
  readonly type?: string
}
export type Handler = (call: Call) => Answer | Promise<Answer>

/** What is wrong with a request, before the vendor puts it into its own words and status. */
export type ProblemKind =
  | 'unauthenticated'
  | 'token_expired'
  | 'forbidden'
  | 'not_found'
  | 'conflict'
  | 'unsupported_type'
  | 'invalid'
  | 'throttled'
  | 'failed'

export interface Problem {
  readonly kind: ProblemKind
  readonly detail: string
  /** The vendor's own code, where a handler knows it. */
  readonly code?: string | number
  /** Status the framework asks for (fault `error`: 500, 502, 504 …). */
  readonly status?: number
  /** Seconds, or an HTTP date. */
  readonly retryAfter?: number | string
}

/** Thrown by handlers and auth checks; answered in the vendor's own format. */
export class VendorProblem extends Error {
  readonly problem: Problem

  constructor(problem: Problem) {
    super(problem.detail)
    this.name = 'VendorProblem'
    this.problem = problem
  }
}

/** What the document's security scheme found in the request. */
export interface Credential {
  readonly scheme: string
  /** API key, bearer token, or the decoded `user:password` of basic. */
  readonly value: string
}
/** Says who it is. @throws VendorProblem unauthenticated, token_expired or forbidden */
export type AuthCheck = (
  credential: Credential,
  call: Omit<Call, 'who' | 'body' | 'params' | 'query'>,
) => string

/** A change the vendor made at a caller's request: the journey's "one effect each" counts these. */
export interface Effect {
  readonly at: number
  readonly operation: string
  readonly verb: 'create' | 'update' | 'delete'
  readonly resource: string
  readonly id: string
  readonly body: Json
  /** Idempotency token it came under. */
  readonly token: string | undefined
}

/** One request and its answer, as they went over the wire; credentials are masked. */
export interface Exchange {
  readonly at: number
  /** Undefined: no operation of the document has this path. */
  readonly operation: string | undefined
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** 0: the line was cut before an answer. */
  readonly status: number
  readonly answer: string
  readonly fault: string | undefined
  readonly tookMs: number
}

/** Something a person (button on the page) or a test can make happen at the vendor. */
export interface Control {
  /** Chinese, for the button. */
  readonly title: string
  run(input: JsonObject): Json | Promise<Json>
}

/** What the framework gives a vendor. */
export interface Runtime {
  now(): number
  /** http://127.0.0.1:PORT, known once the server listens. */
  readonly url: string
  /** Plain JSON kept across restarts where the simulator has a folder. */
  slice<T extends object>(name: string, initial: () => T): T
  /** `ses_000012`; counts on after a restart. */
  id(prefix: string): string
  /** Notes a change; inside a call it takes the operation from there. */
  effect(effect: Omit<Effect, 'at' | 'operation'>): void
  /**
   * Says something to the hub. Inside a call it goes out after the call's answer (unless told to overtake it).
   * @param body checked against the document's webhook of that name, where it has one
   */
  emit(event: string, key: string, body: Json): void
}

/** A vendor, made of answers to the operations of its document. */
export interface Vendor {
  /** By operationId; every operation of the document needs one. */
  readonly handlers: Readonly<Record<string, Handler>>
  /** By name of the security scheme; every scheme of the document needs one. */
  readonly auth: Readonly<Record<string, AuthCheck>>
  /** Puts a problem into the vendor's own error format. */
  problem(problem: Problem, operation: string | undefined): Answer
  /** The vendor has a word of its own for "come back later" (or none): no Retry-After is added. */
  readonly saysWaitItself?: boolean
  readonly controls?: Readonly<Record<string, Control>>
  /** Makes every token invalid now (fault `expire_tokens`). */
  expireTokens?(): void
  /** Which of several operations on one path and method is meant (RPC: `/#SendSms`). */
  select?(candidates: readonly string[], call: Pick<Call, 'headers' | 'path'>): string | undefined
  /** What a person sees on `GET /`. */
  page(): readonly Section[]
  /** What `GET /_sandbox/state` answers. */
  snapshot(): Json
  /** More routes, a WebSocket …; called before the server listens. */
  extend?(server: FastifyInstance): void | Promise<void>
  close?(): void | Promise<void>
}

/** A vendor that runs. */
export interface Simulator {
  readonly name: string
  readonly title: string
  /** http://127.0.0.1:PORT */
  readonly url: string
  readonly faults: Faults
  readonly exchanges: readonly Exchange[]
  readonly effects: readonly Effect[]
  readonly callbacks: Callbacks
  /** Where the simulator broke its own document or failed; must stay empty. */
  readonly breaches: readonly string[]
  control(name: string, input?: JsonObject): Promise<Json>
  snapshot(): Json
  now(): number
  /** @throws Error listing the breaches, after everything is closed */
  close(): Promise<void>
}
