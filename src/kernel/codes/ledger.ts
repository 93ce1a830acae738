/** Error codes of the ledger room: one row each; a retired code is never used again. */
import type { CodeTable } from './entry.js'

export const LEDGER_CODES = {
  LEDGER_AWAY: {
    kind: 'unreachable',
    status: 503,
    title: 'The ledger cannot be reached.',
    remedy: 'Try again; if it lasts, look at the database.',
  },
} as const satisfies CodeTable
