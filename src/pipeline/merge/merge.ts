/**
 * A merge: two records turn out to be one. The links of one move to the other, which is reduced again over all their
 * sayings; deliveries, identity keys and references follow. One transaction, in the lock order of every fold.
 */
import { HubError } from '../../kernel/errors.js'
import { newId } from '../../kernel/ids.js'
import type { Tx } from '../../ledger/engine/types.js'
import { findRecords } from '../../ledger/find-records.js'
import { noteFindings } from '../../ledger/findings.js'
import { decideProposals } from '../../ledger/merge-proposals.js'
import {
  countIdentitiesOf,
  insertMerge,
  insertSpent,
  lockDeliveriesOf,
  lockIdentitiesOf,
  lockLinksOf,
  moveIdentities,
  moveLinks,
  moveRefs,
  placeDeliveries,
  rekeyHubLinks,
  repoint,
  standingMerge,
  turnToEldest,
  waitsForRecord,
} from '../../ledger/merge-records.js'
import type { DeliveryRow, LinkRow, MergeRow } from '../../ledger/schema.js'
import { dueNow, endWaits } from '../../ledger/waits.js'
import type { Due } from '../../ledger/want-deliveries.js'
import { withRaces } from '../fold/run-fold.js'
import type { Parts } from '../parts.js'
import { openPair, planPair, writePair } from './pair.js'
import { bornOf, doubleLinks, placeRows } from './place-rows.js'

export interface MergeMeans {
  readonly parts: Parts
  readonly bell: { ring(tenant: string, due: readonly Due[]): void }
}

export interface MergeWish {
  readonly merged: string
  readonly into: string
  /** Who asks: a key of the API, or the rule that did. */
  readonly by: string
}

/**
 * @returns the merge; the same one again where the two are merged already
 * @throws HubError `PIPELINE_ID_UNKNOWN`, `PIPELINE_MERGE_IMPOSSIBLE`, `PIPELINE_MERGED_ALREADY`, `PIPELINE_RECORD_BUSY`
 */
export async function mergeRecords(
  { parts, bell }: MergeMeans,
  tenant: string,
  wish: MergeWish,
): Promise<MergeRow> {
  const { merge, due } = await withRaces(parts.ledger, tx => mergeIn(tx, parts, tenant, wish))
  bell.ring(tenant, due)
  parts.log.info(
    { tenant, merge: merge.id, merged: merge.merged, survivor: merge.survivor, by: wish.by },
    'record.merged',
  )
  return merge
}

async function mergeIn(
  tx: Tx,
  parts: Parts,
  tenant: string,
  { merged, into, by }: MergeWish,
): Promise<{ merge: MergeRow; due: readonly Due[] }> {
  const { clock } = parts
  const config = parts.config(tenant)
  const both = [merged, into]
  const known = await standingMerge(tx, tenant, merged)
  if (known?.survivor === into) return { merge: known, due: [] }
  await refuse(tx, tenant, merged, into)
  const links = await lockLinksOf(tx, tenant, both)
  const keys = (await lockIdentitiesOf(tx, tenant, both)).filter(key => key.record === merged)
  const pair = await openPair(tx, config, clock, merged, into, links)
  // Given to it between the two locks, by a fold that had the record: left behind, it would lead to nobody.
  if ((await countIdentitiesOf(tx, tenant, merged)) !== keys.length)
    throw new HubError('PIPELINE_RACE_LOST', { detail: 'an identity key was taken meanwhile' })
  const rows = await lockDeliveriesOf(tx, tenant, both)
  refuseBusy(rows)

  const own = links.filter(link => link.record === merged).map(link => link.id)
  const text = keys.map(key => `${key.kind}\n${key.key}`)
  await moveLinks(tx, tenant, own, into)
  await moveIdentities(tx, tenant, text, merged, into)
  await repoint(tx, tenant, merged, into)
  await moveRefs(tx, tenant, merged, into)
  const placing = placeRows(config, clock, merged, into, rows, birthOf(links))
  const was = placing.placed.map(({ id }) => {
    const { key, record } = rows.find(row => row.id === id) ?? { key: '', record: '' }
    return { id, key, record }
  })
  await placeDeliveries(tx, placing.placed)
  await insertSpent(tx, placing.spent)
  const hub = await rekeyHubLinks(tx, tenant, placing.hub)
  const doubles = doubleLinks(config, pair.kind, links)
  await turnToEldest(tx, tenant, into, doubles)
  const merge: MergeRow = {
    tenant,
    id: newId('merge', clock),
    kind: pair.kind,
    merged,
    survivor: into,
    moved: { links: own, keys: text, deliveries: was, hub },
    by,
    at: clock.now(),
    undone_at: null,
  }
  await insertMerge(tx, merge)
  await decideProposals(tx, tenant, [merged, into], 'accepted', by, clock.now())
  await noteFindings(tx, tenant, doublesFound(into, doubles, placing.doubles), clock.now())

  const changed = await writePair(pair, {
    merged: { by: 'operator', id: by, merge: merge.id, merged_into: into },
    survivor: { by: 'operator', id: by, merge: merge.id, merged },
    moves: new Set(own),
    to: into,
  })
  const due = [
    ...(await planPair(tx, config, clock, changed, [into])),
    ...(await wakeWaiting(tx, tenant, merged, clock.now())),
  ]
  return { merge, due }
}

/** @throws HubError */
async function refuse(tx: Tx, tenant: string, merged: string, into: string): Promise<void> {
  const rows = await findRecords(tx, tenant, [merged, into])
  const one = rows.find(row => row.id === merged)
  const other = rows.find(row => row.id === into)
  if (!one || !other)
    throw new HubError('PIPELINE_ID_UNKNOWN', { detail: `there is no record ${one ? into : merged}` })
  if (merged === into)
    throw new HubError('PIPELINE_MERGE_IMPOSSIBLE', { detail: 'a record is not merged into itself' })
  if (one.kind !== other.kind)
    throw new HubError('PIPELINE_MERGE_IMPOSSIBLE', {
      detail: `${merged} is a ${one.kind}, ${into} a ${other.kind}`,
    })
  const before = [one, other].find(row => row.was_merged_into !== null)
  if (before)
    throw new HubError('PIPELINE_MERGED_ALREADY', {
      detail: `${before.id} was merged into ${before.was_merged_into}`,
    })
}

/** A call under way writes by the record it was claimed for: it must come home first. @throws HubError */
export function refuseBusy(rows: readonly DeliveryRow[]): void {
  const busy = rows.find(row => row.claim !== null)
  if (busy)
    throw new HubError('PIPELINE_RECORD_BUSY', {
      detail: `${busy.id} to ${busy.connection}.${busy.resource} is at work`,
    })
}

/** A row is as old as the thing it has over there; two of one moment are told apart as their links are. */
function birthOf(links: readonly LinkRow[]): (row: DeliveryRow) => string {
  const place = (connection: string, resource: string, id: string | null) =>
    `${connection}\n${resource}\n${id}`
  const born = new Map(
    links.map(link => [place(link.connection, link.resource, link.external_id), bornOf(link)]),
  )
  return row => born.get(place(row.connection, row.resource, row.external_id)) ?? bornOf(row)
}

/** As findings, once for a thing, whether its link or its row shows it. */
export function doublesFound(
  record: string,
  links: readonly { readonly kept: LinkRow; readonly left: LinkRow }[],
  rows: readonly { readonly kept: DeliveryRow; readonly left: DeliveryRow }[],
) {
  const found = [
    ...links.map(({ kept, left }) => ({ at: left, kept: kept.external_id, double: left.external_id })),
    ...rows.map(({ kept, left }) => ({
      at: left,
      kept: kept.external_id ?? kept.id,
      double: left.external_id ?? left.id,
    })),
  ]
  const unique = new Map(found.map(one => [`${one.at.connection}\n${one.at.resource}\n${one.double}`, one]))
  return [...unique.values()].map(({ at, kept, double }) => ({
    code: 'double_there',
    about: record,
    connection: at.connection,
    detail: { resource: at.resource, kept, double },
  }))
}

/** Who waits for a link of the merged record waits for one of the survivor's: judged anew, it finds that out. */
async function wakeWaiting(tx: Tx, tenant: string, merged: string, now: number): Promise<Due[]> {
  const ended = await endWaits(tx, tenant, await waitsForRecord(tx, tenant, merged))
  return dueNow(
    tx,
    tenant,
    ended.map(wait => wait.who),
    now,
  )
}
