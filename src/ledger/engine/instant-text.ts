/**
 * Postgres' own text of an instant, as a session in UTC writes it: `2026-11-22 05:14:29.123+00`. A settle and a claim
 * bring thousands a second; the general parser for every zone and era took a fiftieth of the hub's time.
 */
const ZERO = 48
const digits = (text: string, at: number) =>
  (text.charCodeAt(at) - ZERO) * 10 + text.charCodeAt(at + 1) - ZERO

/** @returns undefined where the text is in another form: far years, another zone */
export function instantOf(text: string): Date | undefined {
  const { length } = text
  if (length < 22 || !text.endsWith('+00') || text[4] !== '-' || text[10] !== ' ') return undefined
  const year = digits(text, 0) * 100 + digits(text, 2)
  // Date.UTC takes 0 to 99 for 1900 to 1999.
  if (!(year >= 1000)) return undefined
  const fraction = length === 22 ? 0 : Number(text.slice(19, -3)) * 1000
  const ms = Date.UTC(
    year,
    digits(text, 5) - 1,
    digits(text, 8),
    digits(text, 11),
    digits(text, 14),
    digits(text, 17),
    // Finer than a millisecond is cut off, as everywhere else.
    Math.floor(fraction + 1e-6),
  )
  return Number.isNaN(ms) ? undefined : new Date(ms)
}
