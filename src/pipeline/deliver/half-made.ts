/**
 * Things that are there and not whole: an early step of their making was accepted, a later one refused for good. The
 * row keeps their id and this mark, so that nothing is made beside them and a removal takes them away.
 */
import { type Taken, takenBySteps } from '../../connector/steps.js'
import type { JsonObject } from '../../kernel/json.js'
import type { Driven } from './drive-effect.js'

/** Member of a row's `keep`; no manifest's word can be this. */
const HALF = '$half'

export const isHalfMade = (keep: JsonObject | null): boolean => keep?.[HALF] === true

/** The row's `keep` with the mark or without it. */
export function marked(keep: JsonObject, half: boolean): JsonObject {
  const { [HALF]: _, ...plain } = keep
  return half ? { ...plain, [HALF]: true } : plain
}

/** What a making that was turned away has left over there, if anything. */
export function leftBehind({ to, memo }: Driven): (Taken & { readonly id: string }) | undefined {
  const { verb } = memo.progress
  if ((to !== 'refused' && to !== 'absent') || (verb !== 'create' && verb !== 'put')) return undefined
  const { id, keep } = takenBySteps(memo.progress)
  return id === undefined ? undefined : { id, keep }
}
