/**
 * Fields that point to records. In a vendor's message they hold the vendor's ids, kept as References for the fold
 * to resolve; between records of the hub they hold the ids themselves.
 */

import { Refusal } from '../refusal.js'
import { shownText } from '../scalar.js'
import { annotation, entryOf, type Known, mayBe } from '../schema.js'
import { didYouMean } from '../suggest.js'
import type { Reference } from '../types.js'
import type { RuleContext, RuleObject, Spot } from './context.js'

const MISSING = ['wait', 'create', 'ignore', 'refuse'] as const
export type MissingReference = (typeof MISSING)[number]

/** Kind a target refers to, itself or entry by entry. */
export function refKind(schema: Known): { readonly kind: string; readonly list: boolean } | undefined {
  const own = annotation(schema, 'x-ref')
  if (own) return { kind: own, list: false }
  const entry = schema && mayBe(schema, 'array') ? entryOf(schema) : 'none'
  const kind = entry === 'none' ? undefined : annotation(entry.schema, 'x-ref')
  return kind ? { kind, list: true } : undefined
}

export interface ReferenceWords {
  readonly of: string | undefined
  readonly missing: MissingReference
}

export function referenceWords(node: RuleObject, spot: Spot, cx: RuleContext): ReferenceWords {
  const { of, missing = 'wait' } = node
  if (of !== undefined && typeof of !== 'string')
    cx.list.add('MAPPING_RULE_INVALID', [...spot.at, 'of'], '`of` names connector.resource')
  const known = MISSING.find(word => word === missing)
  if (!known)
    cx.list.add(
      'MAPPING_WORD_UNKNOWN',
      [...spot.at, 'missing'],
      `\`missing\` is one of ${MISSING.join(', ')}${didYouMean(shownText(missing), MISSING)}`,
    )
  return { of: typeof of === 'string' ? of : undefined, missing: known ?? 'wait' }
}

/** @throws Refusal `MAPPING_TYPE_MISMATCH` where the value is no id */
export function toReference(value: unknown, kind: string, words: ReferenceWords): Reference {
  return { $reference: { kind, of: words.of, id: idText(value), missing: words.missing } }
}

/** Ids are text, also where a vendor counts. */
export function idText(value: unknown): string {
  if (typeof value === 'string' && value !== '') return value
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value)
  throw new Refusal('MAPPING_TYPE_MISMATCH', value, 'an id: text or a whole number')
}

export function isReference(value: unknown): value is Reference {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, '$reference')
}
