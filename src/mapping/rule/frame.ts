/** What a running rule sees: the entry it stands in, the entries around it, and the run it belongs to. */
import type { Json, JsonObject } from '../../kernel/json.js'
import { CelFailure } from '../cel/values.js'
import { Refusal, type RuleSite } from '../refusal.js'
import type { RecordView } from '../types.js'

export interface Run {
  /** The vendor's item, or the data of the record. */
  readonly source: unknown
  /** The record, where the source is one. */
  readonly view: RecordView | undefined
  readonly settings: JsonObject
  /** The entry of the flow's `each`. */
  readonly item: Json | undefined
  external(recordId: string, resource: string | undefined): string | undefined
  /** Named roots of a manifest's slot. */
  readonly scope: Readonly<Record<string, unknown>> | undefined
  /** Links that `missing: wait` asks for. */
  readonly waits: { readonly record: string; readonly resource: string | undefined }[]
  readonly skipped: { readonly path: string; readonly code: string }[]
}

export interface Frame {
  entry: unknown
  /** Position of the entry in its list, or its key. */
  index: number | string
  readonly parent: Frame | undefined
  readonly run: Run
}

export type RuleFn = (frame: Frame) => unknown

export function startFrame(run: Run): Frame {
  return { entry: run.source, index: 0, parent: undefined, run }
}

/** The failure with its full place; what is no refusal is passed on as it is. */
export function located(error: unknown, site: RuleSite, frame: Frame): unknown {
  const refusal =
    error instanceof CelFailure ? new Refusal('MAPPING_EXPRESSION_FAILED', undefined, error.message) : error
  if (refusal instanceof Refusal && !refusal.site) {
    refusal.site = site
    for (let at = frame; at.parent; at = at.parent) refusal.indexes.unshift(at.index)
  }
  return refusal
}
