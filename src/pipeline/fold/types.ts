/** What goes into a fold and what comes out of it. */

import type { JsonObject } from '../../kernel/json.js'
import type { Verdict } from '../../ledger/schema.js'
import type { Said } from '../../mapping/types.js'

export interface FoldInput {
  /** Flow that brought it, for the verdict. */
  readonly flow: string
  readonly message: string | undefined
  readonly item: number
  readonly connection: string
  readonly resource: string
  readonly kind: string
  /** Version of the mapping that read it. */
  readonly mapping: string
  readonly said: Said
  /** What the hub told that system: moves the image, claims nothing. */
  readonly told: boolean
  /** The record is known without looking (answers, hub flows). */
  readonly record: string | undefined
  /** External id where `said.identity` has none (answers, told). */
  readonly externalId: string | undefined
  readonly unknown: 'create' | 'wait' | 'ignore'
  readonly receivedAt: number
  readonly sentAt: number | undefined
  readonly cause: Cause
}

export interface Cause {
  /** message, delivery, operator. */
  readonly by: string
  readonly id: string | undefined
  /** Length of the chain of hub flows that led here; over 16 it parks. */
  readonly depth: number
}

export interface ChangedRecord {
  readonly id: string
  readonly kind: string
  readonly seq: number
  /** Leaves that changed, with keys; `$gone`; `$new` for a record that was just made. */
  readonly paths: readonly string[]
  readonly data: JsonObject
  readonly gone: boolean
  readonly depth: number
}

/** Somebody’s system says other than the record: its deliveries are wanted anew. */
export interface Contest {
  readonly link: string
  readonly connection: string
  readonly kind: string
  readonly record: string
  readonly path: string
}

export interface FoldResult {
  readonly verdicts: readonly { readonly input: FoldInput; readonly verdict: Verdict }[]
  readonly changed: readonly ChangedRecord[]
  readonly contests: readonly Contest[]
  /** Names of the waits that links made here have ended. */
  readonly made: readonly string[]
  /** What inputs wait for. */
  readonly waits: readonly { readonly what: string; readonly message: string | undefined }[]
  /** Every saying that was folded, `link\nid`. */
  readonly sayings: readonly string[]
  /** A key of `auto_merge` led to two records: they are merged after the commit. */
  readonly merges: boolean
}

/** The id last: it is the vendor's and may hold anything. One id may stand for things of several kinds. */
export const waitForLink = (connection: string, resource: string, kind: string, id: string) =>
  `link\n${connection}\n${resource}\n${kind}\n${id}`
export const waitForEffect = (connection: string, resource: string) => `effect\n${connection}\n${resource}`
export const waitForRecordLink = (record: string, connection: string, resource: string) =>
  `record\n${record}\n${connection}\n${resource}`
