/**
 * A rule's "no": thrown inside a running mapping, made a HubError with its full place at the edge. The static
 * place of the rule is known at compile time; list positions are filled in on the way out.
 */
import { type Code, HubError } from '../kernel/errors.js'
import { showValue } from './mask.js'
import type { Place } from './problems.js'

/** A rule as refusals, coverage and explanations name it. */
export interface RuleSite {
  readonly place: Place
  /** Target path with `[]` for list positions, `dimensions[].key`. */
  readonly target: string
  /** The value comes from or goes to personal data. */
  readonly personal: boolean
}

export class Refusal extends Error {
  readonly code: Code
  readonly value: unknown
  readonly expected: string
  site: RuleSite | undefined
  readonly indexes: (number | string)[] = []

  /** @param expected what would have been right, completing "…, expected …" */
  constructor(code: Code, value: unknown, expected: string) {
    super(expected)
    this.code = code
    this.value = value
    this.expected = expected
  }

  /** `dimensions[0].key` */
  get path(): string {
    const left = [...this.indexes]
    return (this.site?.target ?? '').replaceAll('[]', all => {
      const index = left.shift()
      return index === undefined ? all : `[${index}]`
    })
  }
}

export function toHubError(refusal: Refusal): HubError {
  const { site, path } = refusal
  const shown = showValue(refusal.value, site?.personal ?? false)
  const lead = path ? `${path}: ` : ''
  return new HubError(refusal.code, {
    detail: `${lead}${shown}, expected ${refusal.expected}`,
    where: { ...site?.place, path },
  })
}
