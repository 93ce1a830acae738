/**
 * After a restore: what was begun and not ended may have arrived, whatever the copy says. Every open effect is in
 * doubt from now on and is brought to its end by the rules of doubt.
 */
import type { Tx } from './engine/types.js'

/** @returns how many effects are in doubt now */
export async function doubtOpenEffects(tx: Tx, now: number): Promise<number> {
  const { rows } = await tx.query<{ tenant: string; delivery: string }>(
    `update hrhub.effects set doubt = jsonb_build_object('know', 'maybe', 'since', $1::bigint, 'noes', 0, 'askAt', $1::bigint)
     where state = 'open' and doubt->>'know' = 'nothing-left' returning tenant, delivery`,
    [now],
  )
  await tx.query(
    `update hrhub.deliveries d set state = 'unknown', because = 'retry', due_at = coalesce(d.due_at, $1), updated_at = $1
     from hrhub.effects e where e.tenant = d.tenant and e.delivery = d.id and e.n = d.effect and e.state = 'open'
     and d.open and d.claim is null and d.state = 'waiting'`,
    [new Date(now)],
  )
  return rows.length
}

/** Connections that the hub ever wanted to tell something; the hub itself is none. */
export async function outboundConnections(
  tx: Tx,
): Promise<{ readonly tenant: string; readonly connection: string }[]> {
  const { rows } = await tx.query<{ tenant: string; connection: string }>(
    `select distinct tenant, connection from hrhub.deliveries where connection <> 'hub' order by tenant, connection`,
  )
  return rows
}
