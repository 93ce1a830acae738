/**
 * Kysely over the ledger's connections. Begin and commit stay with `ledger.transaction`, which knows about
 * repeats, about flows and about the one connection of PGlite; Kysely's own would know none of it.
 */
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  Kysely,
  type QueryResult as KyselyResult,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
} from 'kysely'
import { HubError } from '../../kernel/errors.js'
import type { Tables } from '../tables.js'
import type { QueryResult } from './types.js'

export const SCHEMA = 'hrhub'

/** Sends one statement and gives the database's answer. */
export type Send = (sql: string, params: readonly unknown[]) => Promise<QueryResult<unknown>>

interface Route {
  /** One connection for all statements between acquire and release. */
  acquire(): Promise<{ readonly send: Send; release(): void }>
  readonly transactions: 'refused' | 'already open'
}

/** Typed SQL of schema `hrhub`. */
export function kyselyOver(route: Route): Kysely<Tables> {
  return new Kysely<Tables>({ dialect: dialectOver(route) }).withSchema(SCHEMA)
}

export function dialectOver(route: Route): Dialect {
  return {
    createAdapter: () => new TransactionLockAdapter(),
    createDriver: () => new LedgerDriver(route),
    createIntrospector: db => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  }
}

/** Migrations lock inside their transaction: a session's lock would outlive a cut line, or miss a pooler. */
class TransactionLockAdapter extends PostgresAdapter {
  override async acquireMigrationLock(): Promise<void> {}
  override async releaseMigrationLock(): Promise<void> {}
}

class LedgerConnection implements DatabaseConnection {
  readonly #held: { readonly send: Send; release(): void }

  constructor(held: { readonly send: Send; release(): void }) {
    this.#held = held
  }

  async executeQuery<R>(query: CompiledQuery): Promise<KyselyResult<R>> {
    const { rowCount, rows } = await this.#held.send(query.sql, query.parameters)
    return { rows: rows as R[], numAffectedRows: BigInt(rowCount) }
  }

  // biome-ignore lint/correctness/useYield: Kysely asks for a generator; the ledger reads in pages instead
  async *streamQuery<R>(): AsyncIterableIterator<KyselyResult<R>> {
    throw new HubError('HUB_DEFECT', { detail: 'the ledger does not stream; read in pages' })
  }

  release(): void {
    this.#held.release()
  }
}

class LedgerDriver implements Driver {
  readonly #route: Route

  constructor(route: Route) {
    this.#route = route
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<LedgerConnection> {
    return new LedgerConnection(await this.#route.acquire())
  }

  async beginTransaction(): Promise<void> {
    if (this.#route.transactions === 'refused') {
      throw new HubError('LEDGER_TRANSACTION_OPEN', {
        detail: 'use ledger.transaction instead of db.transaction',
      })
    }
  }

  async commitTransaction(): Promise<void> {}

  async rollbackTransaction(): Promise<void> {}

  async releaseConnection(connection: DatabaseConnection): Promise<void> {
    if (connection instanceof LedgerConnection) connection.release()
  }

  async destroy(): Promise<void> {}
}
