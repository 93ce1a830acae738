/**
 * A thing made anew has another id: rows whose mapping sends that id (`external:`) are wanted anew, in the commit
 * that has the new link. The first thing of a record wakes nobody; who waited for it has a wait.
 */
import type { Tx } from '../../ledger/engine/types.js'
import { referringTo } from '../../ledger/find-referring.js'
import { type NewLink, replacedLinks } from '../../ledger/replaced-links.js'
import { type Due, deliveriesOf } from '../../ledger/want-deliveries.js'
import { inboundKey, type TenantConfig } from '../config/types.js'
import type { Parts } from '../parts.js'
import type { Touched } from '../plan/affected.js'
import { planTouched } from '../plan/plan.js'

export async function wakeReaders(
  tx: Tx,
  parts: Parts,
  config: TenantConfig,
  made: readonly NewLink[],
): Promise<Due[]> {
  const readersOf = (link: NewLink) =>
    (config.externalReadersOf.get(inboundKey(link.connection, link.resource)) ?? []).filter(
      ({ flow }) => !flow.once && !flow.everyChange,
    )
  const replaced = await replacedLinks(
    tx,
    config.tenant,
    made.filter(link => readersOf(link).length > 0),
  )
  const touched = new Map<string, Omit<Touched, 'seq'>>()
  for (const link of replaced)
    for (const { flow, via } of readersOf(link)) {
      let level: readonly string[] = [link.record]
      for (const step of [...via].reverse()) level = await referringTo(tx, config.tenant, level, step)
      for (const record of level) touched.set(`${flow.id}\n${record}`, { flow, record, assert: false })
    }
  // A flow that has no row for a record has not begun with it: its first row comes of a change, not of this.
  const rows = await deliveriesOf(
    tx,
    config.tenant,
    [...touched.values()].map(one => one.flow.id),
    [...touched.values()].map(one => one.record),
  )
  const begun = new Set(rows.map(row => `${row.flow}\n${row.record}`))
  const again = [...touched].flatMap(([key, one]) => (begun.has(key) ? [one] : []))
  return again.length === 0 ? [] : planTouched(tx, config, parts.clock, again)
}
