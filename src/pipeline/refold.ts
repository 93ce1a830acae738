/** Folds stored messages again: released from a wait, left by a crash, replayed by an operator. */
import { createBatcher } from '../kernel/batcher.js'
import { isHubError } from '../kernel/errors.js'
import { messagesById, updateMessages } from '../ledger/messages.js'
import type { MessageRow } from '../ledger/schema.js'
import { attach } from './attach.js'
import { type Folded, foldBatch } from './fold/fold-batch.js'
import { readMessage } from './fold/read-message.js'
import { withRaces } from './fold/run-fold.js'
import type { Parts } from './parts.js'

export interface Refolder {
  refold(tenant: string, ids: readonly string[]): Promise<readonly MessageRow[]>
}

const MOST = 128

export function createRefolder(parts: Parts, onFolded: (tenant: string, folded: Folded) => void): Refolder {
  const { ledger } = parts
  const batcher = createBatcher<{ tenant: string; message: MessageRow }, MessageRow>({
    most: MOST,
    halve: error => !(isHubError(error) && error.kind === 'unreachable'),
    flush: async items => {
      const done = new Map<string, MessageRow>()
      for (const tenant of new Set(items.map(item => item.tenant))) {
        const config = parts.config(tenant)
        const reads = items
          .filter(item => item.tenant === tenant)
          .map(item => readMessage(config, item.message))
        const folded = await withRaces(ledger, tx => foldBatch(tx, parts, config, reads, true))
        onFolded(tenant, folded)
        for (const message of folded.messages) done.set(message.id, message)
      }
      return items.map(({ message }) => done.get(message.id) ?? message)
    },
  })

  async function one(tenant: string, message: MessageRow): Promise<MessageRow> {
    try {
      return await batcher.add({ tenant, message })
    } catch (error) {
      if (isHubError(error) && error.kind === 'unreachable') throw error
      // Alone and still failing: our defect. It is shown and never in the way of others.
      parts.log.error(
        { tenant, message: message.id, error: error instanceof Error ? error.stack : String(error) },
        'fold.defect',
      )
      const defect: MessageRow = {
        ...message,
        state: 'defect',
        tries: message.tries + 1,
        verdicts: [
          {
            item: 0,
            flow: '',
            verdict: 'defect',
            code: isHubError(error) ? error.code : 'HUB_DEFECT',
            detail: 'the hub failed to fold it',
          },
        ],
      }
      await updateMessages(ledger, [defect])
      return defect
    }
  }

  return {
    async refold(tenant, ids) {
      const messages = await messagesById(ledger, tenant, ids)
      const config = parts.config(tenant)
      return Promise.all(
        messages.map(async message => {
          // An answer is news of its own flow and of the call it answered: it is kept to be read, not folded again.
          if (message.source === 'answer') return message
          const whole = await attach(parts, config, message)
          return whole ? one(tenant, whole) : message
        }),
      )
    },
  }
}
