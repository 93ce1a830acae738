/** Who this ledger is: an id and an epoch, matched with the key's fingerprint, so that a clone does not send again. */
import { randomUUID } from 'node:crypto'
import type { Querying } from './engine/types.js'

export interface Instance {
  readonly id: string
  readonly epoch: number
  readonly keyFingerprint: string
}

/** Reads the instance, or makes it at the first start. */
export async function openInstance(ledger: Querying, keyFingerprint: string, now: number): Promise<Instance> {
  await ledger.query(
    'insert into hrhub.instance (id, epoch, key_fingerprint, created_at) values ($1, 1, $2, $3) on conflict do nothing',
    [randomUUID(), keyFingerprint, new Date(now)],
  )
  const { rows } = await ledger.query<{ id: string; epoch: number; key_fingerprint: string }>(
    'select id, epoch, key_fingerprint from hrhub.instance',
  )
  const row = rows[0]
  return { id: row?.id ?? '', epoch: row?.epoch ?? 1, keyFingerprint: row?.key_fingerprint ?? '' }
}

/** Looks without making one; undefined where no hub has started on this ledger. */
export async function readInstance(ledger: Querying): Promise<Instance | undefined> {
  const { rows } = await ledger.query<{ id: string; epoch: number; key_fingerprint: string }>(
    'select id, epoch, key_fingerprint from hrhub.instance',
  )
  const row = rows[0]
  return row && { id: row.id, epoch: row.epoch, keyFingerprint: row.key_fingerprint }
}

/** The key was rotated: the same instance, under the key of now. */
export async function rekeyInstance(ledger: Querying, from: string, to: string): Promise<void> {
  if (from === to) return
  await ledger.query('update hrhub.instance set key_fingerprint = $2 where key_fingerprint = $1', [from, to])
}

/** After a restore or a clone: a new epoch, so tokens differ, under the key of now. */
export async function raiseEpoch(ledger: Querying, keyFingerprint: string): Promise<Instance> {
  await ledger.query('update hrhub.instance set epoch = epoch + 1, key_fingerprint = $1', [keyFingerprint])
  return openInstance(ledger, keyFingerprint, 0)
}
