/** Messages of a connection since a time, by id in pages: what an operator folds again after a mended mapping. */
import type { Querying } from './engine/types.js'

export interface ReplayFilter {
  /** Milliseconds since the epoch, of their arrival. */
  readonly since: number
  readonly connection: string
  /** The last id of the page before. */
  readonly after?: string | undefined
  readonly limit: number
}

/** Oldest first: ids begin with their time. Erased ones are left out. */
export async function findReplayable(
  ledger: Querying,
  tenant: string,
  { since, connection, after, limit }: ReplayFilter,
): Promise<string[]> {
  const { rows } = await ledger.query<{ id: string }>(
    `select id from hrhub.messages where tenant = $1 and connection = $2 and received_at >= $3
       and id > $4 and state <> 'erased' order by id limit $5`,
    [tenant, connection, new Date(since), after ?? '', limit],
  )
  return rows.map(row => row.id)
}
