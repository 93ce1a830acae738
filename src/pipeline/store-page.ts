/**
 * Stores a page of a poll with its cursor, in one commit, before anything looks into it. What a destructive read
 * (`consumes`) gave stands nowhere but here: it is stored again and again while this process lives.
 */
import { setTimeout as wait } from 'node:timers/promises'
import { type HubError, isHubError } from '../kernel/errors.js'
import type { JsonObject } from '../kernel/json.js'
import { insertMessages } from '../ledger/messages.js'
import { type PollRow, savePoll } from '../ledger/polls.js'
import type { MessageRow } from '../ledger/schema.js'
import type { Parts } from './parts.js'

const FIRST_WAIT_MS = 100
const LONGEST_WAIT_MS = 2000

export interface StoredPage {
  readonly message: MessageRow | undefined
  readonly state: JsonObject
  readonly nextAt: number
}

/**
 * @param gone the page cannot be read again
 * @param stopping a last try is made, then the page is given up with an error in the log
 */
export async function storePage(
  parts: Parts,
  row: PollRow,
  page: StoredPage,
  gone: boolean,
  stopping: () => boolean,
): Promise<void> {
  const { message, state, nextAt } = page
  for (let pause = FIRST_WAIT_MS; ; pause = Math.min(pause * 2, LONGEST_WAIT_MS)) {
    const last = stopping()
    try {
      // A commit whose end nobody knows may be repeated: the message has its id.
      return await parts.ledger.transaction(async tx => {
        if (message) await insertMessages(tx, [message])
        await savePoll(tx, row, state, nextAt, null)
      })
    } catch (error) {
      if (!gone || !message) throw error
      const place = { tenant: row.tenant, connection: row.connection, resource: row.resource }
      if (last || !isLedgerAway(error)) {
        parts.log.error({ ...place, code: isHubError(error) ? error.code : 'HUB_DEFECT' }, 'poll.page_lost')
        throw error
      }
      parts.log.warn({ ...place, code: error.code }, 'poll.page_held')
      await wait(pause)
    }
  }
}

const isLedgerAway = (error: unknown): error is HubError =>
  isHubError(error) && error.code.startsWith('LEDGER_') && ['unreachable', 'unknown'].includes(error.kind)
