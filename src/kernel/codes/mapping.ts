/** Error codes of the mapping room: one row each; a retired code is never used again. */
import type { CodeTable } from './entry.js'

export const MAPPING_CODES = {
  MAPPING_VALUE_UNKNOWN: {
    kind: 'invalid',
    status: 422,
    title: 'A value is in no lookup.',
    remedy: 'Add the value to the lookup, or say what unmapped values become.',
  },
} as const satisfies CodeTable
