/**
 * The life of a message, a record or a delivery as a list of steps: the command line prints it, the timeline of
 * the API serves it. Steps carry paths, ids and masked details, never the values of fields.
 */
import type { Clock } from '../../kernel/clock.js'
import type { JsonObject } from '../../kernel/json.js'
import type { Ledger } from '../../ledger/engine/types.js'
import type { TenantConfig } from '../config/types.js'

export type StepKind =
  | 'received'
  | 'verdict'
  | 'saying'
  | 'link'
  | 'change'
  | 'delivery'
  | 'effect'
  | 'attempt'
  | 'finding'
  | 'wait'
  | 'merge'

export interface LifeStep {
  readonly is: StepKind
  /** Milliseconds since the epoch. */
  readonly at: number
  /** The thing the step is about: message, record, delivery or link. */
  readonly id: string
  /** One sentence for a person. */
  readonly text: string
  readonly facts: JsonObject
}

export interface Life {
  readonly is: 'message' | 'record' | 'delivery'
  readonly id: string
  /** What it is, in one line. */
  readonly title: string
  readonly steps: readonly LifeStep[]
  /** What happens next and when, or what a person can do; one sentence each. */
  readonly next: readonly string[]
}

export interface ExplainMeans {
  readonly ledger: Ledger
  readonly clock: Clock
  /** The tenant's folder, for flows and mappings by name; undefined where it cannot be read now. */
  readonly config: TenantConfig | undefined
}

/** More steps than a person reads; the newest are kept. */
export const MOST_STEPS = 500

export const iso = (at: number) => new Date(at).toISOString()

export function inOrder(steps: readonly LifeStep[]): readonly LifeStep[] {
  return steps
    .map((step, index) => ({ step, index }))
    .sort((a, b) => a.step.at - b.step.at || a.index - b.index)
    .map(({ step }) => step)
}

export const plural = (count: number, one: string, many = `${one}s`) => `${count} ${count === 1 ? one : many}`

/** `a, b, c and 4 more` */
export function some(words: readonly string[], most = 6): string {
  if (words.length <= most) return words.join(', ')
  return `${words.slice(0, most).join(', ')} and ${words.length - most} more`
}
