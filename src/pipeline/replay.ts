/** Folds stored messages again because an operator asks: after a mended mapping, or a flow that was missing. */
import { HubError } from '../kernel/errors.js'
import { messagesById } from '../ledger/messages.js'
import type { MessageRow } from '../ledger/schema.js'
import type { Parts } from './parts.js'
import type { Refolder } from './refold.js'

/**
 * @returns the messages with their new verdicts
 * @throws HubError `PIPELINE_MESSAGE_UNKNOWN`, `PIPELINE_MESSAGE_ERASED`; then none was folded
 */
export async function replayMessages(
  means: { readonly parts: Parts; readonly refolder: Refolder },
  tenant: string,
  ids: readonly string[],
): Promise<readonly MessageRow[]> {
  const found = new Map(
    (await messagesById(means.parts.ledger, tenant, ids)).map(message => [message.id, message]),
  )
  for (const id of ids) {
    const message = found.get(id)
    if (!message) throw new HubError('PIPELINE_MESSAGE_UNKNOWN', { detail: `there is no message ${id}` })
    if (message.state === 'erased' || message.body === '')
      throw new HubError('PIPELINE_MESSAGE_ERASED', { detail: `${id} was erased` })
  }
  const folded = await means.refolder.refold(tenant, ids)
  means.parts.log.info({ tenant, messages: ids.length }, 'messages.replayed')
  return folded
}
