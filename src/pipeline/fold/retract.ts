/**
 * A message that is folded again replaces what it said before (the set changes, the record is reduced again).
 * What its mended mapping no longer says is taken out of the set; what it says as before stays as it is.
 */
import type { Tx } from '../../ledger/engine/types.js'
import { deleteSayings, sayingsOfLinks, sayingsOfMessages } from '../../ledger/find-sayings.js'
import { reduce } from '../../model/reduce.js'
import type { TenantConfig } from '../config/types.js'
import type { Parts } from '../parts.js'
import { changedPaths, fromRow, openEntries, ownershipOver } from './apply.js'
import { sayingKey } from './fold.js'
import type { ChangedRecord } from './types.js'
import { bareWorld } from './world.js'
import { write } from './write.js'

/** @param spoken `link\nid` of what these messages say now */
export async function retract(
  tx: Tx,
  parts: Parts,
  config: TenantConfig,
  messages: readonly string[],
  spoken: ReadonlySet<string>,
): Promise<readonly ChangedRecord[]> {
  const before = await sayingsOfMessages(tx, config.tenant, messages)
  const stale = before.filter(row => !row.told && !spoken.has(sayingKey(row)))
  if (stale.length === 0) return []
  const world = bareWorld(tx, config, parts.clock)
  const records = [...new Set(stale.map(row => row.record))]
  const { entries, numbers } = await openEntries(world, records, records.length)
  await deleteSayings(tx, config.tenant, stale)
  for (const entry of entries.values()) {
    const set = await sayingsOfLinks(tx, config.tenant, [...entry.links.keys()])
    const before = entry.state
    const after = reduce(entry.law, set.map(fromRow), ownershipOver(world, entry))
    entry.state = after
    entry.retracted = true
    const step = {
      message: undefined,
      before,
      after,
      depth: 0,
      cause: {
        by: 'message',
        id: stale.find(row => row.record === entry.row.id)?.message ?? null,
        retracted: true,
      },
    }
    if (changedPaths(entry, step).length > 0) entry.steps.push(step)
  }
  const { changed, written } = write(world, [...entries.values()], numbers)
  await written
  return changed
}
