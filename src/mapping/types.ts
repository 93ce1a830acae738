/**
 * What a compiled mapping takes and gives. A mapping is pure: everything it may know arrives as an argument,
 * everything it found leaves as a value, and a refusal is a HubError of a MAPPING_ code with its place.
 */
import type { Problem } from '../kernel/errors.js'
import type { Json, JsonObject } from '../kernel/json.js'
import type { JsonSchema } from '../kernel/json-schema.js'

/** One path a mapping or an expression reads: references to follow, then a path in the record there. */
export interface ReadPath {
  /** Reference fields from the record outwards: `candidate.name` of an application has `['candidate']`. */
  readonly via: readonly string[]
  /** Leaf or branch of the record at the end, `schedule.start`; empty = the whole record. */
  readonly path: string
}

/** Everything outside the mapping file that compiling needs. */
export interface CompileContext {
  /** Schema of a shape (`acme-ai.report`) or a kind (`interview`, `hub.offer`); undefined where there is none. */
  schemaOf(name: string): JsonSchema | undefined
  readonly isKind: (name: string) => boolean
  /** Named lookup tables, `tables/dimensions.yaml` → dimensions. */
  readonly tables: Readonly<Record<string, Readonly<Record<string, Json>>>>
  /**
   * Place of a state on its kind's way; `reached(state, word)` compares by it. Undefined: no such word, or an end
   * beside the way (a withdrawn offer has not reached `approved`).
   */
  stateOrder(kind: string, word: string): number | undefined
  /** Settings a connection of this connector has, for `settings:` rules; undefined when not known. */
  settingsOf?(connector: string): readonly string[] | undefined
}

/** A reference found in a vendor's message, left in the place of the record id it stands for. */
export interface Reference {
  readonly $reference: {
    /** Kind of the record meant. */
    readonly kind: string
    /** `connector.resource` whose external id this is; undefined resource part = the connector's resource of that kind. */
    readonly of: string | undefined
    readonly id: string
    readonly missing: 'wait' | 'create' | 'ignore' | 'refuse'
  }
}

export type Said = {
  readonly verdict: 'said'
  /** The vendor's id for the thing; undefined where `identity` names a reference. */
  readonly identity: string | undefined
  /** `identity: { ref }`: the record (hub mappings: its id; vendors: a Reference) this message is about or keyed by. */
  readonly identityRef: Reference | string | undefined
  /** Milliseconds since the epoch; undefined = the message has no time of its own. */
  readonly occurredAt: number | undefined
  readonly sequence: number | undefined
  readonly gone: boolean | undefined
  readonly ours: string | undefined
  /** Values of the `match` fields, as mapped: `{ emails: ['a@b.c'] }`. */
  readonly match: Readonly<Record<string, Json>>
  /** Names of match fields that nobody shares: where one leads to another record, the two are merged at once. */
  readonly autoMerge?: readonly string[]
  /** The partial record: nested, absent = says nothing, null = empty. References are `Reference` values in place. */
  readonly fields: JsonObject
  /** Rules that were skipped by `on_error: skip`, counted and shown. */
  readonly skipped: readonly { readonly path: string; readonly code: string }[]
}
export type InResult = { readonly verdict: 'ignored' } | Said

/** A record as `.out` mappings and flow expressions see it: references are followed on demand. */
export interface RecordView {
  readonly id: string
  readonly kind: string
  readonly data: JsonObject
  readonly gone: boolean
  /** The record a reference field points to (`candidate`, or an id found in a list entry); undefined = not there. */
  follow(id: string): RecordView | undefined
}

export interface OutEnv {
  readonly settings: JsonObject
  /** The id that a record has in the target connection under a resource; undefined = no link yet. */
  external(recordId: string, resource: string | undefined): string | undefined
  /** The entry of the flow's `each`, if any. */
  readonly item?: Json
}
export type OutResult =
  | {
      readonly verdict: 'mapped'
      readonly body: JsonObject
      readonly skipped: readonly { path: string; code: string }[]
    }
  /** `missing: wait`: these links must exist first. */
  | {
      readonly verdict: 'waits'
      readonly for: readonly { readonly record: string; readonly resource: string | undefined }[]
    }

export interface InEnv {
  readonly settings: JsonObject
}

interface MappingHead {
  /** `acme-ai/report.in` */
  readonly name: string
  readonly file: string
  /** Fingerprint of the file and the tables it uses. */
  readonly version: string
  readonly from: string
  readonly to: string
}

export interface InMapping extends MappingHead {
  readonly direction: 'in'
  readonly unknown: 'create' | 'wait' | 'ignore' | undefined
  /** Names of match fields. */
  readonly match: readonly string[]
  /** For a hub mapping the source is a record: the paths it reads. Empty for a vendor's shape. */
  readonly reads: readonly ReadPath[]
  /** Target paths it may write (`overall`, `dimensions`, `custom.summary`, `interview`). */
  readonly writes: readonly string[]
  /** @param source the vendor's item, or a RecordView for a hub mapping */
  read(source: Json | RecordView, env: InEnv): InResult
}

export interface OutMapping extends MappingHead {
  readonly direction: 'out'
  /** The list whose entries `item` is, `interviewers`: for flows with that very `each`. */
  readonly each?: string | undefined
  readonly reads: readonly ReadPath[]
  /** Resources whose links `external:` needs: `{ of: 'candidate', resource: 'candidate' }`. */
  readonly externals: readonly {
    readonly of: string
    readonly resource: string | undefined
    readonly missing: string
  }[]
  write(record: RecordView, env: OutEnv): OutResult
}

export type Mapping = InMapping | OutMapping

export interface CompiledFile {
  /** Undefined when a problem of severity error was found. */
  readonly mapping: Mapping | undefined
  readonly problems: readonly Problem[]
}

/** An expression over named roots. `undefined` = absent (an operand was not there). */
export interface Expression {
  readonly text: string
  /** Paths read below each root, as written: `record.schedule.start` → root record, path schedule.start. */
  readonly reads: readonly { readonly root: string; readonly path: string }[]
  /** The same of a root that is a record, through references: `record.candidate.name` → via candidate, path name. */
  readonly records: readonly ReadPath[]
  evaluate(scope: Readonly<Record<string, unknown>>): Json | undefined
}
