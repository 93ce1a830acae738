/**
 * A merge taken back: exactly the links, keys and deliveries that it moved go back, and both records are reduced
 * again. What was said or made since stays with the survivor; what happened once for either stays used.
 */
import { HubError } from '../../kernel/errors.js'
import type { Tx } from '../../ledger/engine/types.js'
import { findRecords } from '../../ledger/find-records.js'
import { dropFindings, noteFindings } from '../../ledger/findings.js'
import { reverseProposals } from '../../ledger/merge-proposals.js'
import {
  answerFor,
  endMerge,
  forgetThings,
  insertSpent,
  lockDeliveriesOf,
  lockIdentitiesOf,
  lockLinksOf,
  mergedInto,
  moveIdentities,
  moveLinks,
  type PlacedRow,
  placeDeliveries,
  recordsReferring,
  restoreHubLinks,
  standingMerge,
} from '../../ledger/merge-records.js'
import type { DeliveryRow, MergeRow } from '../../ledger/schema.js'
import type { Due } from '../../ledger/want-deliveries.js'
import { replaceRefs } from '../../ledger/write-fold.js'
import { refsOf } from '../fold/record-refs.js'
import { withRaces } from '../fold/run-fold.js'
import type { Parts } from '../parts.js'
import { doublesFound, type MergeMeans, refuseBusy } from './merge.js'
import { openPair, planPair, writePair } from './pair.js'
import { doubleLinks, spentRows, usedOnce } from './place-rows.js'

/**
 * @param merged the record that was merged
 * @throws HubError `PIPELINE_ID_UNKNOWN`, `PIPELINE_MERGE_ABSENT`, `PIPELINE_MERGE_COVERED`, `PIPELINE_RECORD_BUSY`
 */
export async function unmergeRecord(
  { parts, bell }: MergeMeans,
  tenant: string,
  merged: string,
  by: string,
): Promise<MergeRow> {
  const { merge, due } = await withRaces(parts.ledger, tx => unmergeIn(tx, parts, tenant, merged, by))
  bell.ring(tenant, due)
  parts.log.info({ tenant, merge: merge.id, merged, survivor: merge.survivor, by }, 'record.unmerged')
  return merge
}

async function unmergeIn(
  tx: Tx,
  parts: Parts,
  tenant: string,
  merged: string,
  by: string,
): Promise<{ merge: MergeRow; due: readonly Due[] }> {
  const { clock } = parts
  const config = parts.config(tenant)
  const now = clock.now()
  const merge = await mergeOf(tx, tenant, merged)
  const { survivor, moved } = merge
  const both = [merged, survivor]
  const links = await lockLinksOf(tx, tenant, both)
  await lockIdentitiesOf(tx, tenant, both)
  const pair = await openPair(tx, config, clock, merged, survivor, links)
  const rows = await lockDeliveriesOf(tx, tenant, both)
  refuseBusy(rows)

  const back = links.filter(link => moved.links.includes(link.id) && link.record === survivor)
  await moveLinks(
    tx,
    tenant,
    back.map(link => link.id),
    merged,
  )
  await moveIdentities(tx, tenant, moved.keys, survivor, merged)
  await placeDeliveries(tx, rowsBack(moved.deliveries, rows))
  await restoreHubLinks(tx, tenant, moved.hub)
  await forgetThings(tx, tenant, survivor, back)
  await insertSpent(tx, [
    ...spentRows(clock, usedOnce(config, ofRecord(rows, survivor)), survivor, merged),
    ...spentRows(clock, usedOnce(config, ofRecord(rows, merged)), merged, survivor),
  ])
  await endMerge(tx, tenant, merge.id, now)
  await reverseProposals(tx, tenant, [merged, survivor], by, now)
  const left = links.filter(link => link.record === survivor && !back.includes(link))
  await dropFindings(tx, tenant, 'double_there', survivor)
  await noteFindings(tx, tenant, doublesFound(survivor, doubleLinks(config, pair.kind, left), []), now)

  const changed = await writePair(pair, {
    merged: { by: 'operator', id: by, merge: merge.id, unmerged_from: survivor },
    survivor: { by: 'operator', id: by, merge: merge.id, unmerged: merged },
    moves: new Set(back.map(link => link.id)),
    to: merged,
  })
  await answerFor(tx, tenant, await mergedInto(tx, tenant, merged), merged)
  await referAgain(tx, tenant, survivor)
  return { merge: { ...merge, undone_at: now }, due: await planPair(tx, config, clock, changed, both) }
}

async function mergeOf(tx: Tx, tenant: string, merged: string): Promise<MergeRow> {
  const [record] = await findRecords(tx, tenant, [merged])
  if (!record) throw new HubError('PIPELINE_ID_UNKNOWN', { detail: `there is no record ${merged}` })
  const merge = await standingMerge(tx, tenant, merged)
  if (!merge) throw new HubError('PIPELINE_MERGE_ABSENT', { detail: `${merged} is merged into nothing` })
  const over = await standingMerge(tx, tenant, merge.survivor)
  if (over)
    throw new HubError('PIPELINE_MERGE_COVERED', {
      detail: `${merge.survivor} was merged into ${over.survivor} since`,
    })
  return merge
}

/** Rows that the merge gave away, as they were called before; what rested as a double is judged anew. */
function rowsBack(
  moved: MergeRow['moved']['deliveries'],
  rows: readonly DeliveryRow[],
): readonly PlacedRow[] {
  const byId = new Map(rows.map(row => [row.id, row]))
  const named = new Set(moved.map(one => one.id))
  return moved.flatMap(({ id, key, record }) => {
    const row = byId.get(id)
    // The key may have been given out again meanwhile: who has it keeps it.
    const taken = rows.some(other => other.flow === row?.flow && other.key === key && !named.has(other.id))
    return row && !taken ? [{ ...row, key, record }] : []
  })
}

const ofRecord = (rows: readonly DeliveryRow[], record: string) => rows.filter(row => row.record === record)

/** Who said the id of the record that stands again refers to that one, and no longer to the survivor. */
async function referAgain(tx: Tx, tenant: string, survivor: string): Promise<void> {
  const ids = await recordsReferring(tx, tenant, survivor)
  const rows = await findRecords(tx, tenant, ids)
  await replaceRefs(
    tx,
    tenant,
    rows.map(row => row.id),
    rows.flatMap(row => refsOf(row.kind, row.data).map(ref => ({ from_record: row.id, ...ref }))),
  )
}
