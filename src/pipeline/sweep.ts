/**
 * SWEEP walks behind, every five seconds and in one process at a time: unfolded messages, waits that can go, due
 * rows, expired leases. Everything it finds was lost by a crash or a wiped channel; in a quiet hub it finds nothing.
 */
import { findDue } from '../ledger/claim-due.js'
import { connectionStates } from '../ledger/connection-states.js'
import { lockNewMessages } from '../ledger/messages.js'
import { dueNow, endWaits, fulfilledWaits, renewMessages } from '../ledger/waits.js'
import { showOverdue } from './overdue.js'
import type { Parts } from './parts.js'
import type { Refolder } from './refold.js'
import type { Bell } from './ring.js'

export interface SweepResult {
  readonly messages: number
  readonly waits: number
  readonly due: number
}

/** Younger ones are being folded by the process that took them in. */
const MESSAGE_AGE_MS = 3000
const MOST_MESSAGES = 500
const MOST_DUE = 2000

export async function sweep(parts: Parts, refolder: Refolder, bell: Bell): Promise<SweepResult> {
  const { ledger, clock } = parts
  const now = clock.now()
  for (const { tenant, connection, state } of await connectionStates(ledger)) {
    const name = `${tenant}/${connection}`
    if (state === 'paused') parts.paused.add(name)
    else parts.paused.delete(name)
  }
  const left = await ledger.transaction(tx => lockNewMessages(tx, now - MESSAGE_AGE_MS, MOST_MESSAGES))
  for (const [tenant, rows] of grouped(left))
    await refolder.refold(
      tenant,
      rows.map(row => row.id),
    )
  const waits = await sweepWaits(parts, refolder, bell, undefined)
  const tenants = parts.tenants().map(config => config.tenant)
  const due = await findDue(ledger, now, MOST_DUE, [...parts.paused], tenants)
  for (const [tenant, rows] of grouped(due))
    bell.ring(
      tenant,
      rows.map(({ id, connection }) => ({ id, connection, due_at: now })),
    )
  await showOverdue(parts)
  const result = { messages: left.length, waits, due: due.length }
  if (left.length + waits + due.length > 0) parts.log.info(result, 'sweep.found')
  return result
}

/**
 * Waits that somebody fulfilled between two commits.
 * @param only looks again at these alone, right after the commit that wrote them
 */
export async function sweepWaits(
  parts: Parts,
  refolder: Refolder,
  bell: Bell,
  only: readonly string[] | undefined,
): Promise<number> {
  const { ledger, clock } = parts
  const fulfilled = await fulfilledWaits(ledger, only)
  const tenants = new Set(fulfilled.map(wait => wait.tenant))
  for (const tenant of tenants) {
    const what = fulfilled.flatMap(wait => (wait.tenant === tenant ? [wait.what] : []))
    const { released, due } = await ledger.transaction(async tx => {
      const ended = await endWaits(tx, tenant, what)
      const of = (kind: string) => [
        ...new Set(ended.flatMap(wait => (wait.who_kind === kind ? [wait.who] : []))),
      ]
      const released = of('message')
      await renewMessages(tx, tenant, released)
      return { released, due: await dueNow(tx, tenant, of('delivery').sort(), clock.now()) }
    })
    bell.ring(tenant, due)
    await refolder.refold(tenant, released)
  }
  return fulfilled.length
}

function grouped<T extends { readonly tenant: string }>(rows: readonly T[]): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const row of rows) {
    const known = groups.get(row.tenant)
    if (known) known.push(row)
    else groups.set(row.tenant, [row])
  }
  return groups
}
