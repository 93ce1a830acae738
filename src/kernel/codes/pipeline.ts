/** Error codes of the pipeline room: one row each; a retired code is never used again. */
import type { CodeTable } from './entry.js'

export const PIPELINE_CODES = {
  PIPELINE_CONNECTION_UNKNOWN: {
    kind: 'invalid',
    status: 404,
    title: 'There is no such connection.',
    remedy: 'See connections.yaml.',
  },
} as const satisfies CodeTable
