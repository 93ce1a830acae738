/** Which of some new links took the place of another: the record had a thing there before, and it is no more. */
import { texts } from './engine/parameters.js'
import type { Querying } from './engine/types.js'

export interface NewLink {
  readonly connection: string
  readonly resource: string
  readonly record: string
  readonly external_id: string
}

export async function replacedLinks<T extends NewLink>(
  tx: Querying,
  tenant: string,
  made: readonly T[],
): Promise<T[]> {
  if (made.length === 0) return []
  const { rows } = await tx.query<{ n: number }>(
    {
      name: 'replaced_links',
      text: `select k.n::int as n from unnest($2::text[], $3::text[], $4::text[], $5::text[])
               with ordinality as k(connection, resource, record, external_id, n)
             where exists (select from hrhub.links l where l.tenant = $1 and l.record = k.record
               and l.connection = k.connection and l.resource = k.resource and l.external_id <> k.external_id
               and l.state in ('retired', 'gone'))`,
    },
    [
      tenant,
      texts(made.map(link => link.connection)),
      texts(made.map(link => link.resource)),
      texts(made.map(link => link.record)),
      texts(made.map(link => link.external_id)),
    ],
  )
  return rows.flatMap(({ n }) => made[n - 1] ?? [])
}
