/**
 * What the connector engine gives the pipeline: a Connection that can prepare a call byte for byte, send it,
 * look things up, page through lists and open callbacks. It keeps no state of its own but tokens and limits;
 * what must survive a crash is handed back as plain JSON for the ledger to keep.
 */
import type { Code } from '../kernel/errors.js'
import type { Json, JsonObject } from '../kernel/json.js'

export type Verb = 'create' | 'update' | 'delete' | 'put'

/** A request as it came through the door; `body` are the raw bytes. */
export interface RawRequest {
  readonly method: string
  /** Path after /hooks/{hook}, with its leading slash, or empty. */
  readonly tail: string
  readonly query: Readonly<Record<string, string>>
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
  /** Milliseconds since the epoch of the first byte. */
  readonly receivedAt: number
  /** It came to a return address (`callback_url`): what that delivery made. */
  readonly delivery?: ReturnedTo
}

/** What a genuine return address leads to: one delivery's resource, and its external id. */
export interface ReturnedTo {
  readonly resource: string
  readonly id: string
}

/** What of a request the words of a callback can see beside its body. */
export type RequestEnvelope = Pick<RawRequest, 'method' | 'tail' | 'query' | 'headers' | 'delivery'>

export interface HttpAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** What a callback is, after its signature was checked and its envelope opened. */
export type Opened =
  /** Signature wrong, missing, too old or replayed: answer 401, store nothing, count it under this code. */
  | { readonly verdict: 'rejected'; readonly code: Code }
  /** A challenge of the vendor's console (url_verification, check_url, echostr): answer it, store nothing. */
  | { readonly verdict: 'challenge'; readonly answer: HttpAnswer }
  | {
      readonly verdict: 'opened'
      /** The decrypted body, JSON; what is stored and split. */
      readonly body: Json
      /** The vendor's own event id, for `seen`; undefined = nothing is dropped at the door. */
      readonly dedupe: string | undefined
      /** Names this very attempt, where the vendor signs each one anew: a second one is refused. */
      readonly once?: string
      /** What to answer once the message is durable (encrypted where the scheme wants it). */
      readonly answer: HttpAnswer
      /** The end of the address was the secret: it is not stored. */
      readonly secretTail?: true
    }

/** One item of a callback or a page. */
export interface Item {
  /** Resource it is about; undefined = no resource of the manifest takes this event (kept and counted). */
  readonly resource: string | undefined
  readonly event: string | undefined
  /** The thing itself, in the resource's shape. */
  readonly body: Json
  /** When it became so, by the callback's own word (ms since the epoch); a mapping that knows better says so. */
  readonly at?: number
  /** A hint: the thing is to be read again; (connection, resource, id) becomes dirty. */
  readonly refetch: { readonly id: string; readonly event: Json } | undefined
}

/** What an effect has done so far; plain JSON, kept in the ledger between steps and crashes. */
export interface EffectProgress {
  readonly resource: string
  readonly verb: Verb
  /** External id of the target; undefined for create. */
  readonly id: string | undefined
  readonly token: string
  /** The mapped value. */
  readonly body: JsonObject
  /** The mapped value last accepted, and what was kept with the link. */
  readonly sent: JsonObject | undefined
  readonly kept: JsonObject | undefined
  /** Canonical record (id, kind, data), for manifests that name `record.…`. */
  readonly record: JsonObject
  /** Our unguessable return address for this delivery, where the manifest uses it. */
  readonly callbackUrl: string | undefined
  /** When the effect began, ms since the epoch; `sent_at` of the manifest's words (look-ups by day need it). */
  readonly begunAt?: number
  /** Of each finished step, by name: `{ status, body, id, keep }` of its accepted outcome (body = its answer). */
  readonly steps: Readonly<Record<string, Json>>
}

/** A part of a body: text as it is, or the bytes of the stored file with this hash. */
export type Piece = { readonly text: string } | { readonly file: string }

/** One outward request, exact to the byte; repeated as it is under the same token. Auth headers are added at sending. */
export interface PreparedCall {
  readonly step: string
  readonly operation: string
  readonly transport: string
  /** Safe to send again after `unknown`, by the house rule or the manifest's `repeatable`. */
  readonly repeatable: boolean
  /** Milliseconds the vendor remembers the token; undefined = it takes none. */
  readonly tokenWindow: number | undefined
  readonly method: string
  /** Server name + path + query, without auth: the address is resolved at sending, from settings. */
  readonly server: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
  /** The body in its place, where files are in it; `body` is then undefined. */
  readonly pieces?: readonly Piece[]
  readonly mediaType: string | undefined
}

export type OutcomeKind =
  | 'accepted'
  | 'refused'
  | 'throttled'
  | 'unreachable'
  | 'unknown'
  | 'misconfigured'
  | 'absent'
  | 'exists'

export interface Outcome {
  readonly is: OutcomeKind
  readonly code: Code | undefined
  /** For a person, personal data masked. */
  readonly detail: string
  readonly status: number | undefined
  /** Parsed answer, where one came. */
  readonly answer: Json | undefined
  /** Milliseconds to wait, where they said. */
  readonly wait: number | undefined
  /** External id taken from the answer. */
  readonly id: string | undefined
  readonly keep: JsonObject | undefined
  readonly tookMs: number
}

export type Next =
  | { readonly next: 'call'; readonly call: PreparedCall }
  /** All steps done: the last accepted outcome's id and keep. */
  | {
      readonly next: 'done'
      readonly id: string | undefined
      readonly keep: JsonObject | undefined
      readonly answer: Json | undefined
    }

export type LookupResult =
  | {
      readonly found: 'one'
      readonly id: string
      readonly keep: JsonObject | undefined
      readonly item: Json
      readonly ours: boolean
    }
  | { readonly found: 'none' }
  | { readonly found: 'unsure'; readonly outcome: Outcome }

export interface PollState {
  readonly since: number | undefined
  readonly cursor: Json | undefined
}
export interface PollPage {
  readonly sentAt: number
  readonly items: readonly Item[]
  /** State to keep in the commit that stores the page. */
  readonly state: PollState
  readonly more: boolean
}

export interface Fetched {
  readonly sentAt: number
  readonly outcome: Outcome
  readonly item: Item | undefined
  /** `until` of its `read` holds: it need not be looked at again. */
  readonly done: boolean
}

/** What one resource of a connector can do; the pipeline decides by this, never by a vendor's name. */
export interface ResourceAbility {
  readonly name: string
  readonly verbs: readonly (Verb | 'read')[]
  readonly lookup: { readonly afterMs: number; readonly adopt: boolean } | undefined
  readonly tokenWindow: number | undefined
  /** After an unknown end that nothing can settle. */
  readonly onUnknown: 'park' | 'repeat'
  readonly poll: { readonly everyMs: number; readonly consumes: boolean } | undefined
  /** What we made is read again and again, because nobody tells how it stands. */
  readonly read: { readonly everyMs: number } | undefined
  readonly refetch: boolean
  readonly usesCallbackUrl: boolean
  /** What an effect must carry besides its body; what no word of the connector asks for is left out. */
  readonly uses: { readonly record: boolean; readonly sent: boolean }
}

export interface Connection {
  readonly tenant: string
  readonly name: string
  readonly connector: string
  /** Scheme that proves its callbacks, `hmac`; undefined = it takes none. */
  readonly verify?: string
  /** Calls it takes at once. */
  readonly concurrency?: number
  /** Milliseconds that one call or look-up may take, with its wait for a place; undefined = not known. */
  readonly longestMs?: number
  /** Waits before the second try, the third …, in milliseconds; undefined = the hub's own, growing ones. */
  readonly retryMs?: readonly number[] | undefined
  resource(name: string): ResourceAbility | undefined
  open(request: RawRequest): Promise<Opened>
  items(body: Json, request: RequestEnvelope): readonly Item[]
  /** The next call of an effect, or its end. Pure but for settings. @throws HubError CONNECTOR_… where `with` cannot be bound */
  next(progress: EffectProgress): Next
  /** Sends one prepared call: auth, limits, private-range check, outcome. Never throws for what a vendor does. */
  send(call: PreparedCall, progress: EffectProgress): Promise<Outcome>
  lookup(resource: string, progress: EffectProgress): Promise<LookupResult>
  poll(resource: string, state: PollState): Promise<PollPage>
  /** Reads one thing by id (refetch of a hint, `read` of what we made). */
  fetch(resource: string, id: string, event: Json | undefined): Promise<Fetched>
  /** Addresses of files that an item of this resource only points to; absent: none ever. */
  attachments?(resource: string, item: Json): readonly { readonly path: string; readonly url: string }[]
  fetchAttachment?(
    url: string,
  ): Promise<
    | { readonly fetched: true; readonly bytes: Buffer; readonly mediaType: string }
    | { readonly fetched: false; readonly code: Code; readonly detail: string }
  >
  check(): Promise<Outcome>
  /** Milliseconds its clock is ahead of ours, by its answers; undefined = not known yet. */
  skew?(): number | undefined
  close(): Promise<void>
}
