/**
 * A ledger that came back from a backup, or is a copy of another: a new epoch under the key of now, every outbound
 * connection paused, everything begun in doubt. Nothing is sent before a person resumes a connection.
 */
import type { Clock } from '../kernel/clock.js'
import type { Sealer } from '../kernel/seal.js'
import { setConnectionState } from '../ledger/connection-states.js'
import { doubtOpenEffects, outboundConnections } from '../ledger/doubt-effects.js'
import type { Ledger } from '../ledger/engine/types.js'
import { raiseEpoch } from '../ledger/instance.js'
import { rebuildDue } from '../ledger/rebuild-due.js'

export interface Restored {
  readonly epoch: number
  /** `tenant/connection` */
  readonly paused: readonly string[]
  /** Effects that were open in the copy. */
  readonly doubtful: number
}

export const RESTORED = 'the ledger was restored: look what the system holds, then resume'

/** @param configured connections of the folders, also those that were never used */
export async function afterRestore(
  { ledger, sealer, clock }: { readonly ledger: Ledger; readonly sealer: Sealer; readonly clock: Clock },
  configured: readonly { readonly tenant: string; readonly connection: string }[],
): Promise<Restored> {
  const now = clock.now()
  return ledger.transaction(async tx => {
    const { epoch } = await raiseEpoch(tx, sealer.fingerprint)
    await rebuildDue(tx)
    const all = [...configured, ...(await outboundConnections(tx))]
    const paused = [...new Map(all.map(one => [`${one.tenant}/${one.connection}`, one]))].sort(([a], [b]) =>
      a < b ? -1 : 1,
    )
    for (const [, { tenant, connection }] of paused)
      await setConnectionState(tx, tenant, connection, 'paused', RESTORED, now)
    return { epoch, paused: paused.map(([name]) => name), doubtful: await doubtOpenEffects(tx, now) }
  })
}
