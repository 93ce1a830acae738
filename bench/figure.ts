/** A figure: one line of JSON, a ratio or a time taken in one run, with what it is measured against. */

export interface Figure {
  readonly figure: string
  readonly value: number
  readonly unit: string
  /** What it is a figure of, and against what. */
  readonly of: string
  readonly mode?: string
  readonly [more: string]: unknown
}

export function print(figure: Figure): void {
  process.stdout.write(`${JSON.stringify({ ...figure, value: Number(figure.value.toPrecision(3)) })}\n`)
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? Number.NaN)
    : ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2
}
