/**
 * SWEEP walks behind, every five seconds and in one process at a time: unfolded messages, waits that can go, due
 * rows, expired leases. Everything it finds was lost by a crash or a wiped channel; in a quiet hub it finds nothing.
 */
import { findDue } from '../ledger/claim-due.js'
import { lockNewMessages } from '../ledger/messages.js'
import { dueNow, endWaits, fulfilledWaits, renewMessages } from '../ledger/waits.js'
import { refreshPaused } from './deliver/pause.js'
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

/** Each step by itself: what one of them cannot do must not keep the others from what they find. */
export async function sweep(parts: Parts, refolder: Refolder, bell: Bell): Promise<SweepResult> {
  await attempt(parts, 'pauses', () => refreshPaused(parts), undefined)
  const messages = await attempt(parts, 'messages', () => sweepMessages(parts, refolder), 0)
  const waits = await attempt(parts, 'waits', () => sweepWaits(parts, refolder, bell, undefined), 0)
  const due = await attempt(parts, 'due', () => sweepDue(parts, bell), 0)
  await attempt(parts, 'overdue', () => showOverdue(parts), undefined)
  const result = { messages, waits, due }
  if (messages + waits + due > 0) parts.log.info(result, 'sweep.found')
  return result
}

/** A step of what walks behind: it fails by itself, is shown, and comes again with the next walk. */
export async function attempt<T>(
  { log }: Pick<Parts, 'log'>,
  step: string,
  work: () => Promise<T>,
  otherwise: T,
): Promise<T> {
  try {
    return await work()
  } catch (error) {
    log.error({ step, error: error instanceof Error ? error.stack : String(error) }, 'sweep.step-failed')
    return otherwise
  }
}

const tenantsOf = (parts: Parts) => parts.tenants().map(config => config.tenant)

async function sweepMessages(parts: Parts, refolder: Refolder): Promise<number> {
  const { ledger, clock } = parts
  const before = clock.now() - MESSAGE_AGE_MS
  const left = await ledger.transaction(tx => lockNewMessages(tx, tenantsOf(parts), before, MOST_MESSAGES))
  for (const [tenant, rows] of grouped(left)) {
    const ids = rows.map(row => row.id)
    await attempt(parts, `messages of ${tenant}`, () => refolder.refold(tenant, ids), undefined)
  }
  return left.length
}

async function sweepDue(parts: Parts, bell: Bell): Promise<number> {
  const { ledger, clock } = parts
  const now = clock.now()
  const due = await findDue(ledger, now, MOST_DUE, [...parts.paused], tenantsOf(parts))
  for (const [tenant, rows] of grouped(due))
    bell.ring(
      tenant,
      rows.map(({ id, connection }) => ({ id, connection, due_at: now })),
    )
  return due.length
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
  const fulfilled = await fulfilledWaits(ledger, tenantsOf(parts), only)
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
