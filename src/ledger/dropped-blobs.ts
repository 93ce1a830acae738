/**
 * Files that lost a name: noted in the transaction that took the name away, removed after it unless something else
 * names them. The store of files is one for all tenants, and so is this list.
 */
import { texts } from './engine/parameters.js'
import type { Querying } from './engine/types.js'

export async function dropBlobs(tx: Querying, hashes: readonly string[], now: number): Promise<void> {
  if (hashes.length === 0) return
  await tx.query(
    `insert into hrhub.dropped_blobs (hash, at) select distinct h, $2::timestamptz from unnest($1::text[]) h order by h
     on conflict (hash) do update set at = excluded.at`,
    [texts(hashes), new Date(now)],
  )
}

export async function droppedBlobs(ledger: Querying, most: number): Promise<string[]> {
  const { rows } = await ledger.query<{ hash: string }>(
    'select hash from hrhub.dropped_blobs order by at, hash limit $1',
    [most],
  )
  return rows.map(row => row.hash)
}

/** Looked at: removed, or named by something else. */
export async function forgetDropped(ledger: Querying, hashes: readonly string[]): Promise<void> {
  await ledger.query('delete from hrhub.dropped_blobs where hash = any($1::text[])', [texts(hashes)])
}

/** Those of some blobs that something still names, in any tenant. */
export async function blobsInUse(tx: Querying, hashes: readonly string[]): Promise<Set<string>> {
  const used = new Set<string>()
  for (const hash of hashes) {
    const { rows } = await tx.query<{ used: boolean }>(
      `select exists (select from hrhub.records where data::text like $1)
        or exists (select from hrhub.messages where head::text like $1) as used`,
      [`%${hash}%`],
    )
    if (rows[0]?.used) used.add(hash)
  }
  return used
}
