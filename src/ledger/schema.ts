/**
 * The tables of the ledger as the hub writes them. Every key begins with the tenant. The SQL is in migrations/;
 * a test holds the two together.
 */
import type { Json, JsonObject } from '../kernel/json.js'
import {
  bigint,
  bool,
  bytes,
  double,
  instant,
  int,
  json,
  nullable,
  type RowOf,
  table,
  text,
} from './table.js'

export type MessageState =
  | 'new'
  | 'folded'
  | 'waiting'
  | 'invalid'
  | 'ignored'
  | 'unrouted'
  | 'defect'
  | 'erased'
export interface Verdict {
  readonly item: number
  readonly flow: string
  readonly verdict:
    | 'folded'
    | 'unchanged'
    | 'waiting'
    | 'invalid'
    | 'ignored'
    | 'erased'
    | 'unrouted'
    | 'defect'
  readonly record?: string
  readonly code?: string
  readonly detail?: string
  readonly where?: {
    readonly file?: string
    readonly line?: number
    readonly column?: number
    readonly path?: string
  }
}

/** Raw news, kept for replay within retention. `body` is what the verify scheme opened. */
export const messages = table('messages', {
  tenant: text,
  id: text,
  connection: text,
  /** hook, poll, fetch, answer, api, import, hub. */
  source: text,
  /** Resource, where the door knows it (polls, answers); callbacks are split by the manifest. */
  resource: nullable(text),
  received_at: instant,
  /** When the request was sent whose answer this is. */
  sent_at: nullable(instant),
  head: json<JsonObject>(),
  body: text,
  state: text,
  verdicts: json<readonly Verdict[]>(),
  /** Times that folding it failed as a whole. */
  tries: int,
})
export type MessageRow = RowOf<typeof messages>

export const seen = table('seen', { tenant: text, connection: text, key: text, at: instant })

export const records = table('records', {
  tenant: text,
  id: text,
  kind: text,
  version: bigint,
  data: json<JsonObject>(),
  gone: bool,
  stamps: json<Json>(),
  findings: json<Json>(),
  /** Set when it was merged into another: the id that answers for it. */
  was_merged_into: nullable(text),
  /** Since when nothing is folded into it: its data is to go, or went. */
  erased_at: nullable(instant),
  /** Hash of its newest change. */
  hash: nullable(text),
  created_at: instant,
  updated_at: instant,
})
export type RecordRow = RowOf<typeof records>

const { id, kind, data, gone, was_merged_into, erased_at, stamps } = records.columns
/** A record as flows and mappings see it. */
export const recordViews = table('records', { id, kind, data, gone, was_merged_into, erased_at })
/** The same with the stamps of its leaves. */
export const stampedViews = table('records', { ...recordViews.columns, stamps })

export const links = table('links', {
  tenant: text,
  id: text,
  connection: text,
  resource: text,
  external_id: text,
  kind: text,
  record: text,
  /** active, retired (its delivery was removed), gone (the vendor lost it), erased. */
  state: text,
  /** What that system last said or was last told. */
  image: json<Json>(),
  last: json<Json>(),
  /** Set where a delivery made or adopted the thing. */
  delivery: nullable(text),
  keep: nullable(json<JsonObject>()),
  created_at: instant,
})
export type LinkRow = RowOf<typeof links>

const { image: _image, last: _last, ...linkHead } = links.columns
/** Whose thing it is, without what was said of it: a third of a kilobyte less to carry and to parse. */
export const linkHeads = table('links', linkHead)
export type LinkHead = RowOf<typeof linkHeads>

export const sayings = table('sayings', {
  tenant: text,
  link: text,
  id: text,
  record: text,
  item: text,
  at: instant,
  timed: bool,
  sequence: nullable(double),
  told: bool,
  say: json<Record<string, Json>>(),
  whole: json<readonly string[]>(),
  message: nullable(text),
  mapping: text,
})
export type SayingRow = RowOf<typeof sayings>

export const identityKeys = table('identity_keys', {
  tenant: text,
  kind: text,
  key: text,
  record: text,
  /** Things it led to this record, and other records that had it too. */
  served: int,
})
export const refs = table('refs', { tenant: text, from_record: text, path: text, to_record: text })
export const mergeProposals = table('merge_proposals', {
  tenant: text,
  kind: text,
  first: text,
  second: text,
  key: text,
  /** open, accepted, rejected. */
  state: text,
  created_at: instant,
  id: text,
  /** A key of `auto_merge` led to both: merged as soon as the fold is committed. */
  auto: bool,
  decided_at: nullable(instant),
  decided_by: nullable(text),
})
export type MergeProposalRow = RowOf<typeof mergeProposals>

/** What a merge moved, by id; un-merge moves exactly that back. */
export interface Moved {
  readonly links: readonly string[]
  /** `kind\nkey` */
  readonly keys: readonly string[]
  readonly deliveries: readonly { readonly id: string; readonly key: string; readonly record: string }[]
  /** Links of hub flows whose key named the merged record. */
  readonly hub: readonly { readonly link: string; readonly key: string }[]
}
export const merges = table('merges', {
  tenant: text,
  id: text,
  kind: text,
  merged: text,
  survivor: text,
  moved: json<Moved>(),
  by: text,
  at: instant,
  undone_at: nullable(instant),
})
export type MergeRow = RowOf<typeof merges>

/** A record whose data is to go, or went: first from the other systems, then here. */
export const erasures = table('erasures', {
  tenant: text,
  record: text,
  /** The record that a person asked to erase; this one is it, was merged into it, or is only about it. */
  root: text,
  by: text,
  asked_at: instant,
  done_at: nullable(instant),
  /** Values of its identity that others go by too: a message that names one is not for that about this person. */
  shared: json<readonly string[]>(),
})
export type ErasureRow = RowOf<typeof erasures>

export const changes = table('changes', {
  tenant: text,
  seq: bigint,
  record: text,
  kind: text,
  version: bigint,
  paths: json<readonly string[]>(),
  data: json<JsonObject>(),
  cause: json<JsonObject>(),
  at: instant,
  salt: text,
  hash: text,
  previous: nullable(text),
})
export type ChangeRow = RowOf<typeof changes>

export const deliveries = table('deliveries', {
  tenant: text,
  id: text,
  flow: text,
  key: text,
  record: text,
  connection: text,
  resource: text,
  /** Key of the entry of `each`; null = the record itself. */
  item: nullable(text),
  /** The change a row of `every: change` sends. */
  change: nullable(bigint),
  state: text,
  because: nullable(text),
  /** there, gone, held: what the last judgement wanted. */
  wants: text,
  wanted: bigint,
  done: bigint,
  external_id: nullable(text),
  due_at: nullable(instant),
  claim: nullable(text),
  lease_until: nullable(instant),
  /** Number of the last effect; its row is open while `open`. */
  effect: int,
  open: bool,
  tries: int,
  /** Of the body the system holds; null while that is not known. */
  fingerprint: nullable(text),
  sent: nullable(bytes),
  keep: nullable(json<JsonObject>()),
  last_error: nullable(json<JsonObject>()),
  created_at: instant,
  updated_at: instant,
})
export type DeliveryRow = RowOf<typeof deliveries>

export const effects = table('effects', {
  tenant: text,
  delivery: text,
  n: int,
  verb: text,
  wanted: bigint,
  token: text,
  /** EffectProgress and the call under way, sealed. */
  progress: bytes,
  /** What is known of it between tries: effect/doubt.ts. */
  doubt: json<JsonObject>(),
  /** open, accepted, refused, absent, exists, dropped. */
  state: text,
  config: text,
  begun_at: instant,
  ended_at: nullable(instant),
})
export type EffectRow = RowOf<typeof effects>

export const attempts = table('attempts', {
  tenant: text,
  delivery: text,
  n: int,
  try: int,
  step: text,
  at: instant,
  took_ms: int,
  outcome: text,
  code: nullable(text),
  status: nullable(int),
  detail: text,
})
export type AttemptRow = RowOf<typeof attempts>

/** What somebody waits for: a link by external id (a message) or a link of a record in a connection (a delivery). */
export const waits = table('waits', {
  tenant: text,
  /** `link:connection:resource:id`, `record-link:record:connection:resource`, `effect:connection:resource`. */
  what: text,
  who_kind: text,
  who: text,
  since: instant,
})

export const dirty = table('dirty', {
  tenant: text,
  connection: text,
  resource: text,
  id: text,
  event: json(),
  marked: bigint,
  due_at: instant,
  tries: int,
})
export type DirtyRow = RowOf<typeof dirty>

export const polls = table('polls', {
  tenant: text,
  connection: text,
  resource: text,
  state: json<JsonObject>(),
  next_at: instant,
  last_error: nullable(json<JsonObject>()),
})

/** Files on their way in: how far each has come, so that a run that was killed goes on where it was. */
export const imports = table('imports', {
  tenant: text,
  id: text,
  connection: text,
  resource: text,
  /** Of the file's bytes and of how they are read. */
  hash: text,
  /** Name without its folder. */
  file: text,
  /** When the file was last written: what its rows say without a time of their own was so then. */
  written_at: instant,
  /** Rows that are stored. */
  position: bigint,
  /** Rows by what became of them. */
  counts: json<Readonly<Record<string, number>>>(),
  /** Length of the rejects file before the last rows, and what of them belongs into it. */
  rejects_at: bigint,
  rejects: json<readonly JsonObject[]>(),
  started_at: instant,
  updated_at: instant,
  done_at: nullable(instant),
})
export type ImportTableRow = RowOf<typeof imports>

export const flows = table('flows', {
  tenant: text,
  flow: text,
  /** Changes up to this one are not its business, unless `backfill`. */
  since: bigint,
  /** Fingerprint of its words and mapping: another one wants its rows anew. */
  version: text,
  started_at: instant,
})

export const connections = table('connections', {
  tenant: text,
  connection: text,
  state: text,
  because: nullable(text),
  skew_ms: nullable(bigint),
  updated_at: instant,
})

export const contested = table('contested', { tenant: text, link: text, path: text, day: text, times: int })
export const findings = table('findings', {
  tenant: text,
  id: text,
  code: text,
  about: text,
  connection: nullable(text),
  detail: json<JsonObject>(),
  times: int,
  first_at: instant,
  last_at: instant,
})
export const apiKeys = table('api_keys', {
  tenant: text,
  id: text,
  hash: text,
  name: text,
  scopes: json<readonly string[]>(),
  connection: nullable(text),
  created_at: instant,
  revoked_at: nullable(instant),
})
