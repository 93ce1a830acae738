/** Messages lose bytes: without them a message only tells that it came, and what became of it. */
import type { Querying } from './engine/types.js'
import { type MessageRow, messages } from './schema.js'
import { updateRows } from './table.js'

export async function rewriteMessages(tx: Querying, rows: readonly MessageRow[]): Promise<void> {
  await updateRows(
    tx,
    messages,
    ['tenant', 'id'],
    ['head', 'body'],
    [...rows].sort((a, b) => (a.id < b.id ? -1 : 1)),
  )
}
