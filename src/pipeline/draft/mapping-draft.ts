/** What a drafted mapping is made of, before it is proved: its text in parts, and the input its test gives. */
import { type Part, said } from '../../connector/draft/draft-text.js'
import type { Json } from '../../kernel/json.js'
import type { Certainty } from './match.js'

export interface Rule {
  /** Field of the target, as the mapping writes it. */
  readonly key: string
  readonly rule: unknown
  readonly certainty: Certainty
  readonly questions?: readonly string[]
  /** What the test gives: place in the input, value. */
  readonly given: readonly Given[]
  /** Ids over there, of records that the test refers to. */
  readonly external?: Readonly<Record<string, Json>>
}
export type Given = readonly [steps: readonly string[], value: Json]

export interface MappingDraft {
  /** `acme/candidate.in` */
  readonly name: string
  readonly head: readonly Part[]
  readonly rules: readonly Rule[]
  /** Head rules' input. */
  readonly given: readonly Given[]
  /** Rules under `refs`. */
  readonly refs: readonly Rule[]
  /** Fields that found no partner, as comments. */
  readonly left: readonly string[]
  readonly questions: readonly string[]
}

/** A value put at its place in nested objects; a list on the way is a list of one. */
export function put(into: Record<string, Json>, steps: readonly string[], value: Json): void {
  let here = into
  for (const step of steps.slice(0, -1)) {
    const next = here[step]
    const inner: Record<string, Json> =
      typeof next === 'object' && next !== null && !Array.isArray(next)
        ? (next as Record<string, Json>)
        : Object.create(null)
    here[step] = inner
    here = inner
  }
  const last = steps.at(-1)
  if (last !== undefined) here[last] = value
}

export const nested = (given: readonly Given[]): Record<string, Json> => {
  // A vendor's `__proto__` is a member like any other.
  const all: Record<string, Json> = Object.create(null)
  for (const [steps, value] of given) put(all, steps, value)
  return all
}

/** A wrapped comment of names: `# a, b, c`. */
export function listedIn(names: readonly string[], most = 60): readonly string[] {
  const shown = names.slice(0, most).map(said)
  const lines: string[] = []
  for (let index = 0; index < shown.length; index += 8)
    lines.push(`  ${shown.slice(index, index + 8).join(', ')}`)
  return names.length > most ? [...lines, `  and ${names.length - most} more`] : lines
}

/** `a candidate`, `an offer`. */
export const a = (noun: string): string => `${/^[aeiou]/.test(noun) ? 'an' : 'a'} ${noun}`
