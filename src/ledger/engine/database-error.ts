/**
 * Tells a database that is away from a statement that is wrong: by SQLSTATE, by the system's error number or
 * because the connection is known to be broken. Texts are never read.
 */
import pg from 'pg'
import { HubError, isHubError } from '../../kernel/errors.js'

/** SQLSTATE of a deadlock and of a serialisation failure: the same transaction may well pass next time. */
const REPEATABLE = new Set(['40P01', '40001'])

/** Connection class, shutdown, crash, cannot connect now, idle session ended, too many connections. */
const AWAY = new Set(['57P01', '57P02', '57P03', '57P05', '53300', '25P03'])

const STATEMENT_CANCELLED = '57014'

/** What every statement is answered after one of its transaction has failed. */
export const IN_FAILED_TRANSACTION = '25P02'

const AWAY_SYSTEM = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENETDOWN',
  'ENOENT',
])

/** SQLSTATE or system error name; undefined where the error has none. */
export function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}

export function isRepeatable(error: unknown): boolean {
  const code = codeOf(error)
  return code !== undefined && REPEATABLE.has(code)
}

/** @param broken the connection is known to be dead */
export function asLedgerError(error: unknown, broken: boolean): unknown {
  if (isHubError(error)) return error
  const code = codeOf(error)
  if (error instanceof pg.DatabaseError && code !== undefined) {
    if (code === STATEMENT_CANCELLED) {
      return new HubError('LEDGER_STATEMENT_SLOW', {
        detail: 'the database cancelled a statement',
        cause: error,
      })
    }
    if (code.startsWith('08') || AWAY.has(code)) return away(error)
    return error
  }
  if (broken || (code !== undefined && AWAY_SYSTEM.has(code))) return away(error)
  return error
}

export function away(cause: unknown): HubError {
  return new HubError('LEDGER_AWAY', {
    detail: 'the connection to the database is lost or cannot be made',
    cause,
  })
}
