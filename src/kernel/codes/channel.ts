/** Error codes of the channel room: one row each; a retired code is never used again. */
import type { CodeTable } from './entry.js'

export const CHANNEL_CODES = {
  CHANNEL_AWAY: {
    kind: 'unreachable',
    status: 503,
    title: 'The channel cannot be reached.',
    remedy: 'Nothing is lost; the sweep finds what is due until the channel is back.',
  },
} as const satisfies CodeTable
