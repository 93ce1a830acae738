/** Error codes of the config room: one row each; a retired code is never used again. */
import type { CodeTable } from './entry.js'

export const CONFIG_CODES = {
  CONFIG_YAML_BROKEN: {
    kind: 'invalid',
    status: 422,
    title: 'The file is not valid YAML.',
    remedy: 'Mend the place named; quote values that begin with a sign.',
  },
} as const satisfies CodeTable
