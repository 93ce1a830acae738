/**
 * Polls: pages of what changed since the vendor's greatest update time. The cursor moves in the commit that stores
 * the page; a page is a message like any other, with the time its request was sent.
 */

import type { PollState } from '../connector/types.js'
import { isHubError } from '../kernel/errors.js'
import { newId } from '../kernel/ids.js'
import type { JsonObject } from '../kernel/json.js'
import { duePolls, plantPoll, savePoll } from '../ledger/polls.js'
import type { MessageRow } from '../ledger/schema.js'
import type { Parts } from './parts.js'
import type { Refolder } from './refold.js'
import { storePage } from './store-page.js'

/** Pages in one run; the rest waits for the next, so that one vendor's history does not hold the others. */
const MOST_PAGES = 50
/** A process that dies while polling leaves the poll due again after this. */
const HOLD_MS = 120_000
const FAILED_WAIT_MS = 30_000

/** Makes sure that every resource that a flow reads and that can be polled has its row. */
export async function plantPolls(parts: Parts): Promise<void> {
  for (const config of parts.tenants()) {
    for (const key of config.inbound.keys()) {
      const [connection = '', resource = ''] = key.split('.')
      if (config.connections.get(connection)?.connection.resource(resource)?.poll) {
        await plantPoll(parts.ledger, config.tenant, connection, resource, parts.clock.now())
      }
    }
  }
}

export async function pollDue(
  parts: Parts,
  refolder: Refolder,
  stopping: () => boolean = () => false,
): Promise<number> {
  const { ledger, clock } = parts
  const due = await duePolls(ledger, clock.now(), HOLD_MS)
  for (const row of due) {
    const config = parts.tenants().find(one => one.tenant === row.tenant)
    const connection = config?.connections.get(row.connection)?.connection
    const ability = connection?.resource(row.resource)?.poll
    if (!config || !connection || !ability || parts.paused.has(`${row.tenant}/${row.connection}`)) continue
    let state: PollState = { since: numberOf(row.state['since']), cursor: row.state['cursor'] ?? undefined }
    try {
      for (let page = 0; page < MOST_PAGES; page++) {
        const read = await connection.poll(row.resource, state)
        const message = pageMessage(
          parts,
          row,
          read.sentAt,
          read.items.map(item => item.body),
        )
        const stored = {
          message,
          state: { since: read.state.since ?? null, cursor: read.state.cursor ?? null },
          nextAt: clock.now() + (read.more ? HOLD_MS : ability.everyMs),
        }
        await storePage(parts, row, stored, ability.consumes, stopping)
        if (message) await refolder.refold(row.tenant, [message.id])
        state = read.state
        if (!read.more) break
      }
    } catch (error) {
      if (isHubError(error) && error.kind === 'unreachable' && error.code.startsWith('LEDGER_')) throw error
      // Whatever it is, it is this poll's alone: the others of the run go on.
      const { code, wait, detail } = isHubError(error)
        ? { code: error.code, wait: error.wait, detail: error.message }
        : { code: 'HUB_DEFECT' as const, wait: undefined, detail: 'the hub failed to read it' }
      const place = { tenant: row.tenant, connection: row.connection, resource: row.resource }
      if (code === 'HUB_DEFECT')
        parts.log.error(
          { ...place, code, error: error instanceof Error ? error.stack : String(error) },
          'poll.failed',
        )
      else parts.log.warn({ ...place, code }, 'poll.failed')
      const next = clock.now() + Math.max(wait ?? 0, Math.min(ability.everyMs, FAILED_WAIT_MS))
      await savePoll(ledger, row, { since: state.since ?? null, cursor: state.cursor ?? null }, next, {
        code,
        detail,
      })
    }
  }
  return due.length
}

const numberOf = (value: unknown) => (typeof value === 'number' ? value : undefined)

function pageMessage(
  parts: Parts,
  row: { tenant: string; connection: string; resource: string },
  sentAt: number,
  items: readonly unknown[],
): MessageRow | undefined {
  if (items.length === 0) return undefined
  return {
    tenant: row.tenant,
    id: newId('message', parts.clock),
    connection: row.connection,
    source: 'poll',
    resource: row.resource,
    received_at: parts.clock.now(),
    sent_at: sentAt,
    head: {} satisfies JsonObject,
    body: JSON.stringify(items),
    state: 'new',
    verdicts: [],
    tries: 0,
  }
}
