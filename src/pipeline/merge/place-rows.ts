/**
 * Where the deliveries of a merged record go; pure. Each row becomes the survivor's under the survivor's key. Where
 * both hold a thing over there, the elder is kept up to date and the other rests, shown as `double there`.
 */

import type { Clock } from '../../kernel/clock.js'
import { newId } from '../../kernel/ids.js'
import type { PlacedRow } from '../../ledger/merge-records.js'
import type { DeliveryRow, LinkRow } from '../../ledger/schema.js'
import type { TenantConfig } from '../config/types.js'

export interface Placing {
  readonly placed: readonly PlacedRow[]
  /** Once-keys that are used, under the survivor's id. */
  readonly spent: readonly DeliveryRow[]
  readonly hub: readonly { readonly flow: string; readonly from: string; readonly to: string }[]
  readonly doubles: readonly { readonly kept: DeliveryRow; readonly left: DeliveryRow }[]
}

export const DOUBLE = 'double there'
const MERGED = 'merged into another record'

/** @param born when the hub first knew of a thing over there, by its link */
export function placeRows(
  config: TenantConfig,
  clock: Clock,
  merged: string,
  survivor: string,
  rows: readonly DeliveryRow[],
  born: (row: DeliveryRow) => string,
): Placing {
  const placed: PlacedRow[] = []
  const hub: Placing['hub'][number][] = []
  const doubles: Placing['doubles'][number][] = []
  const theirs = new Map(
    rows.filter(row => row.record === survivor).map(row => [`${row.flow}\n${row.key}`, row]),
  )
  const mine = rows.filter(row => row.record === merged && row.change === null)
  const used = usedOnce(config, mine)
  for (const row of mine) {
    if (config.outbound.get(row.flow)?.once) {
      if (!used.includes(row) && !row.open) placed.push(resting(row, row, MERGED))
      continue
    }
    const key = swapped(row.key, merged, survivor)
    const other = theirs.get(`${row.flow}\n${key}`)
    if (!other) {
      placed.push({ ...row, key, record: survivor })
      if (row.connection === 'hub' && key !== row.key) hub.push({ flow: row.flow, from: row.key, to: key })
      continue
    }
    const both = holds(row) && holds(other)
    // What a hub flow made stays the survivor's: its link is keyed by the row.
    const mineStays = row.connection !== 'hub' && holds(row) && (!holds(other) || born(row) < born(other))
    const [kept, left] = mineStays ? [row, other] : [other, row]
    if (mineStays) placed.push({ ...row, key, record: survivor })
    placed.push(resting(left, { key: row.key, record: merged }, both ? DOUBLE : MERGED))
    if (both) doubles.push({ kept, left })
  }
  return { placed, hub, doubles, spent: spentRows(clock, used, merged, survivor) }
}

/** Once-rows whose effect has begun, or came too late: their keys are used. */
export function usedOnce(config: TenantConfig, rows: readonly DeliveryRow[]): DeliveryRow[] {
  return rows.filter(
    row => config.outbound.get(row.flow)?.once && (row.effect > 0 || row.done > 0 || row.state === 'lapsed'),
  )
}

/** What happened once for one record counts as having happened for the other: its key, with the other's id, is spent. */
export function spentRows(
  clock: Clock,
  used: readonly DeliveryRow[],
  from: string,
  to: string,
): DeliveryRow[] {
  return used.map(row => ({
    ...row,
    id: newId('delivery', clock),
    key: swapped(row.key, from, to),
    record: to,
    state: 'lapsed',
    because: 'happened before the merge',
    done: row.wanted,
    created_at: clock.now(),
    updated_at: clock.now(),
  }))
}

const swapped = (key: string, from: string, to: string) => key.replaceAll(from, to)

/** Sorts by birth, and never leaves two undecided. */
export const bornOf = (one: { readonly created_at: number; readonly id: string }) =>
  `${new Date(one.created_at).toISOString()} ${one.id}`

/** A thing over there, or a call that may be making one. */
function holds(row: DeliveryRow): boolean {
  return row.external_id !== null || row.open || (row.connection === 'hub' && row.done > 0)
}

/** An effect that has begun is brought to its end whatever happens to its row. */
function resting(row: DeliveryRow, at: Pick<PlacedRow, 'key' | 'record'>, because: string): PlacedRow {
  const { key, record } = at
  return row.open
    ? { ...row, key, record }
    : { ...row, key, record, state: 'superseded', because, due_at: null }
}

/** Two things of one system under one record: all but the eldest, where the system holds one thing per record. */
export function doubleLinks(
  config: TenantConfig,
  kind: string,
  links: readonly LinkRow[],
): { readonly kept: LinkRow; readonly left: LinkRow }[] {
  const several = new Set(
    (config.outboundOf.get(kind) ?? []).flatMap(flow =>
      flow.each || flow.once || flow.everyChange ? [`${flow.connection}\n${flow.resource}`] : [],
    ),
  )
  const eldest = new Map<string, LinkRow>()
  const doubles: { kept: LinkRow; left: LinkRow }[] = []
  for (const link of [...links].sort((a, b) => (bornOf(a) < bornOf(b) ? -1 : 1))) {
    const place = `${link.connection}\n${link.resource}`
    if (link.connection === 'hub' || link.state !== 'active' || link.kind !== kind || several.has(place))
      continue
    const kept = eldest.get(place)
    if (kept) doubles.push({ kept, left: link })
    else eldest.set(place, link)
  }
  return doubles
}
