/** What merges mean in the life of a record: who came to it, where it went, and what was taken back. */
import type { MergeRow } from '../../ledger/schema.js'
import type { LifeStep } from './life.js'

export function mergeSteps(record: string, merges: readonly MergeRow[]): LifeStep[] {
  return merges.flatMap(({ id, merged, survivor, by, at, undone_at: undone, moved }) => {
    const facts = { merge: id, merged, survivor, by, links: moved.links.length }
    const told = (went: string, came: string) => (record === merged ? went : came)
    const step = (when: number, text: string): LifeStep => ({ is: 'merge', at: when, id, text, facts })
    return [
      step(at, told(`merged into ${survivor} by ${by}`, `${merged} was merged into it by ${by}`)),
      ...(undone === null
        ? []
        : [
            step(
              undone,
              told(`its merge into ${survivor} was taken back`, `the merge of ${merged} was taken back`),
            ),
          ]),
    ]
  })
}
