/**
 * Reads things again that a hint named, and, from time to time, what we made and whose state nobody tells us
 * (`read: { every, until }`). One fetch at a time per thing; hints during a fetch mark it again.
 */

import type { Connection, Outcome } from '../connector/types.js'
import { isHubError } from '../kernel/errors.js'
import { newId } from '../kernel/ids.js'
import type { Json } from '../kernel/json.js'
import { clearDirty, laterDirty, retryDirty, takeDirty } from '../ledger/dirty.js'
import type { Querying } from '../ledger/engine/types.js'
import { standsOurs } from '../ledger/find-links.js'
import { noteFindings } from '../ledger/findings.js'
import { insertMessages } from '../ledger/messages.js'
import type { DirtyRow, MessageRow } from '../ledger/schema.js'
import { pauseConnection } from './deliver/pause.js'
import { retryAt } from './deliver/retry.js'
import type { Parts } from './parts.js'
import type { Refolder } from './refold.js'
import { watchedEvery } from './watch.js'

const HOLD_MS = 60_000
const MOST = 50
/** A thing that the vendor will not show us is asked for so often, then shown to a person. */
const MOST_REFUSALS = 16

export async function refetchDue(parts: Parts, refolder: Refolder): Promise<number> {
  const rows = await takeDirty(parts.ledger, parts.clock.now(), HOLD_MS, MOST, [...parts.paused])
  await Promise.all(rows.map(row => refetch(parts, refolder, row)))
  return rows.length
}

async function refetch(parts: Parts, refolder: Refolder, row: DirtyRow): Promise<void> {
  const { ledger, clock } = parts
  const config = parts.tenants().find(one => one.tenant === row.tenant)
  const connection = config?.connections.get(row.connection)?.connection
  if (!config || !connection) return
  const everyMs = watchedEvery(config, row.connection, row.resource)
  const stands = (tx: Querying) => standsOurs(tx, row.tenant, row.connection, row.resource, row.id)
  try {
    // Its hour has come and nothing speaks of it: only worth a call while it is there and somebody takes it.
    if (row.event === null && (everyMs === undefined || !(await stands(ledger))))
      return await clearDirty(ledger, row, clock.now())
    const { sentAt, outcome, item, done } = await connection.fetch(
      row.resource,
      row.id,
      row.event === null ? undefined : (row.event as Json),
    )
    if (outcome.is === 'absent') return await clearDirty(ledger, row, clock.now())
    if (await turnedAway(parts, connection, row, outcome)) return
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
      const now = clock.now()
      if (done || everyMs === undefined || !(await stands(tx))) await clearDirty(tx, row, now)
      else await laterDirty(tx, row, now + everyMs, now)
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

/**
 * 401 or 403: the whole connection, or this thing alone? Its own check tells, as for deliveries: it is paused, and the
 * thing waits for its resume; or the thing is not for us, and after some tries a finding says so.
 * @returns true where nothing is left to do now
 */
async function turnedAway(
  parts: Parts,
  connection: Connection,
  row: DirtyRow,
  outcome: Outcome,
): Promise<boolean> {
  if (outcome.is !== 'misconfigured' && outcome.is !== 'refused') return false
  const { ledger, clock } = parts
  if (outcome.is === 'misconfigured') {
    const check = await connection.check()
    if (check.is === 'misconfigured' || check.is === 'refused') {
      await pauseConnection(parts, row.tenant, row.connection, check.detail)
      await retryDirty(ledger, row, clock.now())
      return true
    }
    // A check that got no answer says nothing about the credentials, nor about the thing.
    if (check.is !== 'accepted') return false
  }
  if (row.tries + 1 < MOST_REFUSALS) return false
  const { tenant, resource } = row
  await ledger.transaction(async tx => {
    await noteFindings(
      tx,
      tenant,
      [
        {
          code: 'thing_unreadable',
          about: `${row.connection}.${resource}`,
          connection: row.connection,
          detail: { code: outcome.code ?? null, status: outcome.status ?? null },
        },
      ],
      clock.now(),
    )
    await clearDirty(tx, row, clock.now())
  })
  parts.log.warn(
    { tenant, connection: row.connection, resource, id: row.id, code: outcome.code },
    'refetch.refused',
  )
  return true
}
