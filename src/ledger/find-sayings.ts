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

/** Of some sayings, `link` and `id`, those that the ledger holds, whichever message brought them. */
export async function heldSayings(
  tx: Querying,
  tenant: string,
  keys: readonly Pick<SayingRow, 'link' | 'id'>[],
): Promise<Pick<SayingRow, 'link' | 'id'>[]> {
  if (keys.length === 0) return []
  const { rows } = await tx.query<{ link: string; id: string }>(
    {
      name: 'held_sayings',
      text: `select t.link, t.id from unnest($2::text[], $3::text[]) k(link, id)
             join hrhub.sayings t on t.tenant = $1 and t.link = k.link and t.id = k.id`,
    },
    [tenant, texts(keys.map(key => key.link)), texts(keys.map(key => key.id))],
  )
  return rows
}

/** What things of some kinds and places said in some messages, while they take news at all; nothing they were told. */
export async function saidInMessages(
  tx: Querying,
  tenant: string,
  messages: readonly string[],
  of: readonly { readonly connection: string; readonly resource: string; readonly kind: string }[],
): Promise<SayingRow[]> {
  if (messages.length === 0) return []
  return selectRows(
    tx,
    sayings,
    `where t.tenant = $1 and t.message = any($2::text[]) and not t.told
       and exists (select from hrhub.links l
                   join unnest($3::text[], $4::text[], $5::text[]) p(connection, resource, kind)
                     on p.connection = l.connection and p.resource = l.resource and p.kind = l.kind
                   where l.tenant = t.tenant and l.id = t.link and l.state not in ('retired', 'erased'))`,
    [
      tenant,
      texts(messages),
      texts(of.map(one => one.connection)),
      texts(of.map(one => one.resource)),
      texts(of.map(one => one.kind)),
    ],
  )
}
