/**
 * `hrhub.due` made true again: triggers keep it, but a restore of data alone, or one with triggers off, does not fire
 * them, and a row that is due and not in it is found by nobody.
 */
import type { Tx } from './engine/types.js'

export async function rebuildDue(tx: Tx): Promise<void> {
  await tx.query(
    `insert into hrhub.due (tenant, delivery, due_at) select tenant, id, due_at from hrhub.deliveries where due_at is not null
     on conflict (tenant, delivery) do update set due_at = excluded.due_at`,
  )
  await tx.query(
    `delete from hrhub.due u where not exists (select from hrhub.deliveries d
       where d.tenant = u.tenant and d.id = u.delivery and d.due_at is not null)`,
  )
}
