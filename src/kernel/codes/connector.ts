/** Error codes of the connector room: one row each; a retired code is never used again. */
import type { CodeTable } from './entry.js'

export const CONNECTOR_CODES = {
  CONNECTOR_ADDRESS_PRIVATE: {
    kind: 'refused',
    status: 422,
    title: 'The address is private.',
    remedy: 'Allow private addresses on the connection if this system really lives inside your network.',
  },
} as const satisfies CodeTable
