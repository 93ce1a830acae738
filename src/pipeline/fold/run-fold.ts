/**
 * A fold in a transaction of its own, run again when another process was faster (same link, same person). Who loses
 * every time is no passing trouble of the ledger's: its batch is halved until it stands alone, and the others go on.
 */
import { isHubError } from '../../kernel/errors.js'
import type { Ledger, Tx } from '../../ledger/engine/types.js'

/** Each loss means somebody else's commit; five in a row have not been seen with 16 writers on one person. */
const MOST_RACES = 8

export async function withRaces<T>(ledger: Ledger, work: (tx: Tx) => Promise<T>): Promise<T> {
  for (let race = 1; ; race++) {
    try {
      return await ledger.transaction(work)
    } catch (error) {
      if (!isHubError(error) || error.code !== 'PIPELINE_RACE_LOST' || race >= MOST_RACES) throw error
    }
  }
}
