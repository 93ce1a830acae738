/** Access tokens a vendor gives out: random, with a time to live, and revocable all at once. */
import { randomBytes } from 'node:crypto'
import { VendorProblem } from './types.js'

export interface TokenState {
  issued: Record<string, { readonly who: string; readonly until: number }>
}
export interface Tokens {
  issue(who: string, ttlMs: number): string
  /** Who it was given to. @throws VendorProblem unauthenticated (never given out), token_expired */
  check(token: string): string
  expireAll(): void
}

/** So long an expired token is called expired; later it is unknown. */
const REMEMBERED_MS = 86_400_000

export function createTokens(state: TokenState, now: () => number, prefix: string): Tokens {
  return {
    issue(who, ttlMs) {
      for (const [old, entry] of Object.entries(state.issued))
        if (entry.until + REMEMBERED_MS < now()) delete state.issued[old]
      const token = `${prefix}${randomBytes(18).toString('base64url')}`
      state.issued[token] = { who, until: now() + ttlMs }
      return token
    },
    check(token) {
      const entry = Object.hasOwn(state.issued, token) ? state.issued[token] : undefined
      if (!entry)
        throw new VendorProblem({ kind: 'unauthenticated', detail: 'this token was never given out' })
      if (entry.until <= now())
        throw new VendorProblem({ kind: 'token_expired', detail: 'this token has expired' })
      return entry.who
    },
    expireAll() {
      for (const [token, entry] of Object.entries(state.issued)) state.issued[token] = { ...entry, until: 0 }
    },
  }
}

export function emptyTokens(): TokenState {
  return { issued: {} }
}
