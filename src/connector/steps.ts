/**
 * What finished steps leave behind, as it is kept in an effect's progress: status, answer, and the id and `keep` that
 * the step took. In the order they were finished; what a later one took wins.
 */
import { isObject, type Json, type JsonObject } from '../kernel/json.js'
import type { EffectProgress, Outcome } from './types.js'

/** What is kept of a finished step. */
export function finishedStep(outcome: Outcome): Json {
  return {
    status: outcome.status ?? null,
    body: outcome.answer ?? null,
    id: outcome.id ?? null,
    keep: outcome.keep ?? null,
  }
}

export interface Taken {
  readonly id: string | undefined
  readonly keep: JsonObject | undefined
}

export function takenBySteps({ steps }: Pick<EffectProgress, 'steps'>): Taken {
  let id: string | undefined
  let keep: JsonObject | undefined
  for (const step of Object.values(steps)) {
    if (!isObject(step)) continue
    if (typeof step['id'] === 'string') id = step['id']
    if (isObject(step['keep'])) keep = { ...keep, ...(step['keep'] as JsonObject) }
  }
  return { id, keep }
}
