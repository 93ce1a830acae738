/** Steps that messages and records share: what was said, what changed. Paths, never values. */
import type { ChangeStep } from '../../ledger/find-life.js'
import type { SayingRow } from '../../ledger/schema.js'
import { type LifeStep, plural, some } from './life.js'

/** @param at when it reached the hub; the saying's own time is among the facts */
export function sayingStep(at: number, saying: SayingRow): LifeStep {
  const paths = Object.keys(saying.say)
  return {
    is: 'saying',
    at,
    id: saying.record,
    text: `${saying.told ? 'told' : 'says'} ${plural(paths.length, 'field')} of ${saying.record}: ${some(paths)}`,
    facts: {
      record: saying.record,
      link: saying.link,
      at: new Date(saying.at).toISOString(),
      own_time: saying.timed,
      told: saying.told,
      paths,
      mapping: saying.mapping,
      message: saying.message,
    },
  }
}

export function changeStep(change: ChangeStep): LifeStep {
  const by = typeof change.cause['by'] === 'string' ? change.cause['by'] : 'unknown'
  const cause = typeof change.cause['id'] === 'string' ? change.cause['id'] : undefined
  return {
    is: 'change',
    at: change.at,
    id: change.record,
    text: `change ${change.seq}: ${change.record} version ${change.version}, ${some(change.paths)}, by ${cause ?? by}`,
    facts: {
      seq: change.seq,
      record: change.record,
      kind: change.kind,
      version: change.version,
      paths: change.paths,
      cause: change.cause,
    },
  }
}
