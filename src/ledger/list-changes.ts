/**
 * A page of the feed: changes in the order of their positions, and how far the feed reaches. Positions are dense
 * and shared by all tenants; a tenant's follower skips the others' without seeing them.
 */
import type { Querying } from './engine/types.js'
import { clause, filtered } from './filter.js'
import { type ChangeRow, changes } from './schema.js'
import { bigint, selectRows } from './table.js'

export type FeedChange = Omit<ChangeRow, 'salt'> & { readonly pos: number }

export interface FeedBounds {
  /** Position of the oldest change that is kept; newest + 1 where none is. */
  readonly oldest: number
  /** Newest position given to any change; 0 before the first. */
  readonly newest: number
}

export interface FeedFilter {
  readonly after: number
  /** Not beyond this position: what was published when the page began. */
  readonly upTo: number
  readonly kind?: string | undefined
  readonly record?: string | undefined
  readonly limit: number
}

const { salt: _salt, ...columns } = changes.columns
const feed = { name: 'changes', columns: { ...columns, pos: bigint } }

export async function feedBounds(ledger: Querying): Promise<FeedBounds> {
  const { rows } = await ledger.query<{ oldest: number | null; newest: number }>({
    name: 'feed_bounds',
    text: `select (select min(pos) from hrhub.changes where pos is not null) as oldest,
                  greatest(coalesce((select max(pos) from hrhub.changes where pos is not null), 0),
                           coalesce((select max(last_pos) from hrhub.seals), 0)) as newest`,
  })
  const newest = rows[0]?.newest ?? 0
  return { oldest: rows[0]?.oldest ?? newest + 1, newest }
}

export async function listChanges(
  ledger: Querying,
  tenant: string,
  filter: FeedFilter,
): Promise<FeedChange[]> {
  const { where, params } = filtered(tenant, [
    clause('t.pos > :value', filter.after),
    clause('t.pos <= :value', filter.upTo),
    clause('t.kind = :value', filter.kind),
    clause('t.record = :value', filter.record),
  ])
  params.push(filter.limit)
  return selectRows(ledger, feed, `${where} order by t.pos limit $${params.length}`, params)
}
