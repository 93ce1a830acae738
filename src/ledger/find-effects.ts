/** What the fold must know of effects: whose token a message carries, and whether a creation is under way. */
import { texts } from './engine/parameters.js'
import type { Querying } from './engine/types.js'

export async function effectsByToken(
  tx: Querying,
  tenant: string,
  tokens: readonly string[],
): Promise<Map<string, { record: string; delivery: string }>> {
  if (tokens.length === 0) return new Map()
  const { rows } = await tx.query<{ token: string; record: string; delivery: string }>(
    {
      name: 'effects_by_token',
      text: `select e.token, coalesce(r.was_merged_into, d.record) as record, d.id as delivery from hrhub.effects e
             join hrhub.deliveries d on d.tenant = e.tenant and d.id = e.delivery
             left join hrhub.records r on r.tenant = d.tenant and r.id = d.record and r.was_merged_into is not null
             where e.tenant = $1 and e.token = any($2::text[])`,
    },
    [tenant, texts(tokens)],
  )
  return new Map(rows.map(({ token, record, delivery }) => [token, { record, delivery }]))
}

/** `connection.resource` of which an effect that creates is open now, and when the eldest of them began. */
export async function openCreations(
  tx: Querying,
  tenant: string,
  places: readonly string[],
): Promise<Map<string, number>> {
  if (places.length === 0) return new Map()
  const { rows } = await tx.query<{ place: string; begun_at: Date }>(
    {
      name: 'open_creations',
      text: `select d.connection || '.' || d.resource as place, min(e.begun_at) as begun_at from hrhub.effects e
             join hrhub.deliveries d on d.tenant = e.tenant and d.id = e.delivery
             where e.tenant = $1 and e.state = 'open' and e.verb = 'create' and d.external_id is null
               and d.connection || '.' || d.resource = any($2::text[]) group by 1`,
    },
    [tenant, texts([...new Set(places)])],
  )
  return new Map(rows.map(row => [row.place, row.begun_at.getTime()]))
}
