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
  HTTP_KEY_MISSING: {
    kind: 'refused',
    status: 401,
    title: 'The request carries no key.',
    remedy: 'Send `Authorization: Bearer <key>`; `hrhub keys create` makes one.',
  },
  HTTP_KEY_REFUSED: {
    kind: 'refused',
    status: 401,
    title: 'The key is not known here, or was revoked.',
    remedy: 'Make a new one with `hrhub keys create`.',
  },
  HTTP_SCOPE_MISSING: {
    kind: 'refused',
    status: 403,
    title: 'The key may not do this.',
    remedy: 'Use a key with the scope named.',
  },
  HTTP_CONNECTION_FOREIGN: {
    kind: 'refused',
    status: 403,
    title: 'The key does not speak for this connection.',
    remedy: 'Use the key of that connection: a key writes for the one connection it was made for.',
  },
  HTTP_REQUEST_INVALID: {
    kind: 'invalid',
    status: 400,
    title: 'The request is not what this address takes.',
    remedy: 'See `errors` for each place, and /docs for what is expected.',
  },
  HTTP_REQUEST_BROKEN: {
    kind: 'invalid',
    status: 400,
    title: 'The request cannot be read.',
    remedy: 'Send well-formed HTTP: address in UTF-8, a true Content-Length.',
  },
  HTTP_TEXT_FORBIDDEN: {
    kind: 'invalid',
    status: 400,
    title: 'The request holds text or names that no system here can keep.',
    remedy: 'Leave out NUL characters, halves of surrogate pairs and the names __proto__ and $reference.',
  },
  HTTP_BODY_LARGE: {
    kind: 'invalid',
    status: 413,
    title: 'The body is larger than this address takes.',
    remedy: 'Send less at once; a batch takes 10 000 lines.',
  },
  HTTP_TYPE_UNSUPPORTED: {
    kind: 'invalid',
    status: 415,
    title: 'The content type is not taken here.',
    remedy: 'Send application/json, or application/x-ndjson for a batch.',
  },
  HTTP_CURSOR_BROKEN: {
    kind: 'invalid',
    status: 400,
    title: 'The cursor is not one of this list.',
    remedy: 'Send `next` of the last page as it was, or start without a cursor.',
  },
  HTTP_POSITION_EXPIRED: {
    kind: 'absent',
    status: 410,
    title: 'The feed does not reach back to this position.',
    remedy: 'Read the records once as they are, then follow the feed from the position named.',
  },
  HTTP_LOAD_HIGH: {
    kind: 'throttled',
    status: 503,
    title: 'The hub has more to do than it can take now.',
    remedy: 'Try again after the seconds of Retry-After; nothing was stored.',
  },
  HTTP_IDEMPOTENCY_DIFFERS: {
    kind: 'refused',
    status: 422,
    title: 'This Idempotency-Key was used for another request.',
    remedy: 'Make a new key for a new request; repeat only the same bytes under the same key.',
  },
  HTTP_IDEMPOTENCY_BUSY: {
    kind: 'throttled',
    status: 409,
    title: 'The first request under this Idempotency-Key is still under way.',
    remedy: 'Repeat it after the seconds of Retry-After.',
  },
} as const satisfies CodeTable
