/**
 * Row leases: of several processes one at a time runs a timer. The database's clock judges, the only one that
 * all of them share; a holder that dies loses its lease by time.
 */
import { statement } from './engine/statement.js'
import type { Querying } from './engine/types.js'

const TAKE = statement(
  'take-lease',
  `insert into hrhub.leases as l (name, holder, until)
   values ($1, $2, clock_timestamp() + $3 * interval '1 millisecond')
   on conflict (name) do update
     set holder = excluded.holder, until = excluded.until,
         fence = l.fence + case when l.holder = excluded.holder then 0 else 1 end
     where l.holder = excluded.holder or l.until <= clock_timestamp()
   returning fence`,
)
const HELD = statement(
  'lease-held',
  'select 1 from hrhub.leases where name = $1 and until > clock_timestamp()',
)
const GIVE = statement(
  'give-lease',
  'update hrhub.leases set until = clock_timestamp() where name = $1 and holder = $2',
)

/**
 * Takes a lease or lengthens one's own.
 * @param ttl milliseconds; longer than the longest step done under it
 * @returns the fence, which grows with every change of holder; undefined where somebody else holds it
 */
export async function takeLease(
  ledger: Querying,
  name: string,
  holder: string,
  ttl: number,
): Promise<number | undefined> {
  const { rows } = await ledger.query<{ fence: number }>(TAKE, [name, holder, ttl])
  return rows[0]?.fence
}

/** Whether anybody holds a lease now. */
export async function isLeaseHeld(ledger: Querying, name: string): Promise<boolean> {
  const { rows } = await ledger.query(HELD, [name])
  return rows.length > 0
}

/** Gives one's own lease back before its time. */
export async function giveLease(ledger: Querying, name: string, holder: string): Promise<void> {
  await ledger.query(GIVE, [name, holder])
}
