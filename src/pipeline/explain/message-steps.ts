/**
 * Messages in the life of a record: each that spoke of it, also where nothing changed by it, with what became of
 * its items. A message whose very saying, time and all, was there before has no saying of its own, and no step.
 */
import type { MessageHead } from '../../ledger/list-messages.js'
import type { LifeStep } from './life.js'

/** How a message came, by its source. */
export const SOURCES: Readonly<Record<string, string>> = {
  hook: 'came as a callback',
  poll: 'was read by a poll',
  fetch: 'was read again after a hint',
  answer: 'is what the vendor answered',
  api: 'came through the API',
  import: 'came in a file that was imported',
  hub: 'was said by a flow of the hub',
}

/** @param records the record, and those that were merged into it: verdicts keep the id of then */
export function messageSteps(
  records: ReadonlySet<string>,
  messages: readonly MessageHead[],
): readonly LifeStep[] {
  return messages.map(({ id, connection, source, resource, received_at, state, verdicts }) => {
    const mine = verdicts.filter(({ record }) => record !== undefined && records.has(record))
    const became = mine.map(({ item, verdict }) => `item ${item} ${verdict}`).join(', ')
    return {
      is: 'received',
      at: received_at,
      id,
      text: `${id} ${SOURCES[source] ?? `came by ${source}`} from ${connection}${became === '' ? '' : `: ${became}`}`,
      facts: {
        connection,
        source,
        resource,
        state,
        items: mine.map(({ item, flow, verdict }) => ({ item, flow, verdict })),
      },
    }
  })
}
