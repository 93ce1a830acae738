/**
 * Deliveries again because an operator asks: one, or all that a filter finds. Rows become due and are judged from
 * the record as it is now; what is at work, in doubt or spent is left alone and says so.
 */
import { HubError } from '../kernel/errors.js'
import { newId } from '../kernel/ids.js'
import { isObject, type JsonObject } from '../kernel/json.js'
import { findAnswer } from '../ledger/find-answer.js'
import { claimAnswer, keepAnswer } from '../ledger/kept-answers.js'
import { type DeliveryFilter, findDelivery } from '../ledger/list-deliveries.js'
import { countRedrivable, findRedrivable, makeDue, type Redrivable } from '../ledger/operate-deliveries.js'
import type { TenantConfig } from './config/types.js'
import type { Parts } from './parts.js'
import type { Bell } from './ring.js'

export interface RedriveMeans {
  readonly parts: Parts
  readonly bell: Bell
}

/** Rows made due by one statement. */
const BATCH = 500

const onceFlows = (config: TenantConfig) =>
  [...config.outbound.values()].flatMap(flow => (flow.once ? [flow.id] : []))

/** @throws HubError `PIPELINE_DELIVERY_UNKNOWN`, `…_BUSY`, `…_ONCE`, `PIPELINE_EFFECT_DOUBTFUL` */
export async function redriveDelivery(
  { parts, bell }: RedriveMeans,
  tenant: string,
  id: string,
): Promise<void> {
  const once = onceFlows(parts.config(tenant))
  const due = await makeDue(parts.ledger, tenant, [id], once, parts.clock.now())
  if (due.length === 0) throw await whyNot(parts, tenant, id, once)
  bell.ring(tenant, due)
  parts.log.info({ tenant, delivery: id }, 'delivery.redriven')
}

async function whyNot(parts: Parts, tenant: string, id: string, once: readonly string[]): Promise<HubError> {
  const row = await findDelivery(parts.ledger, tenant, id)
  if (!row) return new HubError('PIPELINE_DELIVERY_UNKNOWN', { detail: `there is no delivery ${id}` })
  if (row.claim !== null) return new HubError('PIPELINE_DELIVERY_BUSY', { detail: `${id} is at work` })
  if (row.open)
    return new HubError('PIPELINE_EFFECT_DOUBTFUL', {
      detail: `effect ${row.effect} of ${id} may have arrived; release it`,
    })
  if (once.includes(row.flow))
    return new HubError('PIPELINE_DELIVERY_ONCE', {
      detail: `${row.flow} happens once; ${id} had its effect`,
    })
  return new HubError('PIPELINE_DELIVERY_BUSY', { detail: `${id} was just taken up` })
}

export async function countRedrive(parts: Parts, tenant: string, filter: DeliveryFilter): Promise<number> {
  return countRedrivable(parts.ledger, tenant, onceFlows(parts.config(tenant)), filter)
}

export interface Operation {
  readonly id: string
  /** Rows the filter found when it began. */
  readonly matched: number
  /** Ends when all of them are due. */
  readonly done: Promise<void>
}

/** Under which the answer of an operation is kept. */
export const keyOfOperation = (id: string) => `operation\n${id}`

/** Begins and returns at once; `operationAnswer` tells how far it is. */
export async function redriveAll(
  means: RedriveMeans,
  tenant: string,
  filter: DeliveryFilter,
): Promise<Operation> {
  const { parts } = means
  const id = newId('operation', parts.clock)
  const matched = await countRedrive(parts, tenant, filter)
  await claimAnswer(parts.ledger, tenant, keyOfOperation(id), id, parts.clock.now())
  await keepAnswer(parts.ledger, tenant, keyOfOperation(id), progress('running', matched, 0))
  return { id, matched, done: run(means, tenant, filter, id, matched) }
}

const progress = (state: string, matched: number, redriven: number): JsonObject => ({
  state,
  matched,
  redriven,
})

async function run(
  { parts, bell }: RedriveMeans,
  tenant: string,
  filter: DeliveryFilter,
  operation: string,
  matched: number,
): Promise<void> {
  let redriven = 0
  try {
    const once = onceFlows(parts.config(tenant))
    for (let after: Redrivable | undefined; ; ) {
      const page = await findRedrivable(parts.ledger, tenant, once, filter, after, BATCH)
      const due = await makeDue(
        parts.ledger,
        tenant,
        page.map(row => row.id),
        once,
        parts.clock.now(),
      )
      bell.ring(tenant, due)
      redriven += due.length
      after = page.at(-1)
      if (page.length < BATCH) break
      await keepAnswer(
        parts.ledger,
        tenant,
        keyOfOperation(operation),
        progress('running', matched, redriven),
      )
    }
    await keepAnswer(parts.ledger, tenant, keyOfOperation(operation), progress('done', matched, redriven))
    parts.log.info({ tenant, operation, matched, redriven }, 'deliveries.redriven')
  } catch (error) {
    parts.log.error(
      { tenant, operation, redriven, error: error instanceof Error ? error.stack : String(error) },
      'deliveries.redrive-failed',
    )
    await keepAnswer(parts.ledger, tenant, keyOfOperation(operation), progress('failed', matched, redriven))
  }
}

/** @returns `{ state: running | done | failed, matched, … }`; kept for a day */
export async function operationAnswer(
  parts: Parts,
  tenant: string,
  id: string,
): Promise<JsonObject | undefined> {
  const answer = await findAnswer(parts.ledger, tenant, keyOfOperation(id))
  return isObject(answer) ? (answer as JsonObject) : undefined
}
