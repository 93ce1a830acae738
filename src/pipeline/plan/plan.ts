/**
 * PLAN: which deliveries a fold touches, and what they want now. Runs in the fold's transaction, so a change and
 * the wish it causes are one commit: no news without its wants.
 */
import type { Clock } from '../../kernel/clock.js'
import { isHubError } from '../../kernel/errors.js'
import { newId } from '../../kernel/ids.js'
import { countContests } from '../../ledger/contests.js'
import type { Tx } from '../../ledger/engine/types.js'
import {
  type Due,
  deliveriesOf,
  forgetFingerprints,
  type StandingRow,
  type WantRow,
  wantDeliveries,
} from '../../ledger/want-deliveries.js'
import { takeChangeNumbers } from '../../ledger/write-fold.js'
import type { TenantConfig } from '../config/types.js'
import type { ChangedRecord, FoldResult } from '../fold/types.js'
import { affectedBy, contradicted, type Touched } from './affected.js'
import { type Judged, judge } from './judge.js'
import { type Loaded, loadViews, viewOf } from './views.js'

/** A field that a system keeps contradicting is told so many times a day, then shown as `contested`. */
const ASSERTS_A_DAY = 3

export async function plan(
  tx: Tx,
  config: TenantConfig,
  clock: Clock,
  folded: Pick<FoldResult, 'changed' | 'contests'>,
): Promise<Due[]> {
  const { changed } = folded
  const touched = [...(await affectedBy(tx, config, changed)), ...(await asserted(tx, config, clock, folded))]
  return planRows(tx, config, clock, touched, changed)
}

/** Wants rows for records as if they had just changed; the wish gets a number of its own. */
export async function planTouched(
  tx: Tx,
  config: TenantConfig,
  clock: Clock,
  touched: readonly Omit<Touched, 'seq'>[],
): Promise<Due[]> {
  const [seq = 0] = await takeChangeNumbers(tx, 1)
  return planRows(
    tx,
    config,
    clock,
    touched.map(one => ({ ...one, seq })),
    [],
  )
}

async function planRows(
  tx: Tx,
  config: TenantConfig,
  clock: Clock,
  touched: readonly Touched[],
  changed: readonly ChangedRecord[],
): Promise<Due[]> {
  if (touched.length === 0) return []
  // What was just folded is at hand; only deliveries to the hub ask for the time of the newest claim.
  const known = new Map<string, Loaded>(
    changed.map(({ id, kind, data, gone }) => [id, { id, kind, data, gone, claimedAt: 0 }]),
  )
  const [views, existing] = await Promise.all([
    loadViews(
      tx,
      config.tenant,
      [...new Set(touched.map(({ record }) => record))],
      kind => (config.outboundOf.get(kind) ?? []).flatMap(flow => flow.reads),
      known,
    ),
    existingRows(tx, config, touched),
  ])
  const wants: WantRow[] = []
  const onceWants: WantRow[] = []
  for (const one of touched) {
    const rows = rowsFor(
      config,
      clock,
      one,
      views,
      existing.get(`${one.flow.id}\n${one.record}`) ?? [],
      changed,
    )
    ;(one.flow.once ? onceWants : wants).push(...rows)
  }
  const due = [
    ...(await wantDeliveries(tx, latest(wants), false)),
    ...(await wantDeliveries(tx, latest(onceWants), true)),
  ]
  const asserts = new Set(touched.filter(one => one.assert).map(one => `${one.flow.id}\n${one.record}`))
  const again = [...existing].flatMap(([key, rows]) => (asserts.has(key) ? rows.map(row => row.id) : []))
  await forgetFingerprints(tx, config.tenant, again)
  return due
}

async function asserted(
  tx: Tx,
  config: TenantConfig,
  clock: Clock,
  folded: Pick<FoldResult, 'changed' | 'contests'>,
): Promise<Touched[]> {
  const relevant = folded.contests.filter(contest =>
    (config.outboundOf.get(contest.kind) ?? []).some(flow => flow.connection === contest.connection),
  )
  if (relevant.length === 0) return []
  const allowed = await countContests(tx, config.tenant, relevant, ASSERTS_A_DAY, clock.now())
  const [seq = 0] = allowed.length > 0 ? await takeChangeNumbers(tx, 1) : []
  return contradicted(config, allowed, seq)
}

async function existingRows(
  tx: Tx,
  config: TenantConfig,
  touched: readonly Touched[],
): Promise<Map<string, StandingRow[]>> {
  const rows = await deliveriesOf(
    tx,
    config.tenant,
    [...new Set(touched.map(({ flow }) => flow.id))],
    [...new Set(touched.map(({ record }) => record))],
  )
  const byPair = new Map<string, StandingRow[]>()
  for (const row of rows) {
    const key = `${row.flow}\n${row.record}`
    byPair.set(key, [...(byPair.get(key) ?? []), row])
  }
  return byPair
}

function rowsFor(
  config: TenantConfig,
  clock: Clock,
  { flow, record, seq }: Touched,
  views: ReadonlyMap<string, Loaded>,
  existing: readonly StandingRow[],
  changed: readonly ChangedRecord[],
): WantRow[] {
  const now = clock.now()
  const view = viewOf(views, record)
  if (!view || (views.get(record)?.erasing && !flow.everyChange)) return []
  const base = {
    tenant: config.tenant,
    flow: flow.id,
    record,
    connection: flow.connection,
    resource: flow.resource,
    created_at: now,
    updated_at: now,
  }
  const row = (
    key: string,
    wanted: number,
    judged: Pick<Judged, 'wants' | 'at' | 'item'>,
    change: number | null = null,
  ): WantRow => ({
    ...base,
    id: newId('delivery', clock),
    key,
    item: judged.item?.key ?? null,
    change,
    wants: judged.wants,
    wanted,
    state: 'waiting',
    because: 'due',
    due_at: Math.max(now, judged.at ?? now),
  })
  if (flow.everyChange) {
    // News of a record that this one refers to is no step of its own.
    if (!changed.some(change => change.id === record && change.seq === seq)) return []
    return [row(`${record}\n${seq}`, seq, { wants: 'there', at: undefined, item: undefined }, seq)]
  }
  let judged: Judged[]
  try {
    judged = judge(flow, view, now)
  } catch (error) {
    if (!isHubError(error)) throw error
    // Judged again when it comes due, where the failure parks the row and is shown.
    return existing.length > 0
      ? existing.map(one => row(one.key, seq, { wants: 'held', at: undefined, item: undefined }))
      : [row(record, seq, { wants: 'held', at: undefined, item: undefined })]
  }
  const keys = new Set(judged.map(({ key }) => key))
  const known = new Set(existing.map(one => one.key))
  const wanted = judged.filter(one => known.has(one.key) || (one.wants === 'there' && !one.lapsed))
  const left = existing.filter(one => !keys.has(one.key) && !flow.once)
  const superseded = flow.once
    ? existing.filter(one => !keys.has(one.key) && one.effect === 0 && one.due_at !== null)
    : []
  return [
    ...wanted.map(one => row(one.key, seq, one)),
    ...left.map(one =>
      row(one.key, seq, {
        wants: 'gone',
        at: undefined,
        item: one.item === null ? undefined : { key: one.item, value: null },
      }),
    ),
    ...superseded.map(one =>
      row(one.key, seq, { wants: 'held', at: one.due_at ?? undefined, item: undefined }),
    ),
  ]
}

/** One row per key in a statement: Postgres refuses to touch a row twice. */
function latest(rows: readonly WantRow[]): WantRow[] {
  const byKey = new Map<string, WantRow>()
  for (const row of rows) {
    const key = `${row.flow}\n${row.key}`
    const known = byKey.get(key)
    if (!known || known.wanted <= row.wanted) byKey.set(key, row)
  }
  return [...byKey.values()]
}
