/**
 * Opens the ledger: Postgres where an address is given, else PGlite in a folder or in memory. Fails at once and
 * says why when the database is away or the folder is taken.
 */
import { ledgerOver } from './ledger-over.js'
import { connectPGlite } from './pglite-connections.js'
import { connectPostgres } from './postgres-connections.js'
import type { Ledger, LedgerOptions } from './types.js'

/** @throws HubError `LEDGER_AWAY`, `LEDGER_FOLDER_LOCKED` */
export async function openLedger(options: LedgerOptions): Promise<Ledger> {
  const { url } = options
  const connections = url === undefined ? await connectPGlite(options) : connectPostgres({ ...options, url })
  const ledger = ledgerOver(connections, options.clock, options.log)
  try {
    await ledger.query('select 1')
  } catch (error) {
    await ledger.close()
    throw error
  }
  return ledger
}
