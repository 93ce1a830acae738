/**
 * Gives committed changes their place in the feed. Sequence numbers are given at insert and seen at commit: a
 * follower of them loses what commits late. One publisher numbers what it sees committed, so nothing can appear
 * below a number that somebody has read, and an old open transaction holds nobody up.
 */
import { statement } from './engine/statement.js'
import type { Ledger } from './engine/types.js'

/** `feed` in the first bytes: pg_locks shows whose lock it is. */
const LOCK = 0x66656564

/**
 * In order of transaction and number; the changes of one record in order of its versions, for a transaction has
 * its number before it has the record's lock. Where the limit cuts between two of a record, the younger waits.
 */
const PUBLISH = statement(
  'publish-changes',
  `with next as materialized (
     select tenant, seq, record, version, row_number() over (order by xid, seq) as place
       from hrhub.changes
      where pos is null
      order by xid, seq limit $1
   ), elder as materialized (
     select tenant, record, min(version) as version
       from hrhub.changes c
      where pos is null and not exists (select from next b where b.tenant = c.tenant and b.seq = c.seq)
      group by tenant, record
   ), ready as materialized (
     select b.*, row_number() over (partition by b.tenant, b.record order by b.version, b.seq) as nth,
            row_number() over (partition by b.tenant, b.record order by b.place) as nth_place
       from next b left join elder e on e.tenant = b.tenant and e.record = b.record
      where e.version is null or b.version < e.version
   ), numbered as (
     select r.tenant, r.seq, row_number() over (order by p.place) as n
       from ready r join ready p on p.tenant = r.tenant and p.record = r.record and p.nth_place = r.nth
   ), base as (
     select greatest(
       coalesce((select max(pos) from hrhub.changes where pos is not null), 0),
       coalesce((select max(last_pos) from hrhub.seals), 0)) as pos
   ), published as (
     update hrhub.changes c set pos = base.pos + n.n
       from numbered n, base where c.tenant = n.tenant and c.seq = n.seq
     returning c.pos
   )
   select count(*)::int as published, max(pos) as last,
          (select count(*)::int from next) as looked_at
     from published`,
)

export interface Published {
  readonly published: number
  /** Position of the newest change published now. */
  readonly last: number | undefined
  /** Whether more waits than one run takes. */
  readonly more: boolean
}

/** Publishes what can be published, `limit` changes at most. Several may call it; one at a time works. */
export async function publishChanges(ledger: Ledger, limit = 2_000): Promise<Published> {
  return ledger.transaction(async tx => {
    // A statement of its own: the next one must see what the last holder of the lock committed.
    const { rows: locks } = await tx.query<{ mine: boolean }>(
      'select pg_try_advisory_xact_lock($1) as mine',
      [LOCK],
    )
    if (!locks[0]?.mine) return { published: 0, last: undefined, more: false }
    const { rows } = await tx.query<{ published: number; last: number | null; looked_at: number }>(PUBLISH, [
      limit,
    ])
    const row = rows[0]
    return {
      published: row?.published ?? 0,
      last: row?.last ?? undefined,
      more: (row?.looked_at ?? 0) === limit && (row?.published ?? 0) > 0,
    }
  })
}

/** Age of the oldest committed change without a position, in milliseconds: whether the publisher keeps up. */
export async function feedDelay(ledger: Ledger): Promise<number> {
  const { rows } = await ledger.query<{ at: Date | null }>(
    'select min(at) as at from hrhub.changes where pos is null',
  )
  const at = rows[0]?.at
  return at ? Math.max(0, ledger.clock.now() - at.getTime()) : 0
}
