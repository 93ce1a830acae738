/** Durations as integrators write them: `20s`, `5m`, `24h`, `90d`, `250ms`. */
const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}
const FORM = /^(\d+(?:\.\d+)?)(ms|s|min|m|h|d)$/

/** Milliseconds, or undefined where the text is no duration. */
export function parseDuration(text: string): number | undefined {
  const match = FORM.exec(text)
  const unit = UNITS[match?.[2] ?? '']
  return match && unit ? Number(match[1]) * unit : undefined
}
