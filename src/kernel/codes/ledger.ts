/** Error codes of the ledger room: one row each; a retired code is never used again. */
import type { CodeTable } from './entry.js'

export const LEDGER_CODES = {
  LEDGER_AWAY: {
    kind: 'unreachable',
    status: 503,
    title: 'The ledger cannot be reached.',
    remedy: 'Try again; if it lasts, look at the database.',
  },
  LEDGER_STATEMENT_SLOW: {
    kind: 'unreachable',
    status: 503,
    title: 'The database cancelled a statement that took too long.',
    remedy: 'Try again; if it lasts, look at locks and load of the database.',
  },
  LEDGER_COMMIT_UNKNOWN: {
    kind: 'unknown',
    status: 503,
    title: 'The line to the database was cut during a commit.',
    remedy: 'Repeat the request; it is safe whether the commit happened or not.',
  },
  LEDGER_TRANSACTION_OPEN: {
    kind: 'defect',
    status: 500,
    title: 'A statement went past its open transaction.',
    remedy: 'Report it; nothing was written.',
  },
  LEDGER_FOLDER_LOCKED: {
    kind: 'misconfigured',
    status: 503,
    title: 'Another hub uses the data folder.',
    remedy: 'Stop the process named, or give this hub a folder of its own (HRHUB_DATA).',
  },
  LEDGER_NUMBER_UNSAFE: {
    kind: 'defect',
    status: 500,
    title: 'A number of the database is too large.',
    remedy: 'Report it.',
  },
  LEDGER_MIGRATION_FAILED: {
    kind: 'misconfigured',
    status: 503,
    title: 'The ledger could not be brought to this version.',
    remedy: 'Nothing was changed; see the cause, and whether a newer hub used this database.',
  },
  LEDGER_BACKUP_ELSEWHERE: {
    kind: 'refused',
    status: 422,
    title: 'This ledger is backed up with the tools of its database.',
    remedy: 'Use pg_dump, or your database service.',
  },
  LEDGER_BACKUP_EXISTS: {
    kind: 'refused',
    status: 409,
    title: 'The file of the backup is there already.',
    remedy: 'Name another file; a backup never writes over one.',
  },
} as const satisfies CodeTable
