/**
 * Links of what was erased: keyed hashes of the systems' ids. Who knows the id finds the hash again, and so drops what
 * is said later; who reads the table learns nothing.
 */
import { texts } from './engine/parameters.js'
import type { Querying, Tx } from './engine/types.js'
import { type LinkKey, linkKeyText } from './find-links.js'
import { type LinkHead, linkHeads } from './schema.js'
import { selectRows } from './table.js'

/** The part of a sealer that hashes. */
export interface Blinding {
  blind(value: string): string
  blinds(value: string): readonly string[]
}

const MARK = 'erased:'
const hashed = (tenant: string, key: LinkKey) => `${tenant}\n${linkKeyText(key)}`

/** What stands in the place of an erased thing's id. */
export const erasedId = (sealer: Blinding, tenant: string, key: LinkKey) =>
  MARK + sealer.blind(hashed(tenant, key))

/** @returns erased links by the text of the key that was asked for */
export async function findErasedLinks(
  tx: Querying,
  tenant: string,
  sealer: Blinding | undefined,
  keys: readonly LinkKey[],
): Promise<Map<string, LinkHead>> {
  if (keys.length === 0 || !sealer) return new Map()
  const asked = new Map(
    keys.flatMap(key =>
      sealer.blinds(hashed(tenant, key)).map((hash): [string, LinkKey] => [MARK + hash, key]),
    ),
  )
  // A hash stands for connection, resource, id and kind at once; the index holds nothing but what was erased.
  const rows = await selectRows(
    tx,
    linkHeads,
    `where t.tenant = $1 and t.state = 'erased' and t.external_id = any($2::text[])`,
    [tenant, texts([...asked.keys()])],
  )
  return new Map(
    rows.flatMap(row => {
      const key = asked.get(row.external_id)
      return key ? [[linkKeyText(key), row] as const] : []
    }),
  )
}

/** Removes what a fold made for an erased record before it met it under its lock. */
export async function dropTraces(
  tx: Tx,
  tenant: string,
  fresh: readonly string[],
  records: readonly string[],
): Promise<void> {
  await tx.query('delete from hrhub.links where tenant = $1 and id = any($2::text[])', [tenant, texts(fresh)])
  await tx.query('delete from hrhub.identity_keys where tenant = $1 and record = any($2::text[])', [
    tenant,
    texts(records),
  ])
}
