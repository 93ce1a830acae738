/** A time as an operator writes it: an instant, or so long ago. */
import { HubError } from '../kernel/errors.js'

const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/**
 * @param text `2026-03-01T08:00`, or `2h`
 * @returns milliseconds since the epoch
 * @throws HubError `CLI_USE_WRONG`
 */
export function sinceOf(text: string, now = Date.now()): number {
  const ago = /^(\d{1,6})([smhd])$/.exec(text)
  if (ago) return now - Number(ago[1]) * (UNITS[ago[2] ?? ''] ?? 0)
  const at = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isNaN(at))
    throw new HubError('CLI_USE_WRONG', { detail: `${text} is no time: write 2h, or 2026-03-01T08:00` })
  return at
}
