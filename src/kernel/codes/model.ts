/** Error codes of the model room: one row each; a retired code is never used again. */
import type { CodeTable } from './entry.js'

export const MODEL_CODES = {
  MODEL_LIST_DOUBLE_KEY: {
    kind: 'invalid',
    status: 422,
    title: 'Two entries of a keyed list have one key.',
    remedy: 'Say each entry once per message.',
  },
  MODEL_PATH_UNKNOWN: {
    kind: 'invalid',
    status: 422,
    title: 'The kind has no such field.',
    remedy: 'See the kinds in docs/reference/kinds.md, or use custom.<name>.',
  },
  MODEL_VALUE_INVALID: {
    kind: 'invalid',
    status: 422,
    title: 'The value does not fit the field.',
    remedy: 'Compare it with the field in docs/reference/kinds.md.',
  },
} as const satisfies CodeTable
