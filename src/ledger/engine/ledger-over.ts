/**
 * The ledger over an engine's connections: statements, transactions with their repeats, Kysely, and the rule
 * that nobody goes past an open transaction.
 */
import type pg from 'pg'
import type { Clock } from '../../kernel/clock.js'
import { HubError } from '../../kernel/errors.js'
import type { Connections, Held } from './connections.js'
import { asLedgerError, codeOf, IN_FAILED_TRANSACTION, isRepeatable } from './database-error.js'
import { kyselyOver } from './kysely-dialect.js'
import { insideTransaction, refuseInsideTransaction } from './open-transaction.js'
import type { Ledger, Log, QueryResult, Statement, Tx } from './types.js'
import { valueTypes } from './value-types.js'

const REPEATS = 5
/** Milliseconds before the first repeat; doubled each time, the half of it by chance. */
const REPEAT_DELAY = 5

export function ledgerOver(connections: Connections, clock: Clock, log: Log): Ledger {
  async function query(sql: string | Statement, params: readonly unknown[] = []): Promise<pg.QueryResult> {
    refuseInsideTransaction(connections)
    const held = await connections.acquire()
    try {
      return await send(held, sql, params)
    } finally {
      held.release()
    }
  }

  let closing: Promise<void> | undefined
  return {
    engine: connections.engine,
    clock,
    log,
    pool: connections.lent,
    query: async <Row>(sql: string | Statement, params?: readonly unknown[]) =>
      plain<Row>(await query(sql, params)),
    db: kyselyOver({
      transactions: 'refused',
      acquire: async () => {
        refuseInsideTransaction(connections)
        const held = await connections.acquire()
        return {
          send: async (sql, params) => plain(await send(held, sql, params)),
          release: () => held.release(),
        }
      },
    }),
    async transaction(work) {
      refuseInsideTransaction(connections)
      for (let repeat = 0; ; repeat++) {
        try {
          return await transactOnce(connections, work)
        } catch (error) {
          if (!isRepeatable(error) || repeat === REPEATS) throw error
          log.debug({ code: codeOf(error), repeat }, 'a transaction met another and is repeated')
          const delay = REPEAT_DELAY * 2 ** repeat
          await new Promise(resolve => setTimeout(resolve, delay / 2 + (Math.random() * delay) / 2))
        }
      }
    },
    dump: file => connections.dump(file),
    upkeep: () => connections.upkeep(),
    close() {
      closing ??= connections.close()
      return closing
    },
  }
}

async function transactOnce<T>(connections: Connections, work: (tx: Tx) => Promise<T>): Promise<T> {
  const held = await connections.acquire()
  try {
    const begun = send(held, 'begin')
    // A line that is dead fails the statements too, and the first of them says so.
    begun.catch(() => undefined)
    if (!held.pipelined) await begun
    const { tx, end, cause } = txOver(held)
    let result: T
    try {
      result = await insideTransaction(connections, () => work(tx))
      await begun
    } catch (error) {
      await end()
      // A dead connection has rolled back already; the reason that counts is the one that brought us here.
      if (!held.isBroken()) await send(held, 'rollback').catch(() => undefined)
      throw cause(error)
    }
    await end()
    await commit(held)
    return result
  } finally {
    held.release()
  }
}

async function commit(held: Held): Promise<void> {
  try {
    const { command } = await send(held, 'commit')
    if (command !== 'COMMIT') {
      throw new HubError('HUB_DEFECT', {
        detail: 'a transaction went on after a statement of it had failed; the database rolled it back',
      })
    }
  } catch (cause) {
    if (!held.isBroken()) throw cause
    throw new HubError('LEDGER_COMMIT_UNKNOWN', { detail: 'no answer came to the commit', cause })
  }
}

/**
 * The transaction's handle, and its end: work that failed may have begun several things at once, and what goes on
 * after the others gave up must not reach a connection that is no longer its own.
 */
function txOver(held: Held): {
  readonly tx: Tx
  end(): Promise<void>
  /** Of several statements on their way together the first that failed says why; the others only that one did. */
  cause(error: unknown): unknown
} {
  let db: Tx['db'] | undefined
  let last: Promise<unknown> = Promise.resolve()
  let over = false
  let failure: { readonly error: unknown } | undefined
  // Statements started together run in that order; a line that is not pipelined gets them one by one.
  const sendNext = async (sql: string | Statement, params?: readonly unknown[]) => {
    if (!held.pipelined) await last
    if (over)
      throw new HubError('HUB_DEFECT', { detail: 'a statement came after the end of its transaction' })
    try {
      return await send(held, sql, params)
    } catch (error) {
      failure ??= { error }
      throw error
    }
  }
  const inTurn = async <Row>(sql: string | Statement, params?: readonly unknown[]) => {
    const run = sendNext(sql, params)
    last = Promise.allSettled([last, run]).then(() => undefined)
    return plain<Row>(await run)
  }
  return {
    tx: {
      query: inTurn,
      get db() {
        db ??= kyselyOver({
          transactions: 'refused',
          acquire: async () => ({ send: inTurn, release: () => undefined }),
        })
        return db
      },
    },
    async end() {
      over = true
      await last
    },
    cause: error => (failure && codeOf(error) === IN_FAILED_TRANSACTION ? failure.error : error),
  }
}

async function send(
  held: Held,
  sql: string | Statement,
  params: readonly unknown[] = [],
): Promise<pg.QueryResult> {
  const query: pg.QueryConfig = {
    text: typeof sql === 'string' ? sql : sql.text,
    values: [...params],
    types: valueTypes,
  }
  if (typeof sql !== 'string') query.name = sql.name
  try {
    return await held.query(query)
  } catch (error) {
    throw asLedgerError(error, held.isBroken())
  }
}

function plain<Row>(result: pg.QueryResult): QueryResult<Row> {
  return { rows: result.rows as Row[], rowCount: result.rowCount ?? 0 }
}
