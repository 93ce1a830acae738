/**
 * The integrator's folder, compiled: what the pipeline runs on. Immutable; a reload makes a new one, and every
 * effect remembers the hash of the configuration that began it.
 */
import type { Connection } from '../../connector/types.js'
import type { JsonObject } from '../../kernel/json.js'
import type { Expression, InMapping, OutMapping, ReadPath } from '../../mapping/types.js'

export interface InFlow {
  readonly id: string
  readonly connection: string
  readonly resource: string
  readonly kind: string
  readonly mapping: InMapping
}

interface OutFlowHead {
  readonly id: string
  /** Earlier ids; rows under them are this flow's. */
  readonly was: readonly string[]
  readonly kind: string
  readonly when: Expression | undefined
  /** `otherwise` = not `when`. */
  readonly removeWhen: Expression | 'otherwise' | undefined
  /** Values of the record that cannot be updated over there: a change means delete, then create. */
  readonly replaceWhen: readonly Expression[]
  /** A path of the record (`record.interviewers`, without `record.`), and the key of an entry. */
  readonly each: { readonly list: string; readonly key: Expression } | undefined
  readonly at: Expression | undefined
  /** Milliseconds after `at` when it is too late; default 1 h where there is an `at`. */
  readonly until: number | undefined
  readonly once: readonly Expression[] | undefined
  readonly everyChange: boolean
  readonly backfill: boolean
  /** Milliseconds after which a wait for a link is shown as overdue. */
  readonly waitFor: number
  readonly ifGone: 'recreate' | 'leave' | 'ask'
  /** Everything it reads, in `when`, `at`, `once`, `each`, `remove_when` and its mapping. */
  readonly reads: readonly ReadPath[]
}

/** A flow to a resource of a connection. */
export interface VendorFlow extends OutFlowHead {
  readonly to: 'vendor'
  readonly connection: string
  readonly resource: string
  readonly mapping: OutMapping
  /** What the vendor answers is news about this very record. */
  readonly answer: InMapping | undefined
}

/** A flow to a kind of the hub itself. */
export interface HubFlow extends OutFlowHead {
  readonly to: 'hub'
  readonly connection: 'hub'
  readonly resource: string
  readonly mapping: InMapping
}

export type OutFlow = VendorFlow | HubFlow

export interface ConnectionConfig {
  readonly name: string
  readonly connector: string
  readonly hook: string
  readonly maxBytes: number
  /** What mappings may read: settings that are not secret, defaults filled in. */
  readonly settings: JsonObject
  readonly connection: Connection
}

export interface TenantConfig {
  readonly tenant: string
  /** Fingerprint of everything that decides what is sent. */
  readonly hash: string
  /** Fingerprint of the ownership alone: stamps made under another are reduced again. */
  readonly ownershipHash: string
  readonly connections: ReadonlyMap<string, ConnectionConfig>
  /** By `connection.resource`. */
  readonly inbound: ReadonlyMap<string, readonly InFlow[]>
  readonly outbound: ReadonlyMap<string, OutFlow>
  /** Outbound flows of a kind. */
  readonly outboundOf: ReadonlyMap<string, readonly OutFlow[]>
  /** Flows that read a path at the end of references: by the kind that is read there. */
  readonly readersOf: ReadonlyMap<string, readonly { readonly flow: OutFlow; readonly read: ReadPath }[]>
  /** Flows that send the id of a thing over there (`external:`): by the `connection.resource` of that thing. */
  readonly externalReadersOf: ReadonlyMap<
    string,
    readonly { readonly flow: VendorFlow; readonly via: readonly string[] }[]
  >
  /** Values that identify nobody (`tables/ignored_identities.yaml`), normalised. */
  readonly ignoredIdentities?: ReadonlySet<string>
  /** Authority of a connection for a leaf of a kind; 0 where nothing is said. */
  rank(connection: string, kind: string, path: string): number
  /** Name in the `connections` of the resource that holds things of a kind: for references without a resource. */
  resourceOf(connection: string, kind: string): string | undefined
}

export const inboundKey = (connection: string, resource: string) => `${connection}.${resource}`
