/**
 * An operator takes a wish back: nothing more is sent for it until the record changes again. An effect that has
 * begun is never cancelled; it is brought to its end first.
 */
import { HubError } from '../kernel/errors.js'
import { decideDelivery, lockDelivery } from '../ledger/operate-deliveries.js'
import type { Parts } from './parts.js'

const RESTING = new Set(['delivered', 'confirmed', 'superseded', 'lapsed', 'cancelled'])

/** @throws HubError `PIPELINE_DELIVERY_UNKNOWN`, `…_BUSY`, `…_SETTLED`, `PIPELINE_EFFECT_DOUBTFUL` */
export async function cancelDelivery(parts: Parts, tenant: string, id: string): Promise<void> {
  const now = parts.clock.now()
  await parts.ledger.transaction(async tx => {
    const row = await lockDelivery(tx, tenant, id)
    if (!row) throw new HubError('PIPELINE_DELIVERY_UNKNOWN', { detail: `there is no delivery ${id}` })
    if (row.claim !== null) throw new HubError('PIPELINE_DELIVERY_BUSY', { detail: `${id} is at work` })
    if (row.open)
      throw new HubError('PIPELINE_EFFECT_DOUBTFUL', {
        detail: `effect ${row.effect} of ${id} has begun; it ends by itself, or by release`,
      })
    if (RESTING.has(row.state))
      throw new HubError('PIPELINE_DELIVERY_SETTLED', { detail: `${id} is ${row.state}` })
    await decideDelivery(
      tx,
      { ...row, state: 'cancelled', because: 'by an operator', due_at: null, done: row.wanted },
      now,
    )
  })
  parts.log.info({ tenant, delivery: id }, 'delivery.cancelled')
}
