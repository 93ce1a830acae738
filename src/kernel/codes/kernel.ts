/** Error codes of the kernel room: one row each; a retired code is never used again. */
import type { CodeTable } from './entry.js'

export const KERNEL_CODES = {
  JSON_TEXT_BROKEN: {
    kind: 'invalid',
    status: 400,
    title: 'The text is not JSON.',
    remedy: 'Send well-formed JSON in UTF-8.',
  },
  JSON_TEXT_DEEP: {
    kind: 'invalid',
    status: 400,
    title: 'The JSON is nested too deeply.',
    remedy: 'Send a flatter body; the limit is 64 levels.',
  },
  SECRET_SEAL_BROKEN: {
    kind: 'misconfigured',
    status: 500,
    title: 'A sealed value cannot be opened.',
    remedy: 'Start with the HRHUB_KEY that sealed it, first or later in the list.',
  },
  HUB_DEFECT: {
    kind: 'defect',
    status: 500,
    title: 'The hub did something wrong.',
    remedy: 'Report it with the id of this answer; nothing acknowledged is lost.',
  },
  CONFIG_SETTING_INVALID: {
    kind: 'invalid',
    status: 422,
    title: 'A setting of the hub is wrong.',
    remedy: 'See `hrhub config` for every setting, its value and where it came from.',
  },
  CONFIG_KEY_MISSING: {
    kind: 'invalid',
    status: 422,
    title: 'The master key is missing.',
    remedy: 'Set HRHUB_KEY to 32 random bytes in base64: openssl rand -base64 32.',
  },
  LEDGER_FOREIGN: {
    kind: 'misconfigured',
    status: 409,
    title: 'The ledger belongs to another key.',
    remedy:
      'Start with its own HRHUB_KEY, or run `hrhub restored` if this is a copy: outbound connections then start paused.',
  },
} as const satisfies CodeTable
