/** Stored messages of some places, oldest first, with their bodies: what is read again by a changed mapping. */
import { texts } from './engine/parameters.js'
import type { Querying } from './engine/types.js'
import { type MessageRow, messages } from './schema.js'
import { selectRows } from './table.js'

export interface MessagePlaces {
  readonly places: readonly { readonly connection: string; readonly resource: string }[]
  /** Milliseconds since the epoch, of their arrival; 0 = all that are kept. */
  readonly since: number
}

/**
 * Those still to be folded and those that were erased are left out; answers and canonical sayings go through no
 * mapping of a flow. A callback does not tell its resource before it is split: all of the connection are in it.
 */
const WANTED = `t.tenant = $1 and t.received_at >= $2 and t.state not in ('new', 'erased') and t.body <> ''
  and t.source not in ('answer', 'api', 'hub') and t.connection = any($3::text[])
  and (t.resource is null or exists (select from unnest($3::text[], $4::text[]) p(connection, resource)
         where p.connection = t.connection and p.resource = t.resource))`

const words = (tenant: string, { places, since }: MessagePlaces): unknown[] => [
  tenant,
  new Date(since),
  texts(places.map(place => place.connection)),
  texts(places.map(place => place.resource)),
]

/** @param after the last id of the page before; ids begin with their time */
export async function pageMessages(
  ledger: Querying,
  tenant: string,
  wanted: MessagePlaces,
  after: string,
  limit: number,
): Promise<MessageRow[]> {
  return selectRows(ledger, messages, `where ${WANTED} and t.id > $5 order by t.id limit $6`, [
    ...words(tenant, wanted),
    after,
    limit,
  ])
}

export async function countMessages(
  ledger: Querying,
  tenant: string,
  wanted: MessagePlaces,
): Promise<number> {
  const { rows } = await ledger.query<{ times: number }>(
    `select count(*)::int as times from hrhub.messages t where ${WANTED}`,
    words(tenant, wanted),
  )
  return rows[0]?.times ?? 0
}
