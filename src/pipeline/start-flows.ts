/**
 * What a start or a reload means for flows: renamed ones keep their rows, changed ones are judged anew, new ones
 * begin with the changes from now on, or with the past where `backfill` says so.
 */
import { fingerprint } from '../kernel/json.js'
import { endBackfill, type FlowsStarted, moveDeliveries, rewantFlows, startFlows } from '../ledger/flows.js'
import { listRecordIds } from '../ledger/list-record-ids.js'
import type { OutFlow, TenantConfig } from './config/types.js'
import type { Parts } from './parts.js'
import { planTouched } from './plan/plan.js'

/** Records planned in one transaction of a backfill. */
const BACKFILL_BATCH = 200

export async function takeUpFlows(parts: Parts, config: TenantConfig): Promise<FlowsStarted> {
  const { ledger, clock } = parts
  const flows = [...new Set(config.outbound.values())]
  const started = await ledger.transaction(async tx => {
    const found = await startFlows(
      tx,
      config.tenant,
      flows.map(flow => ({
        flow: flow.id,
        version: versionOf(flow),
        was: flow.was,
        backfill: flow.backfill,
      })),
      clock.now(),
    )
    const once = flows.flatMap(flow => (flow.once ? [flow.id] : []))
    for (const flow of flows)
      if (found.changed.includes(flow.id)) await moveDeliveries(tx, config.tenant, flow)
    await rewantFlows(tx, config.tenant, found.changed, once, clock.now())
    return found
  })
  for (const flow of flows)
    if (flow.backfill && started.fresh.includes(flow.id)) await backfill(parts, config, flow)
  return started
}

/** Everything that decides what the flow sends. */
export function versionOf(flow: OutFlow): string {
  const { when, removeWhen, at, once, each, replaceWhen } = flow
  return fingerprint([
    flow.mapping.version,
    when?.text ?? null,
    removeWhen === 'otherwise' ? removeWhen : (removeWhen?.text ?? null),
    at?.text ?? null,
    once?.map(expression => expression.text) ?? null,
    each ? [each.list, each.key.text] : null,
    replaceWhen.map(expression => expression.text),
    flow.connection,
    flow.resource,
  ])
}

async function backfill(parts: Parts, config: TenantConfig, flow: OutFlow): Promise<void> {
  for (let after = ''; ; ) {
    const ids = await listRecordIds(parts.ledger, config.tenant, flow.kind, after, BACKFILL_BATCH)
    if (ids.length === 0) break
    await parts.ledger.transaction(tx =>
      planTouched(
        tx,
        config,
        parts.clock,
        ids.map(record => ({ flow, record, assert: false })),
      ),
    )
    after = ids.at(-1) ?? ''
  }
  await parts.ledger.transaction(tx => endBackfill(tx, config.tenant, flow.id, versionOf(flow)))
}
