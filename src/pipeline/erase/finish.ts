/**
 * The second half of an erasure: when nothing is left to remove elsewhere, or the time for that is over, the bytes go
 * in one transaction, and the files that nothing names any more after it.
 */
import { dropBlobs } from '../../ledger/dropped-blobs.js'
import type { Tx } from '../../ledger/engine/types.js'
import {
  blobsOf,
  endErasure,
  eraseBytes,
  erasuresOf,
  messagesAbout,
  openErasures,
  unremoved,
} from '../../ledger/erase.js'
import { lockRecords } from '../../ledger/find-records.js'
import { noteFindings } from '../../ledger/findings.js'
import { lockDeliveriesOf, lockIdentitiesOf, lockLinksOf } from '../../ledger/merge-records.js'
import type { RecordRow } from '../../ledger/schema.js'
import { identityKeysOf } from '../fold/identity-keys.js'
import type { Parts } from '../parts.js'
import { takeAlong } from './ask.js'
import { removeFiles } from './remove-files.js'

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
  const records = await ledger.transaction(tx => finish(tx, parts, tenant, root, late))
  if (!records) return false
  // A crash before this line repeats all of it: there is less left to erase then, and the same files.
  await removeFiles(parts)
  await endErasure(ledger, tenant, records, clock.now())
  parts.log.info({ tenant, record: root, records: records.length }, 'erasure.finished')
  return true
}

async function finish(
  tx: Tx,
  parts: Parts,
  tenant: string,
  root: string,
  late: boolean,
): Promise<readonly string[] | undefined> {
  const open = (await erasuresOf(tx, tenant, root)).filter(row => row.done_at === null)
  const records = open.map(row => row.record)
  const left = await unremoved(tx, tenant, records)
  if (records.length === 0 || (left.length > 0 && !late)) return undefined
  // Never over a call: its settle would bring back the id of what it made.
  if (left.some(row => row.claim !== null && (row.lease_until ?? 0) >= parts.clock.now())) return undefined
  const links = await lockLinksOf(tx, tenant, records)
  await lockIdentitiesOf(tx, tenant, records)
  const rows = await lockRecords(tx, tenant, records)
  const deliveries = (await lockDeliveriesOf(tx, tenant, records)).map(row => row.id)
  const messages = await messagesAbout(tx, tenant, records, deliveries, valuesOf(rows))
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
  return records
}

/** Phone numbers and addresses, as they were said: messages that were never folded may hold them too. */
function valuesOf(rows: readonly RecordRow[]): string[] {
  const keys = rows.flatMap(({ kind, data }) => identityKeysOf(kind, data).map(({ key }) => key))
  const bare = keys.map(key => key.slice(key.indexOf(':') + 1))
  // A Chinese number is written with and without its country.
  return [...new Set(bare.flatMap(value => (/^\+86\d{11}$/.test(value) ? [value, value.slice(3)] : [value])))]
}
