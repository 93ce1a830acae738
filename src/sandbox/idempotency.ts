/**
 * A vendor's memory of idempotency tokens: the same token within the window gives the same answer and no second
 * effect. A token that comes back with another body is replayed or refused, as the vendor does it.
 */
import { createHash } from 'node:crypto'
import type { Answer } from './types.js'
import { VendorProblem } from './types.js'

interface Remembered {
  readonly at: number
  readonly bytes: string
  /** Null while the first call is still at work. */
  answer: Answer | null
}
export interface IdempotencyState {
  tokens: Record<string, Remembered>
}
export interface IdempotencyRules {
  readonly windowMs: number
  /** `replay`: the first answer again whatever the body. `refuse`: conflict. */
  readonly otherBody: 'replay' | 'refuse'
  /** What the vendor says while the first call under this token still runs. */
  readonly running?: { readonly code: string; readonly detail: string }
}

export interface Idempotency {
  /**
   * Runs `work` unless this token was seen within the window. Only answers below 400 are remembered.
   * @param scope tokens are told apart per operation (and caller)
   * @throws VendorProblem conflict
   */
  once(
    scope: string,
    token: string | undefined,
    raw: Buffer,
    work: () => Answer | Promise<Answer>,
  ): Promise<Answer>
}

/** Looking for old tokens at every call would cost more than keeping them. */
const SWEEP_EVERY = 1000

export function createIdempotency(
  state: IdempotencyState,
  now: () => number,
  rules: IdempotencyRules,
): Idempotency {
  let sinceSweep = 0
  /** Tokens stand in order of arrival, so the walk ends at the first young one. */
  function forgetOld() {
    sinceSweep++
    if (sinceSweep < SWEEP_EVERY) return
    sinceSweep = 0
    for (const [key, entry] of Object.entries(state.tokens)) {
      if (now() - entry.at < rules.windowMs) return
      delete state.tokens[key]
    }
  }
  return {
    async once(scope, token, raw, work) {
      if (token === undefined || token === '') return work()
      const key = `${scope} ${token}`
      const bytes = createHash('sha256').update(raw).digest('hex')
      const known = Object.hasOwn(state.tokens, key) ? state.tokens[key] : undefined
      if (known && now() - known.at < rules.windowMs) {
        if (known.bytes !== bytes && rules.otherBody === 'refuse')
          throw new VendorProblem({
            kind: 'conflict',
            code: 'idempotency_key_reused',
            detail: 'this idempotency key was used with another body',
          })
        if (known.answer) return known.answer
        throw new VendorProblem({
          kind: 'conflict',
          code: rules.running?.code ?? 'idempotency_key_in_use',
          detail: rules.running?.detail ?? 'the first request under this key is still running',
        })
      }
      forgetOld()
      const entry: Remembered = { at: now(), bytes, answer: null }
      state.tokens[key] = entry
      try {
        const answer = await work()
        if (answer.status < 400) entry.answer = answer
        else delete state.tokens[key]
        return answer
      } catch (error) {
        delete state.tokens[key]
        throw error
      }
    },
  }
}

export function emptyIdempotency(): IdempotencyState {
  return { tokens: {} }
}
