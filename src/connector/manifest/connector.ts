/**
 * A connector as the engine runs it: the manifest with its operations found and its expressions compiled.
 * Made by load.ts, read by everything else; it holds no settings and no secrets.
 */
import type { Json, JsonObject } from '../../kernel/json.js'
import type { JsonSchema } from '../../kernel/json-schema.js'
import type { Evaluator } from '../expressions.js'
import type { Hooks } from '../sdk.js'
import type { OutcomeKind, Verb } from '../types.js'
import type { ApiDocument, Operation } from './openapi.js'
import type { ManifestSetting } from './schema.js'

export interface Take {
  readonly id: Evaluator | undefined
  readonly keep: Readonly<Record<string, Evaluator>> | undefined
  /** A whole object to keep, of built-in transports. */
  readonly keepAll: Evaluator | undefined
}

export interface TokenPlace {
  /** `content`: nowhere; the same bytes are known again. */
  readonly in: 'header' | 'query' | 'body' | 'content'
  readonly name: string
  readonly windowMs: number
  readonly format: 'uuid' | 'hex'
}

export interface Step {
  readonly name: string
  readonly operation: Operation
  readonly parameters: ReadonlyMap<string, Evaluator>
  /** `"*"`: an object whose members become query parameters. */
  readonly spread: Evaluator | undefined
  /** Members merged into the mapped body, each at its path; or one rule for the whole body. */
  readonly body:
    | readonly { readonly path: readonly string[]; readonly rule: Evaluator }[]
    | Evaluator
    | undefined
  readonly when: Evaluator | undefined
  readonly take: Take | undefined
  readonly token: TokenPlace | 'never' | undefined
  readonly repeatable: boolean
}

export interface Slot {
  readonly steps: readonly Step[]
  /** Taken from the answers of all steps. */
  readonly take: Take | undefined
}

export interface Paging {
  readonly kind: 'cursor' | 'page' | 'offset' | 'link'
  /** Next cursor or address, from the answer; undefined for page, offset and the Link header. */
  readonly from: Evaluator | undefined
  readonly start: number
  readonly while: Evaluator | undefined
  readonly diesAfterMs: number | undefined
}

export interface Hydrate {
  readonly step: Step
  readonly size: number
  readonly items: Evaluator | undefined
  /** Each thing as `{ id, body }`, id being what was listed. Only where things are read one by one. */
  readonly envelope: boolean
}

export interface ReadSlot extends Slot {
  /** Where in the answer the thing itself stands; undefined = the whole answer. */
  readonly item: Evaluator | undefined
  readonly envelope: boolean
  readonly everyMs: number | undefined
  readonly until: Evaluator | undefined
}

export interface LookupSlot extends Slot {
  readonly items: Evaluator | undefined
  readonly paging: Paging | undefined
  readonly hydrate: Hydrate | undefined
  readonly where: Evaluator | undefined
  readonly afterMs: number
  readonly adopt: boolean
  /** It finds by our own reference (token, record): what it finds is ours. */
  readonly byReference: boolean
}

export interface PollSlot extends Slot {
  readonly items: Evaluator | undefined
  readonly at: Evaluator | undefined
  readonly paging: Paging | undefined
  readonly hydrate: Hydrate | undefined
  readonly overlapMs: number
  readonly atMostMs: number | undefined
  readonly everyMs: number
  readonly consumes: boolean
}

export interface ResourceCallback {
  /** Event names it takes; empty = every event. */
  readonly events: readonly string[]
  readonly when: Evaluator | undefined
  readonly id: Evaluator | undefined
  /** When it became so over there, by the vendor's word. */
  readonly at: Evaluator | undefined
  readonly item: Evaluator | undefined
  readonly refetch: ReadSlot | undefined
}

export interface Resource {
  readonly name: string
  readonly slots: Readonly<Partial<Record<Verb, Slot>>>
  readonly read: ReadSlot | undefined
  readonly lookup: LookupSlot | undefined
  readonly poll: PollSlot | undefined
  readonly callback: ResourceCallback | undefined
  readonly onUnknown: 'park' | 'repeat'
  readonly attachments: readonly string[]
  readonly usesCallbackUrl: boolean
  readonly shapes: {
    readonly default: JsonSchema | undefined
    readonly in: JsonSchema | undefined
    readonly out: JsonSchema | undefined
    readonly answer: JsonSchema | undefined
  }
}

export interface Rate {
  readonly count: number
  readonly perMs: number
}

export interface Limits {
  readonly rates: readonly Rate[]
  readonly per: 'operation' | 'connection'
  readonly concurrency: number
  readonly timeoutMs: number
  /** Waits before the second try, the third …; undefined = the hub's own, growing ones. */
  readonly retryMs: readonly number[] | undefined
  readonly recipient: { readonly by: Evaluator; readonly rates: readonly Rate[] } | undefined
}

export interface ErrorRule {
  readonly when: Evaluator
  readonly is: OutcomeKind
  /** A literal duration, or an expression. */
  readonly wait: number | Evaluator | undefined
}

/** One `auth` block: its kind and words as written, with the exchange (if any) compiled. */
export interface AuthSpec {
  readonly kind: string
  readonly words: JsonObject
  /** Words that are expressions over the settings, compiled. */
  readonly values: Readonly<Record<string, Evaluator>>
  readonly exchange:
    | {
        readonly slot: Slot
        readonly token: Evaluator
        readonly expiresIn: Evaluator | undefined
        readonly unitMs: number
        readonly atMostMs: number
      }
    | undefined
  readonly expired: Evaluator | undefined
}

export interface CallbackSpec {
  readonly methods: readonly string[]
  readonly scheme: string
  readonly words: JsonObject
  readonly values: Readonly<Record<string, Evaluator>>
  readonly items: Evaluator | undefined
  readonly event: Evaluator | undefined
  readonly dedupe: Evaluator | undefined
  readonly ack: {
    readonly status: number
    readonly headers: Readonly<Record<string, string>>
    readonly body: Json | undefined
  }
  readonly maxBytes: number
}

export interface Connector {
  readonly name: string
  readonly title: string
  readonly summary: string | undefined
  readonly folder: string
  readonly file: string
  readonly transport: string
  readonly settings: Readonly<Record<string, ManifestSetting>>
  readonly document: ApiDocument
  /** Server name → setting that holds its address. */
  readonly servers: Readonly<Record<string, string>>
  /** By security scheme; `''` = for all. */
  readonly auth: ReadonlyMap<string, AuthSpec>
  readonly limits: Limits
  readonly check: Slot | undefined
  readonly success: Evaluator | undefined
  readonly errors: readonly ErrorRule[]
  readonly resources: Readonly<Record<string, Resource>>
  readonly callback: CallbackSpec | undefined
  /** Whether any of its words asks for the record, or for what was last sent: the rest is kept with every effect. */
  readonly uses: { readonly record: boolean; readonly sent: boolean }
  /** Imported at first use: a vendor's SDK is heavy. */
  readonly hooks: (() => Promise<Hooks>) | undefined
}

/** Settings that are secret: sealed at rest, never shown. */
export function secretSettings(connector: Pick<Connector, 'settings'>): readonly string[] {
  return Object.keys(connector.settings).filter(name => connector.settings[name]?.secret === true)
}
