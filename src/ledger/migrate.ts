/**
 * Brings the ledger to this version: all missing migrations in one transaction, so a failure changes nothing and
 * processes that start together wait for the first.
 */
import { type Migration, Migrator } from 'kysely'
import { HubError } from '../kernel/errors.js'
import { kyselyOver, SCHEMA } from './engine/kysely-dialect.js'
import type { Ledger } from './engine/types.js'

/** `hrhub` in the first bytes: pg_locks shows whose lock it is. */
const LOCK = 0x68726875

/**
 * @param migrations by name, `0001-messages`; run in the order of their names and never changed afterwards
 * @returns names of the migrations that ran now
 * @throws HubError `LEDGER_MIGRATION_FAILED`
 */
export async function migrate(
  ledger: Ledger,
  migrations: Readonly<Record<string, Migration>>,
): Promise<string[]> {
  return ledger.transaction(async tx => {
    await tx.query('set local statement_timeout = 0')
    await tx.query('select pg_advisory_xact_lock($1)', [LOCK])
    await tx.query(`create schema if not exists ${SCHEMA}`)
    const db = kyselyOver({
      transactions: 'already open',
      acquire: async () => ({ send: tx.query, release: () => undefined }),
    })
    const migrator = new Migrator({
      db,
      provider: { getMigrations: async () => ({ ...migrations }) },
      migrationTableSchema: SCHEMA,
      migrationTableName: 'migrations',
      migrationLockTableName: 'migrations_lock',
    })
    const { error, results } = await migrator.migrateToLatest()
    if (error !== undefined) {
      const failed = results?.find(result => result.status === 'Error')?.migrationName
      throw new HubError('LEDGER_MIGRATION_FAILED', {
        detail: failed === undefined ? 'the migrations do not fit the ledger' : `migration ${failed} failed`,
        cause: error,
      })
    }
    return (results ?? []).map(result => result.migrationName)
  })
}
