/** Callbacks that were refused at the door: nothing of them is kept but a counter. */
import type { Querying } from './engine/types.js'

export async function countRefusal(
  ledger: Querying,
  tenant: string,
  connection: string,
  code: string,
  now: number,
): Promise<void> {
  await ledger.query(
    {
      name: 'count_refusal',
      text: `insert into hrhub.refusals as t (tenant, connection, code, day, times) values ($1, $2, $3, $4::date, 1)
             on conflict (tenant, connection, code, day) do update set times = t.times + 1`,
    },
    [tenant, connection, code, new Date(now).toISOString().slice(0, 10)],
  )
}
