/** Deliveries, effects and attempts as the API shows them; bodies and tokens stay in the ledger. */
import type { Querying } from '../../ledger/engine/types.js'
import { countAttempts, type DeliveryHead } from '../../ledger/list-deliveries.js'
import { type EffectHead, lastEffects } from '../../ledger/list-effects.js'
import type { AttemptRow } from '../../ledger/schema.js'
import { iso, isoOrNull } from './record.js'

export async function deliveryForms(
  ledger: Querying,
  tenant: string,
  rows: readonly DeliveryHead[],
): Promise<object[]> {
  const ids = rows.map(row => row.id)
  const attempts = await countAttempts(ledger, tenant, ids)
  const effects = await lastEffects(ledger, tenant, ids)
  return rows.map(row => {
    const effect = effects.get(row.id)
    return {
      id: row.id,
      flow: row.flow,
      key: row.key,
      connection: row.connection,
      resource: row.resource,
      record: row.record,
      state: row.state,
      because: row.because,
      wants: row.wants,
      wanted: row.wanted,
      done: row.done,
      external_id: row.external_id,
      due_at: isoOrNull(row.due_at),
      attempts: attempts.get(row.id) ?? 0,
      effect: effect
        ? {
            n: effect.n,
            verb: effect.verb,
            state: effect.state,
            begun_at: iso(effect.begun_at),
            ended_at: isoOrNull(effect.ended_at),
          }
        : null,
      last_error: row.last_error,
      created_at: iso(row.created_at),
      updated_at: iso(row.updated_at),
    }
  })
}

export const effectId = (effect: Pick<EffectHead, 'delivery' | 'n'>) => `${effect.delivery}.${effect.n}`

export function effectForm(effect: EffectHead): object {
  return {
    id: effectId(effect),
    delivery: effect.delivery,
    n: effect.n,
    flow: effect.flow,
    connection: effect.connection,
    resource: effect.resource,
    record: effect.record,
    verb: effect.verb,
    state: effect.state,
    doubt: effect.doubt,
    wanted: effect.wanted,
    begun_at: iso(effect.begun_at),
    ended_at: isoOrNull(effect.ended_at),
  }
}

export function attemptForm(attempt: AttemptRow): object {
  const { n, try: number, step, at, took_ms, outcome, status, code, detail } = attempt
  return { n, try: number, step, at: iso(at), took_ms, outcome, status, code, detail }
}
