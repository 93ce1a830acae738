/**
 * Ends every lease and claim of a ledger that one process has to itself: whoever held one is dead, and nobody need
 * wait for its time to run out. Effects they left open are unknown, as with any claim that ran out.
 */
import type { Querying } from './engine/types.js'

/** Only where no other process can have the ledger open, and before anything here takes a lease. */
export async function endLeases(ledger: Querying, now: number): Promise<void> {
  await ledger.query('update hrhub.leases set until = clock_timestamp() where until > clock_timestamp()')
  await ledger.query(
    'update hrhub.deliveries set lease_until = $1 where claim is not null and lease_until > $1',
    [new Date(now - 1)],
  )
}
