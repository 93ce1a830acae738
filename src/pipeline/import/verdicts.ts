/** What became of a row that several flows read: the worst of it, as a message has the worst of its items. */
import type { Verdict } from '../../ledger/schema.js'
import type { ReadMessage } from '../fold/read-message.js'

export const isReject = ({ verdict }: Pick<Verdict, 'verdict'>) =>
  verdict === 'invalid' || verdict === 'defect'

/** A message about nothing is ignored; a row of a file was meant to be about something, and is refused. */
export function refuseNameless(read: ReadMessage): ReadMessage {
  const named = read.inputs.filter(({ said }) => said.identity ?? said.identityRef ?? said.ours)
  if (named.length === read.inputs.length) return read
  const refused = read.inputs
    .filter(input => !named.includes(input))
    .map(
      ({ item, flow }): Verdict => ({
        item,
        flow,
        verdict: 'invalid',
        code: 'PIPELINE_IMPORT_IDENTITY_MISSING',
        detail: 'the mapping finds no identity in the row',
      }),
    )
  return { ...read, inputs: named, verdicts: [...read.verdicts, ...refused] }
}

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
