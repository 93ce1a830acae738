/**
 * SETTLE: what a row's work came to, in sets. Row, effect, attempts, link, image, answers, hub sayings and
 * whatever they cause are one commit; rings go out after it.
 */

import { nextInOrder } from '../../ledger/claim-due.js'
import { markDirty } from '../../ledger/dirty.js'
import type { Tx } from '../../ledger/engine/types.js'
import { proposeMerges } from '../../ledger/identity.js'
import { type KeptLink, keepLinks, retireLinks } from '../../ledger/keep-links.js'
import { insertMessages } from '../../ledger/messages.js'
import type { AttemptRow, MessageRow } from '../../ledger/schema.js'
import {
  closeEffects,
  insertAttempts,
  type SettledEffect,
  type SettledRow,
  settleDeliveries,
} from '../../ledger/settle-deliveries.js'
import { insertWaits, type Wait } from '../../ledger/waits.js'
import type { Due } from '../../ledger/want-deliveries.js'
import type { TenantConfig } from '../config/types.js'
import { foldInputs } from '../fold/fold-batch.js'
import { type FoldInput, waitForEffect, waitForLink, waitForRecordLink } from '../fold/types.js'
import type { Parts } from '../parts.js'
import { firstLooks } from '../watch.js'
import { wakeReaders } from './wake-readers.js'

export interface Settlement {
  readonly config: TenantConfig
  readonly row: SettledRow
  /** Flow and record of a row of `every: change`: its successor may go now. */
  readonly step: { readonly flow: string; readonly record: string } | undefined
  readonly effect: SettledEffect | undefined
  readonly attempts: readonly AttemptRow[]
  /** The thing the row now has over there. */
  readonly link: KeptLink | undefined
  /** It had none, or another: the link is new. */
  readonly made: boolean
  readonly unlink:
    | {
        readonly connection: string
        readonly resource: string
        readonly externalId: string
        readonly kind: string
        readonly as: 'retired' | 'gone'
      }
    | undefined
  readonly waits: readonly string[]
  readonly inputs: readonly FoldInput[]
  readonly answers: readonly MessageRow[]
  /** An effect that created ended: messages waited for it. */
  readonly ended: { readonly connection: string; readonly resource: string } | undefined
}

export interface SettleResult {
  readonly tenant: string
  readonly due: readonly Due[]
  readonly released: readonly string[]
  /** Waits written here: look once more after the commit, somebody may have made the thing meanwhile. */
  readonly waited: readonly string[]
}

/** Settles one tenant's batch. */
export async function settleBatch(tx: Tx, parts: Parts, all: readonly Settlement[]): Promise<SettleResult[]> {
  const byTenant = new Map<string, Settlement[]>()
  for (const one of all) byTenant.set(one.config.tenant, [...(byTenant.get(one.config.tenant) ?? []), one])
  const results: SettleResult[] = []
  for (const [tenant, batch] of [...byTenant].sort(([a], [b]) => (a < b ? -1 : 1)))
    results.push(await settleTenant(tx, parts, tenant, batch))
  return results
}

async function settleTenant(
  tx: Tx,
  parts: Parts,
  tenant: string,
  batch: readonly Settlement[],
): Promise<SettleResult> {
  const now = parts.clock.now()
  const config = batch[0]?.config
  if (!config) return { tenant, due: [], released: [], waited: [] }
  const { kept, strangers } = await keepLinks(
    tx,
    batch.flatMap(one => one.link ?? []),
  )
  await retireLinks(
    tx,
    tenant,
    batch.flatMap(one => one.unlink ?? []),
  )
  await proposeMerges(
    tx,
    tenant,
    strangers.map(({ kind, record, held }) => ({ kind, one: record, other: held, key: 'double there' })),
    now,
  )
  await insertMessages(
    tx,
    batch.flatMap(one => one.answers),
  )
  const made = [
    ...kept.flatMap(link => [
      waitForLink(link.connection, link.resource, link.kind, link.external_id),
      waitForRecordLink(link.record, link.connection, link.resource),
    ]),
    ...batch.flatMap(one => (one.ended ? [waitForEffect(one.ended.connection, one.ended.resource)] : [])),
  ]
  const folded = await foldInputs(
    tx,
    parts,
    config,
    batch.flatMap(one => one.inputs),
    made,
  )
  const fresh = batch.flatMap(one => (one.made && one.link ? [one.link] : []))
  const woken = await wakeReaders(tx, parts, config, fresh)
  const { due, ours } = await settleDeliveries(
    tx,
    batch.map(one => one.row),
  )
  const held = batch.filter(one => ours.has(one.row.id))
  const waits = held.flatMap(one =>
    one.waits.map((what): Wait => ({ what, who_kind: 'delivery', who: one.row.id })),
  )
  await Promise.all([
    closeEffects(
      tx,
      held.flatMap(one => one.effect ?? []),
    ),
    insertAttempts(
      tx,
      batch.flatMap(one => one.attempts),
    ),
    insertWaits(tx, tenant, waits, now),
    markDirty(tx, tenant, firstLooks(config, fresh, now), now),
  ])
  const steps = batch.flatMap(one => one.step ?? [])
  const next = await nextInOrder(
    tx,
    tenant,
    steps.map(step => step.flow),
    steps.map(step => step.record),
  )
  return {
    tenant,
    due: [...due, ...next, ...folded.due, ...woken],
    released: folded.released,
    waited: waits.map(({ what }) => what),
  }
}
