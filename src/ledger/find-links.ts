/** Finds links by the systems' own ids, or all links of some records. */

import { texts } from './engine/parameters.js'
import type { Querying } from './engine/types.js'
import { type LinkHead, type LinkRow, linkHeads, links } from './schema.js'
import { asRows, selectRows } from './table.js'

export interface LinkKey {
  readonly connection: string
  readonly resource: string
  readonly externalId: string
  readonly kind: string
}

export const linkKeyText = (key: LinkKey) =>
  JSON.stringify([key.connection, key.resource, key.externalId, key.kind])

export async function findLinks(tx: Querying, tenant: string, keys: readonly LinkKey[]): Promise<LinkHead[]> {
  if (keys.length === 0) return []
  const { rows } = await tx.query({ name: 'find_links', text: FIND }, [
    tenant,
    texts(keys.map(key => key.connection)),
    texts(keys.map(key => key.resource)),
    texts(keys.map(key => key.externalId)),
    texts(keys.map(key => key.kind)),
  ])
  return asRows(linkHeads, rows)
}

/** Key by key: a plan made while the tables were small (and kept) would read all links of the tenant for each batch. */
const FIND = `select ${Object.keys(linkHeads.columns)
  .map(name => `t.${name}`)
  .join(
    ', ',
  )} from unnest($2::text[], $3::text[], $4::text[], $5::text[]) k(connection, resource, external_id, kind)
  cross join lateral (select * from hrhub.links l where l.tenant = $1 and l.connection = k.connection
    and l.resource = k.resource and l.external_id = k.external_id and l.kind = k.kind offset 0) t`

export async function linksOfRecords(
  tx: Querying,
  tenant: string,
  records: readonly string[],
): Promise<LinkRow[]> {
  if (records.length === 0) return []
  return selectRows(tx, links, 'where t.tenant = $1 and t.record = any($2::text[])', [tenant, texts(records)])
}

/** Whose things they are, without what was said of them. */
export async function linkHeadsOfRecords(
  tx: Querying,
  tenant: string,
  records: readonly string[],
): Promise<LinkHead[]> {
  if (records.length === 0) return []
  return selectRows(tx, linkHeads, 'where t.tenant = $1 and t.record = any($2::text[])', [
    tenant,
    texts(records),
  ])
}

/** Does a thing of theirs that we made ourselves still stand? */
export async function standsOurs(
  tx: Querying,
  tenant: string,
  connection: string,
  resource: string,
  externalId: string,
): Promise<boolean> {
  const { rows } = await tx.query(
    {
      name: 'stands_ours',
      text: `select 1 from hrhub.links where tenant = $1 and connection = $2 and resource = $3 and external_id = $4
               and state = 'active' and delivery is not null limit 1`,
    },
    [tenant, connection, resource, externalId],
  )
  return rows.length > 0
}
