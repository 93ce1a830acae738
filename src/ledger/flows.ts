/** When each flow first started: changes before that are not its business. */
import { texts } from './engine/parameters.js'
import type { Querying } from './engine/types.js'

export async function startFlows(
  ledger: Querying,
  tenant: string,
  flows: readonly string[],
  now: number,
): Promise<void> {
  if (flows.length === 0) return
  await ledger.query(
    `insert into hrhub.flows (tenant, flow, since, started_at)
     select $1, f, (select last_value from hrhub.change_seq), $3 from unnest($2::text[]) f on conflict do nothing`,
    [tenant, texts([...flows].sort()), new Date(now)],
  )
}
