/**
 * What the rest of the hub knows of a database: one interface, the same SQL and the same values whether
 * PGlite or Postgres is behind it. All statements name the schema `hrhub`; `db` does so by itself.
 */
import type { Kysely } from 'kysely'
import type { Clock } from '../../kernel/clock.js'
import type { Tables } from '../tables.js'
import type { LentPool } from './lent-pool.js'

/** The part of a pino logger that the ledger writes to. */
export interface Log {
  debug(data: object, text: string): void
  info(data: object, text: string): void
  warn(data: object, text: string): void
  error(data: object, text: string): void
}

export interface LedgerOptions {
  /** `postgres://…`; absent = PGlite. */
  readonly url?: string
  /** Another address of the same server for what a transaction pooler cannot carry: LISTEN. */
  readonly directUrl?: string
  /** Connections of the pool on Postgres, default 10. */
  readonly connections?: number
  /** Milliseconds after which Postgres cancels a statement, default 30 000. */
  readonly statementTimeoutMs?: number
  /** The hub's data folder for PGlite (`<folder>/ledger`, `<folder>/lock`); absent = in memory. */
  readonly folder?: string
  /** PGlite: where the build keeps empty databases that a new one is copied from; without, it is made afresh. */
  readonly prepared?: string
  /** PGlite: a backup (src/ledger/backup.ts) that an empty folder or memory starts from. */
  readonly restoreFrom?: string
  /**
   * Postgres: refuses a statement that goes past an open transaction of its own flow; default true. Costs 4 % of the
   * processor time of the whole way. PGlite, which would wait for ever, always does.
   */
  readonly watched?: boolean
  readonly clock: Clock
  readonly log: Log
}

/** A statement that is sent again and again: Postgres parses and plans it once per connection. */
export interface Statement {
  readonly name: string
  readonly text: string
}

export interface QueryResult<Row> {
  readonly rows: Row[]
  /** Rows that the statement touched or returned. */
  readonly rowCount: number
}

/**
 * Values come back as: int8 → number (over 2^53 throws), numeric → text, timestamptz → Date, date → text,
 * bytea → Buffer, jsonb → parsed, xid8 → text. Values go in as in `pg`; a JSON array is handed over through
 * `jsonb()` and long lists through the binary arrays of parameters.ts.
 */
export interface Querying {
  /** Typed SQL over schema `hrhub`. Its own `.transaction()` throws: use the ledger's. */
  readonly db: Kysely<Tables>
  /**
   * @throws HubError `LEDGER_AWAY` no connection; `LEDGER_STATEMENT_SLOW` cancelled by the time limit;
   * `LEDGER_TRANSACTION_OPEN` this very flow has a transaction open and must use its handle. Any other error
   * of the database comes as it is, with its SQLSTATE in `code`.
   */
  query<Row = Record<string, unknown>>(
    sql: string | Statement,
    params?: readonly unknown[],
  ): Promise<QueryResult<Row>>
}

export interface Tx extends Querying {}

export interface Ledger extends Querying {
  readonly engine: 'pglite' | 'postgres'
  readonly clock: Clock
  readonly log: Log
  /**
   * Runs `work` in one transaction, read committed. Repeats it up to 5 times after a deadlock or a serialisation
   * failure, so `work` keeps no state of an earlier run. On PGlite everybody else waits meanwhile: no waiting
   * for the outside world inside.
   * @throws HubError `LEDGER_COMMIT_UNKNOWN` when the line was cut during the commit
   */
  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>
  /** A `pg.Pool`-shaped door for libraries that bring their own SQL; unqualified names live in schema `bullmq`. */
  readonly pool: LentPool
  /** Writes a whole copy to a file. @throws HubError `LEDGER_BACKUP_ELSEWHERE` on Postgres */
  dump(file: string): Promise<void>
  /** PGlite: checkpoint and vacuum now, whatever the timers say. Nothing on Postgres. */
  upkeep(): Promise<void>
  /** Waits for what runs, then closes. Safe to call twice. */
  close(): Promise<void>
}
