/** Error codes of the http room: one row each; a retired code is never used again. */
import type { CodeTable } from './entry.js'

export const HTTP_CODES = {
  HTTP_ROUTE_UNKNOWN: {
    kind: 'absent',
    status: 404,
    title: 'There is nothing at this address.',
    remedy: 'See /docs for the addresses.',
  },
  HTTP_HOOK_REFUSED: {
    kind: 'refused',
    status: 401,
    title: 'The callback is refused.',
    remedy: 'Check the address and the secret on both sides.',
  },
} as const satisfies CodeTable
