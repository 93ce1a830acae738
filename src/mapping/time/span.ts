/**
 * Durations: ISO 8601 (`PT1H30M`, `P2D`), the house form (`90m`, `2d`) and plain numbers of a unit. Canonical is
 * ISO 8601 in hours, minutes and seconds, because a day of a calendar is not always 24 hours.
 */
import { parseDuration } from '../../kernel/duration.js'

const ISO =
  /^(-)?P(?:(\d{1,6})W)?(?:(\d{1,6})D)?(?:T(?:(\d{1,8})H)?(?:(\d{1,8})M)?(?:(\d{1,10}(?:\.\d{1,3})?)S)?)?$/
const UNITS = [604_800_000, 86_400_000, 3_600_000, 60_000, 1000]

/** Milliseconds in a unit that `format` and `write` may name. */
export const SPAN_UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}

/** A length of time inside expressions. */
export class Span {
  readonly ms: number
  constructor(ms: number) {
    this.ms = ms
  }
}

/** Milliseconds, or undefined where the text is no duration. */
export function parseSpan(text: string): number | undefined {
  if (text.length > 60) return undefined
  const iso = ISO.exec(text)
  if (!iso) return parseCompound(text)
  let total = 0
  let any = false
  for (const [index, unit] of UNITS.entries()) {
    const part = iso[index + 2]
    if (part === undefined) continue
    total += Number(part) * unit
    any = true
  }
  return any ? (iso[1] ? -total : total) : undefined
}

/** `1h30m`, `-5m`, `90m`. */
function parseCompound(text: string): number | undefined {
  const negative = text.startsWith('-')
  const parts = (negative ? text.slice(1) : text).match(/\d+(?:\.\d+)?[a-z]+/g)
  if (!parts || parts.join('').length !== text.length - (negative ? 1 : 0)) return undefined
  let total = 0
  for (const part of parts) {
    const ms = parseDuration(part)
    if (ms === undefined) return undefined
    total += ms
  }
  return negative ? -total : total
}

/** `PT1H30M`; zero is `PT0S`. */
export function spanText(ms: number): string {
  const size = Math.abs(ms)
  const hours = Math.floor(size / 3_600_000)
  const minutes = Math.floor((size % 3_600_000) / 60_000)
  const seconds = (size % 60_000) / 1000
  const parts = `${hours ? `${hours}H` : ''}${minutes ? `${minutes}M` : ''}${seconds ? `${seconds}S` : ''}`
  return `${ms < 0 ? '-' : ''}PT${parts || '0S'}`
}
