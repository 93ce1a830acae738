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
      text: `select e.token, d.record, d.id as delivery from hrhub.effects e
             join hrhub.deliveries d on d.tenant = e.tenant and d.id = e.delivery
             where e.tenant = $1 and e.token = any($2::text[])`,
    },
    [tenant, texts(tokens)],
  )
  return new Map(rows.map(({ token, record, delivery }) => [token, { record, delivery }]))
}

/** `connection.resource` of which an effect that creates is open now. */
export async function openCreations(
  tx: Querying,
  tenant: string,
  places: readonly string[],
): Promise<Set<string>> {
  if (places.length === 0) return new Set()
  const { rows } = await tx.query<{ place: string }>(
    {
      name: 'open_creations',
      text: `select distinct d.connection || '.' || d.resource as place from hrhub.effects e
             join hrhub.deliveries d on d.tenant = e.tenant and d.id = e.delivery
             where e.tenant = $1 and e.state = 'open' and e.verb = 'create' and d.external_id is null
               and d.connection || '.' || d.resource = any($2::text[])`,
    },
    [tenant, texts([...new Set(places)])],
  )
  return new Set(rows.map(row => row.place))
}
