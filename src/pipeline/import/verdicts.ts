/** What became of a row that several flows read: the worst of it, as a message has the worst of its items. */
import type { Verdict } from '../../ledger/schema.js'

const WORST: readonly Verdict['verdict'][] = [
  'defect',
  'invalid',
  'waiting',
  'folded',
  'unchanged',
  'erased',
  'unrouted',
  'ignored',
]

export function worstVerdicts(verdicts: readonly Verdict[]): Map<number, Verdict> {
  const worst = new Map<number, Verdict>()
  for (const verdict of verdicts) {
    const known = worst.get(verdict.item)
    if (!known || WORST.indexOf(verdict.verdict) < WORST.indexOf(known.verdict))
      worst.set(verdict.item, verdict)
  }
  return worst
}
