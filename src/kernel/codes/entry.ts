/** One row of the error table: what a code means, where it leads, and what a person can do about it. */

/** Kinds of errors; the kind alone decides the fate. */
export type ErrorKind =
  | 'unreachable'
  | 'throttled'
  | 'unknown'
  | 'refused'
  | 'misconfigured'
  | 'absent'
  | 'exists'
  | 'invalid'
  | 'defect'

export interface CodeEntry {
  readonly kind: ErrorKind
  /** HTTP status where the code reaches an API caller. */
  readonly status: number
  /** What happened, as a sentence without names or values. */
  readonly title: string
  /** What to do now. */
  readonly remedy: string
}

export type CodeTable = Record<string, CodeEntry>
