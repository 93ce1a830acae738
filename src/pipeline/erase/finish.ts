/**
 * The second half of an erasure: when nothing is left to remove elsewhere, or the time for that is over, the bytes go
 * in one transaction, and the files that nothing names any more after it.
 */
import { dropBlobs } from '../../ledger/dropped-blobs.js'
import type { Querying, Tx } from '../../ledger/engine/types.js'
import {
  blobsOf,
  deliveriesOfRecords,
  endErasure,
  eraseBytes,
  erasuresOf,
  messagesAbout,
  openErasures,
  unremoved,
} from '../../ledger/erase.js'
import { findRecords, lockRecords } from '../../ledger/find-records.js'
import { noteFindings } from '../../ledger/findings.js'
import { lockDeliveriesOf, lockIdentitiesOf, lockLinksOf } from '../../ledger/merge-records.js'
import type { DeliveryRow, ErasureRow } from '../../ledger/schema.js'
import type { Parts } from '../parts.js'
import { takeAlong } from './ask.js'
import { removeFiles } from './remove-files.js'
import { valuesOf } from './values.js'

/** Erasures of one round. */
const MOST = 20
/**
 * How long a removal that fails or waits may hold the erasure up: a week of a person's or a vendor's time, well inside
 * the fifteen working days in which such a request is answered.
 */
const REMOVE_WITHIN_MS = 7 * 24 * 60 * 60_000

/** @returns erasures that were brought to their end */
export async function finishErasures(parts: Parts): Promise<number> {
  const { ledger, log } = parts
  const tenants = parts.tenants().map(config => config.tenant)
  let finished = 0
  for (const one of await openErasures(ledger, tenants, MOST)) {
    const { tenant, root } = one
    try {
      if (await finishOne(parts, one)) finished += 1
    } catch (error) {
      // One that fails is shown and tried again; the others do not wait for it.
      const told = error instanceof Error ? error.stack : String(error)
      log.error({ tenant, record: root, error: told }, 'erasure.failed')
    }
  }
  await removeFiles(parts)
  return finished
}

async function finishOne(
  parts: Parts,
  { tenant, root, asked_at }: Awaited<ReturnType<typeof openErasures>>[number],
): Promise<boolean> {
  const { ledger, clock } = parts
  await takeAlong(parts, tenant, root)
  const late = clock.now() - asked_at > REMOVE_WITHIN_MS
  const open = (await erasuresOf(ledger, tenant, root)).filter(row => row.done_at === null)
  const records = open.map(row => row.record)
  if (!(await leftBehind(ledger, parts, tenant, records, late))) return false
  const messages = await findMessages(parts, tenant, open)
  const erased = await ledger.transaction(tx => finish(tx, parts, tenant, root, { records, messages, late }))
  if (!erased) return false
  // A crash before this line repeats all of it: there is less left to erase then, and the same files.
  await removeFiles(parts)
  await endErasure(ledger, tenant, records, clock.now())
  parts.log.info({ tenant, record: root, records: records.length }, 'erasure.finished')
  return true
}

/** Rows that the erasure closes although they are not at their end; undefined where it has to wait for some. */
async function leftBehind(
  tx: Querying,
  { clock }: Parts,
  tenant: string,
  records: readonly string[],
  late: boolean,
): Promise<readonly DeliveryRow[] | undefined> {
  const left = await unremoved(tx, tenant, records)
  if (records.length === 0 || (left.length > 0 && !late)) return undefined
  // Never over a call: its settle would bring back the id of what it made.
  return left.some(row => row.claim !== null && (row.lease_until ?? 0) >= clock.now()) ? undefined : left
}

/** Every kept body is looked at, however long it takes: under no lock, and nothing new is folded of them by now. */
async function findMessages(parts: Parts, tenant: string, open: readonly ErasureRow[]): Promise<string[]> {
  const { ledger } = parts
  const ids = open.map(row => row.record)
  const others = new Set([
    ...(parts.config(tenant).ignoredIdentities ?? []),
    ...open.flatMap(row => row.shared),
  ])
  const values = valuesOf(await findRecords(ledger, tenant, ids), others)
  const rows = await deliveriesOfRecords(ledger, tenant, ids)
  return ledger.transaction(async tx => {
    if (ledger.engine === 'postgres') await tx.query('set local statement_timeout = 0')
    return messagesAbout(tx, tenant, ids, rows, values)
  })
}

async function finish(
  tx: Tx,
  parts: Parts,
  tenant: string,
  root: string,
  about: {
    readonly records: readonly string[]
    readonly messages: readonly string[]
    readonly late: boolean
  },
): Promise<boolean> {
  const { records, messages, late } = about
  const left = await leftBehind(tx, parts, tenant, records, late)
  if (!left) return false
  const links = await lockLinksOf(tx, tenant, records)
  await lockIdentitiesOf(tx, tenant, records)
  await lockRecords(tx, tenant, records)
  const deliveries = (await lockDeliveriesOf(tx, tenant, records)).map(row => row.id)
  await dropBlobs(tx, await blobsOf(tx, tenant, records, messages), parts.clock.now())
  await eraseBytes(tx, tenant, parts.sealer, { records, links, deliveries, messages })
  // Only that something was left, and where: a person asks that system for its own erasure.
  const places = new Map(left.map(row => [`${row.connection}\n${row.resource}`, row]))
  await noteFindings(
    tx,
    tenant,
    [...places.values()].map(({ connection, resource, flow }) => ({
      code: 'erasure_incomplete',
      about: root,
      connection,
      detail: { resource, flow },
    })),
    parts.clock.now(),
  )
  return true
}
