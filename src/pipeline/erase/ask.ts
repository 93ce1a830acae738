/**
 * A record is asked to be erased: from this commit on nothing is folded into it and nobody is shown it; what the hub
 * made of it in other systems is removed first, and only then do the bytes go (finish.ts).
 */
import { HubError } from '../../kernel/errors.js'
import type { Tx } from '../../ledger/engine/types.js'
import { beginErasure, erasureOf, erasuresOf, unremoved, wantRemoved } from '../../ledger/erase.js'
import { findRecords } from '../../ledger/find-records.js'
import { sayingsOfLinks } from '../../ledger/find-sayings.js'
import { lockDeliveriesOf, lockIdentitiesOf, lockLinksOf } from '../../ledger/merge-records.js'
import type { DeliveryRow, ErasureRow } from '../../ledger/schema.js'
import type { Due } from '../../ledger/want-deliveries.js'
import { reduce } from '../../model/reduce.js'
import { fromRow, openEntries, ownershipOver } from '../fold/apply.js'
import { withRaces } from '../fold/run-fold.js'
import { bareWorld } from '../fold/world.js'
import { write } from '../fold/write.js'
import type { MergeMeans } from '../merge/merge.js'
import type { Parts } from '../parts.js'
import { plan } from '../plan/plan.js'
import { recordsAbout } from './about.js'
import { sharedValues } from './values.js'

export interface ErasureState {
  readonly rows: readonly ErasureRow[]
  /** What holds it up. */
  readonly waiting: readonly DeliveryRow[]
}

/** @throws HubError `PIPELINE_ID_UNKNOWN` */
export async function askErasure(
  { parts, bell }: MergeMeans,
  tenant: string,
  id: string,
  by: string,
): Promise<ErasureState> {
  const due = await withRaces(parts.ledger, tx => askIn(tx, parts, tenant, id, by))
  bell.ring(tenant, due)
  parts.log.info({ tenant, record: id, by }, 'erasure.asked')
  return erasureState(parts, tenant, id)
}

/** @throws HubError `PIPELINE_ID_UNKNOWN` where nobody asked */
export async function erasureState(parts: Parts, tenant: string, id: string): Promise<ErasureState> {
  const one = await erasureOf(parts.ledger, tenant, id)
  if (!one) throw new HubError('PIPELINE_ID_UNKNOWN', { detail: `nobody asked to erase ${id}` })
  const rows = await erasuresOf(parts.ledger, tenant, one.root)
  const records = rows.map(row => row.record)
  const waiting = one.done_at === null ? await unremoved(parts.ledger, tenant, records) : []
  return { rows, waiting }
}

/**
 * What came to be about the person since it was asked (a fold that had begun before, an offer that a flow was just
 * making) goes the same way. Its rows are found by the sweep.
 */
export async function takeAlong(parts: Parts, tenant: string, root: string): Promise<void> {
  const { ledger, log } = parts
  const about = await recordsAbout(ledger, tenant, root)
  const asked = await erasuresOf(ledger, tenant, root)
  const known = new Set(asked.map(row => row.record))
  const by = asked.find(row => row.record === root)?.by ?? asked[0]?.by
  if (by === undefined || about.every(id => known.has(id))) return
  await withRaces(ledger, tx => beginIn(tx, parts, tenant, root, by))
  log.info({ tenant, record: root }, 'erasure.took-along')
}

async function askIn(tx: Tx, parts: Parts, tenant: string, id: string, by: string): Promise<readonly Due[]> {
  const [asked] = await findRecords(tx, tenant, [id])
  if (!asked) throw new HubError('PIPELINE_ID_UNKNOWN', { detail: `there is no record ${id}` })
  if (await erasureOf(tx, tenant, id)) return []
  // Who asks for a merged id means the person, and so the record that answers for them.
  return beginIn(tx, parts, tenant, asked.was_merged_into ?? id, by)
}

/** Begins the erasure of whatever goes with a root and is not being erased yet. */
async function beginIn(
  tx: Tx,
  parts: Parts,
  tenant: string,
  root: string,
  by: string,
): Promise<readonly Due[]> {
  const { clock } = parts
  const config = parts.config(tenant)
  const now = clock.now()
  const records = await recordsAbout(tx, tenant, root)
  const known = await Promise.all(records.map(record => erasureOf(tx, tenant, record)))
  const fresh = records.filter((_, i) => !known[i])
  if (fresh.length === 0) return []
  await lockLinksOf(tx, tenant, fresh)
  await lockIdentitiesOf(tx, tenant, fresh)
  const world = bareWorld(tx, config, clock)
  const { entries, numbers } = await openEntries(world, fresh, fresh.length, 'opened')
  await lockDeliveriesOf(tx, tenant, fresh)
  for (const entry of entries.values()) {
    const before = entry.state
    const set = before ? [] : await sayingsOfLinks(tx, tenant, [...entry.links.keys()])
    const state = before ?? reduce(entry.law, set.map(fromRow), ownershipOver(world, entry))
    const after = { ...state, gone: true }
    entry.state = after
    entry.retracted = true
    const cause = { by: 'operator', id: by, erasure: root }
    entry.steps.push({ message: undefined, before: state, after, depth: 0, cause })
  }
  const { changed, written } = write(world, [...entries.values()], numbers)
  await written
  // Before their keys go: who else goes by them is not known afterwards.
  const shared = await sharedValues(
    tx,
    tenant,
    [...entries.values()].map(({ row }) => row),
    records,
  )
  await beginErasure(
    tx,
    tenant,
    fresh.map(record => ({ tenant, record, root, by, asked_at: now, done_at: null, shared })),
    now,
  )
  const gone = changed.map(change => ({ ...change, paths: [...change.paths, '$gone'] }))
  const standing = new Set([...entries.values()].flatMap(({ row }) => (row.was_merged_into ? [] : [row.id])))
  const planned = await plan(tx, config, clock, {
    changed: gone.filter(change => standing.has(change.id)),
    contests: [],
  })
  const once = [...config.outbound.values()].flatMap(flow => (flow.once ? [flow.id] : []))
  await wantRemoved(tx, tenant, fresh, once, Math.min(...numbers, Number.MAX_SAFE_INTEGER), now)
  const wanted = await unremoved(tx, tenant, fresh)
  return [
    ...planned.filter(due => wanted.some(row => row.id === due.id)),
    ...wanted.flatMap(({ id: row, connection, due_at }) =>
      due_at === null ? [] : [{ id: row, connection, due_at }],
    ),
  ]
}
