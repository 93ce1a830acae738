/**
 * What an auth kind is: the words it takes in a manifest and how it adds itself to a request. Where a token
 * must be fetched first and cannot be, the request is not sent and the outcome of the fetch is told.
 */
import type { Clock } from '../../kernel/clock.js'
import type { JsonObject } from '../../kernel/json.js'
import type { Scope } from '../expressions.js'
import type { AuthSpec, Slot } from '../manifest/connector.js'
import type { SecurityScheme } from '../manifest/openapi.js'
import type { Words } from '../manifest/words.js'
import type { OutgoingRequest } from '../transport/transport.js'
import type { Outcome } from '../types.js'
import type { TokenStore } from './token-store.js'

export interface AuthContext {
  readonly spec: AuthSpec
  /** Placement, from the document's securitySchemes. */
  readonly scheme: SecurityScheme | undefined
  readonly settings: JsonObject
  readonly tokens: TokenStore
  /** Unique per tenant, connection and auth block. */
  readonly key: string
  readonly clock: Clock
  /** Fresh random text for nonces. */
  readonly nonce: () => string
  /** Calls an operation without auth, with further headers if any; `scope` is that after the answer. */
  readonly call: (
    slot: Slot,
    scope: Scope,
    headers?: Readonly<Record<string, string>>,
  ) => Promise<{ readonly outcome: Outcome; readonly scope: Scope }>
}

export type Applied =
  | { readonly request: OutgoingRequest; readonly token: string | undefined }
  | { readonly failed: Outcome }

export interface Auth {
  apply(request: OutgoingRequest): Promise<Applied>
  /** The vendor did not take this token. @returns false where there is nothing to renew */
  renew(token: string | undefined): Promise<boolean>
}

export interface AuthKind {
  readonly words: Words
  /** Names of words that this very block cannot do without, beside those that are always required. */
  needs?(block: JsonObject): readonly string[]
  /** Words that are plain members of the block beside `words`: `expired`, and `exchange` where it has one. */
  open(context: AuthContext): Auth
}

/** An auth that never changes: keys, passwords, signatures. */
export function fixed(place: (request: OutgoingRequest) => OutgoingRequest): Auth {
  return {
    apply: async request => ({ request: place(request), token: undefined }),
    renew: async () => false,
  }
}

export function withHeader(request: OutgoingRequest, name: string, value: string): OutgoingRequest {
  return { ...request, headers: { ...request.headers, [name.toLowerCase()]: value } }
}

/** Puts a secret where the document's security scheme says; bearer where it says nothing. */
export function placed(
  request: OutgoingRequest,
  scheme: SecurityScheme | undefined,
  value: string,
): OutgoingRequest {
  if (scheme?.type === 'apiKey' && scheme.name !== undefined) {
    if (scheme.in === 'query') {
      const url = new URL(request.url)
      url.searchParams.set(scheme.name, value)
      return { ...request, url }
    }
    if (scheme.in === 'cookie') return withHeader(request, 'cookie', `${scheme.name}=${value}`)
    return withHeader(request, scheme.name, value)
  }
  return withHeader(request, 'authorization', `Bearer ${value}`)
}

/** A value of the block, as text; empty where the setting is not there (the manifest check asked for it). */
export function secretOf(context: AuthContext, word: string): string {
  return secretsOf(context, word)[0] ?? ''
}

/** Every live value of a secret, the newest first: while it is being replaced the setting is a list. */
export function secretsOf(context: AuthContext, word: string): readonly string[] {
  const value = context.spec.values[word]?.evaluate({ settings: context.settings })
  const all: readonly unknown[] = Array.isArray(value) ? value : [value]
  return all.flatMap(one => (one === undefined || one === null || one === '' ? [] : [String(one)]))
}
