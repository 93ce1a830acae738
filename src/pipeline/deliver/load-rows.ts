/** Everything that judging and mapping a batch of claimed rows needs, in a handful of statements. */

import { openEffects } from '../../ledger/begin-effects.js'
import type { Claimed } from '../../ledger/claim-due.js'
import { madeHere } from '../../ledger/erase.js'
import { chainDepths, recordsThen } from '../../ledger/find-changes.js'
import { linkHeadsOfRecords } from '../../ledger/find-links.js'
import { survivorsOf } from '../../ledger/find-records.js'
import type { EffectRow, LinkHead } from '../../ledger/schema.js'
import type { ReadPath } from '../../mapping/types.js'
import type { TenantConfig } from '../config/types.js'
import { refsOf } from '../fold/record-refs.js'
import type { Parts } from '../parts.js'
import { type Loaded, loadViews } from '../plan/views.js'

export interface LoadedRows {
  readonly views: ReadonlyMap<string, Loaded>
  /** Links by record. */
  readonly links: ReadonlyMap<string, readonly LinkHead[]>
  /** Merged records → who answers for them. */
  readonly survivors: ReadonlyMap<string, string>
  readonly effects: ReadonlyMap<string, EffectRow>
  /** Data of the change that a row of `every: change` sends. */
  readonly changes: ReadonlyMap<number, Loaded>
  /** Length of the chain of hub flows behind a record's newest change; only for rows to the hub. */
  readonly depths: ReadonlyMap<string, number>
  /** Rows of records being erased whose thing the hub itself made. */
  readonly made: ReadonlySet<string>
}

export async function loadRows(
  parts: Parts,
  config: TenantConfig,
  rows: readonly Claimed[],
): Promise<LoadedRows> {
  const { ledger } = parts
  const readsOf = new Map<string, readonly ReadPath[]>()
  for (const row of rows) {
    const flow = config.outbound.get(row.flow)
    if (flow && !readsOf.has(flow.kind))
      readsOf.set(
        flow.kind,
        (config.outboundOf.get(flow.kind) ?? []).flatMap(one => one.reads),
      )
  }
  const records = [...new Set(rows.map(row => row.record))]
  const [views, own, effects, changes, depths] = await Promise.all([
    loadViews(
      ledger,
      config.tenant,
      records,
      kind => readsOf.get(kind) ?? [],
      new Map(),
      rows.some(row => row.connection === 'hub'),
    ),
    linkHeadsOfRecords(ledger, config.tenant, records),
    openEffects(
      ledger,
      config.tenant,
      rows.filter(row => row.open).map(row => row.id),
    ),
    recordsThen(
      ledger,
      config.tenant,
      rows.flatMap(row => row.change ?? []),
    ),
    chainDepths(
      ledger,
      config.tenant,
      rows.flatMap(row => (row.connection === 'hub' ? [row.record] : [])),
    ),
  ])
  const links = new Map<string, LinkHead[]>()
  // Also of records that are only referred to: `external:` needs their ids over there, not their data.
  const linked = new Set(views.keys())
  for (const view of views.values()) for (const ref of refsOf(view.kind, view.data)) linked.add(ref.to_record)
  for (const record of records) linked.delete(record)
  const erasing = rows.filter(row => views.get(row.record)?.erasing)
  const [others, survivors, made] = await Promise.all([
    linkHeadsOfRecords(ledger, config.tenant, [...linked]),
    survivorsOf(ledger, config.tenant, [...linked, ...records]),
    madeHere(
      ledger,
      config.tenant,
      erasing.map(row => row.id),
    ),
  ])
  const ends = [...survivors.values()].filter(id => !linked.has(id) && !records.includes(id))
  others.push(...(await linkHeadsOfRecords(ledger, config.tenant, ends)))
  // The eldest first: of two things of a record in one system it is the one that is meant.
  for (const link of [...own, ...others].sort(eldestFirst))
    links.set(link.record, [...(links.get(link.record) ?? []), link])
  for (const [merged, survivor] of survivors) links.set(merged, links.get(survivor) ?? [])
  return {
    views,
    links,
    survivors,
    effects: new Map(effects.map(row => [row.delivery, row])),
    changes,
    depths,
    made,
  }
}

function eldestFirst(a: LinkHead, b: LinkHead): number {
  return a.created_at - b.created_at || (a.id < b.id ? -1 : 1)
}
