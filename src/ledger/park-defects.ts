/**
 * Parks claimed rows that the hub failed over by its own fault, and writes nothing else of them: what is known of
 * the row stands. An effect that had begun stays open and is in doubt, for its call may have been made.
 */
import type { Querying } from './engine/types.js'
import { type DeliveryRow, deliveries } from './schema.js'
import { encoded, unnested } from './table.js'

export type DefectRow = Pick<DeliveryRow, 'tenant' | 'id' | 'claim' | 'last_error' | 'updated_at'>

const COLUMNS = ['tenant', 'id', 'claim', 'last_error', 'updated_at'] as const

const PARK = `with parked as (
    update hrhub.deliveries t set claim = null, lease_until = null, state = 'parked', because = 'defect', due_at = null,
      last_error = v.last_error, updated_at = v.updated_at
    from ${unnested(deliveries, COLUMNS)} where t.tenant = v.tenant and t.id = v.id and t.claim = v.claim
    returning t.tenant, t.id, t.effect, t.updated_at),
  doubted as (
    update hrhub.effects e set doubt = jsonb_build_object('know', 'maybe', 'since', v.ms, 'noes', 0, 'askAt', v.ms)
    from (select p.*, (extract(epoch from p.updated_at) * 1000)::bigint as ms from parked p) v
    where e.tenant = v.tenant and e.delivery = v.id and e.n = v.effect and e.state = 'open'
      and e.doubt->>'know' = 'nothing-left')
  select id from parked`

/** @returns ids of the rows that were still ours */
export async function parkDefects(ledger: Querying, rows: readonly DefectRow[]): Promise<Set<string>> {
  if (rows.length === 0) return new Set()
  const parked = await ledger.query<{ id: string }>(
    { name: 'park_defects', text: PARK },
    encoded(deliveries, COLUMNS, rows),
  )
  return new Set(parked.rows.map(row => row.id))
}
