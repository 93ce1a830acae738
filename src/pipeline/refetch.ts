/** Reads things again that a hint named; one fetch at a time per thing, hints during a fetch mark it again. */
import { isHubError } from '../kernel/errors.js'
import { newId } from '../kernel/ids.js'
import type { Json } from '../kernel/json.js'
import { clearDirty, retryDirty, takeDirty } from '../ledger/dirty.js'
import { insertMessages } from '../ledger/messages.js'
import type { DirtyRow, MessageRow } from '../ledger/schema.js'
import { retryAt } from './deliver/retry.js'
import type { Parts } from './parts.js'
import type { Refolder } from './refold.js'

const HOLD_MS = 60_000
const MOST = 50

export async function refetchDue(parts: Parts, refolder: Refolder): Promise<number> {
  const rows = await takeDirty(parts.ledger, parts.clock.now(), HOLD_MS, MOST)
  await Promise.all(rows.map(row => refetch(parts, refolder, row)))
  return rows.length
}

async function refetch(parts: Parts, refolder: Refolder, row: DirtyRow): Promise<void> {
  const { ledger, clock } = parts
  const connection = parts
    .tenants()
    .find(config => config.tenant === row.tenant)
    ?.connections.get(row.connection)?.connection
  if (!connection) return
  try {
    const { sentAt, outcome, item } = await connection.fetch(row.resource, row.id, row.event as Json)
    if (outcome.is === 'absent') return await clearDirty(ledger, row, clock.now())
    if (outcome.is !== 'accepted' || !item)
      return await retryDirty(ledger, row, retryAt(clock.now(), row.tries, outcome.wait, Math.random()))
    const message: MessageRow = {
      tenant: row.tenant,
      id: newId('message', clock),
      connection: row.connection,
      source: 'fetch',
      resource: row.resource,
      received_at: clock.now(),
      sent_at: sentAt,
      head: { id: row.id },
      body: JSON.stringify(item.body),
      state: 'new',
      verdicts: [],
      tries: 0,
    }
    await ledger.transaction(async tx => {
      await insertMessages(tx, [message])
      await clearDirty(tx, row, clock.now())
    })
    await refolder.refold(row.tenant, [message.id])
  } catch (error) {
    if (!isHubError(error) || error.kind === 'defect')
      parts.log.error(
        {
          connection: row.connection,
          resource: row.resource,
          error: error instanceof Error ? error.stack : String(error),
        },
        'refetch.failed',
      )
    await retryDirty(ledger, row, retryAt(clock.now(), row.tries, undefined, Math.random()))
  }
}
