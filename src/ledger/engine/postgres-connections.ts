/**
 * Postgres: one pool for the ledger's own statements, a second for borrowers, whose long LISTEN and unqualified
 * names must not mix with ours. A lost server is met again by itself: the pools drop dead connections.
 */
import pg from 'pg'
import { HubError } from '../../kernel/errors.js'
import type { Connections, Held } from './connections.js'
import { asLedgerError } from './database-error.js'
import type { LentPool } from './lent-pool.js'
import { refuseInsideTransaction } from './open-transaction.js'
import type { LedgerOptions } from './types.js'

const CONNECT_TIMEOUT_MS = 10_000
const KEEPALIVE_AFTER_MS = 10_000
const IDLE_IN_TRANSACTION_MS = 60_000
/** Schema of the borrower's tables; ours is named in every statement. */
const LENT_SCHEMA = 'bullmq'

export function connectPostgres(options: LedgerOptions & { readonly url: string }): Connections {
  const base: pg.PoolConfig = {
    application_name: 'hrhub',
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEPALIVE_AFTER_MS,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
  }
  const broken = new WeakSet<pg.ClientBase>()
  const own = new pg.Pool({
    ...base,
    connectionString: options.url,
    max: options.connections ?? 10,
    pipeline: true,
    statement_timeout: options.statementTimeoutMs ?? 30_000,
    // In UTC instants come back in one short form (instant-text.ts).
    options: '-c search_path="" -c timezone=UTC',
  })
  const lent = new pg.Pool({
    ...base,
    connectionString: options.directUrl ?? options.url,
    max: options.connections ?? 10,
    options: `-c search_path=${LENT_SCHEMA}`,
  })
  for (const pool of [own, lent]) {
    pool.on('error', error => options.log.warn({ err: error }, 'an idle connection to the database was lost'))
    pool.on('connect', client => {
      // Without a listener a cut line would end the process; the statement under way fails on its own.
      client.on('error', () => broken.add(client))
      client.on('end', () => broken.add(client))
    })
  }

  const connections: Connections = {
    engine: 'postgres',
    watched: options.watched ?? true,
    async acquire(): Promise<Held> {
      let client: pg.PoolClient
      try {
        client = await own.connect()
      } catch (error) {
        // Whatever keeps a pool from making a connection, no statement has left.
        throw asLedgerError(error, !(error instanceof pg.DatabaseError))
      }
      return {
        query: query => client.query(query),
        pipelined: true,
        isBroken: () => broken.has(client),
        release: () => client.release(broken.has(client) || client.getTransactionStatus() !== 'I'),
      }
    },
    lent: guarded(lent, () => refuseInsideTransaction(connections)),
    async dump() {
      throw new HubError('LEDGER_BACKUP_ELSEWHERE', {
        detail: 'the ledger is a Postgres database: use pg_dump',
      })
    },
    async upkeep() {},
    async close() {
      await Promise.all([own.end(), lent.end()])
    },
  }
  return connections
}

/** The pool itself, with its two doors watched. */
function guarded(pool: pg.Pool, refuse: () => void): LentPool {
  const connect = pool.connect.bind(pool)
  const query = pool.query.bind(pool) as LentPool['query']
  return Object.assign(pool, {
    connect: (callback?: Parameters<typeof connect>[0]) => {
      if (callback) return connect(callback)
      return Promise.resolve()
        .then(refuse)
        .then(() => connect())
    },
    query: async (text: string, params?: readonly unknown[]) => {
      refuse()
      return query(text, params)
    },
  }) as unknown as LentPool
}
