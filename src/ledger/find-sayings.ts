/** All sayings of some links: what `reduce` reduces. */
import { texts } from './engine/parameters.js'
import type { Querying, Tx } from './engine/types.js'
import { type SayingRow, sayings } from './schema.js'
import { selectRows } from './table.js'

export async function sayingsOfLinks(
  tx: Querying,
  tenant: string,
  links: readonly string[],
): Promise<SayingRow[]> {
  if (links.length === 0) return []
  return selectRows(tx, sayings, 'where t.tenant = $1 and t.link = any($2::text[])', [tenant, texts(links)])
}

export async function sayingsOfMessages(
  tx: Querying,
  tenant: string,
  messages: readonly string[],
): Promise<SayingRow[]> {
  if (messages.length === 0) return []
  return selectRows(tx, sayings, 'where t.tenant = $1 and t.message = any($2::text[])', [
    tenant,
    texts(messages),
  ])
}

/** Takes sayings out of the set. */
export async function deleteSayings(
  tx: Tx,
  tenant: string,
  rows: readonly Pick<SayingRow, 'link' | 'id'>[],
): Promise<void> {
  if (rows.length === 0) return
  await tx.query(
    {
      name: 'delete_sayings',
      text: `delete from hrhub.sayings t using unnest($2::text[], $3::text[]) as v(link, id)
             where t.tenant = $1 and t.link = v.link and t.id = v.id`,
    },
    [tenant, texts(rows.map(row => row.link)), texts(rows.map(row => row.id))],
  )
}
