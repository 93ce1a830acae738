/**
 * The life of a fetched access token: cached, fetched early, one refresher at a time, renewed once when the
 * vendor does not take it. A failed fetch decides the outcome of the call that needed it: nothing of that
 * call has left.
 */
import { isHubError } from '../../kernel/errors.js'
import { attempt } from '../expressions.js'
import type { AuthSpec } from '../manifest/connector.js'
import type { Outcome } from '../types.js'
import { type Auth, type AuthContext, placed } from './auth.js'
import type { StoredToken } from './token-store.js'

/** Fetched this long before its end, or a tenth of its life where that is shorter. */
const EARLY_MS = 3 * 60_000
const DEFAULT_LIFE_MS = 30 * 60_000

type Exchange = NonNullable<AuthSpec['exchange']>

export function exchangedToken(context: AuthContext, exchange: Exchange): Auth {
  let failure: Outcome | undefined

  async function fetch(): Promise<StoredToken | undefined> {
    const { outcome, scope } = await context.call(exchange.slot, { settings: context.settings })
    if (outcome.is !== 'accepted') {
      failure = asCallOutcome(outcome)
      return undefined
    }
    const value = attempt(exchange.token, scope)
    if (typeof value !== 'string' || value === '') {
      failure = denied(outcome, 'the answer of the token exchange carries no token')
      return undefined
    }
    const lifeMs = Math.min(lifeOf(exchange, scope), exchange.atMostMs)
    failure = undefined
    const fetchedAt = context.clock.now()
    return { value, fetchedAt, expiresAt: fetchedAt + lifeMs }
  }

  const usable = ({ fetchedAt, expiresAt }: StoredToken): boolean =>
    context.clock.now() < expiresAt - Math.min(EARLY_MS, (expiresAt - fetchedAt) / 10)

  return {
    async apply(request) {
      const token = await context.tokens.use(context.key, usable, fetch)
      if (token) return { request: placed(request, context.scheme, token.value), token: token.value }
      return { failed: failure ?? denied(undefined, 'no access token could be fetched') }
    },
    async renew(refused) {
      const token = await context.tokens.use(
        context.key,
        stored => stored.value !== refused && usable(stored),
        fetch,
      )
      return token !== undefined
    },
  }
}

function lifeOf(exchange: Exchange, scope: Readonly<Record<string, unknown>>): number {
  if (!exchange.expiresIn) return DEFAULT_LIFE_MS
  try {
    const value = Number(exchange.expiresIn.evaluate(scope))
    return Number.isFinite(value) && value > 0 ? value * exchange.unitMs : DEFAULT_LIFE_MS
  } catch (error) {
    if (!isHubError(error)) throw error
    return DEFAULT_LIFE_MS
  }
}

/** Fate of a call whose token could not be had: it never left, so an unknown exchange is merely unreachable. */
function asCallOutcome(outcome: Outcome): Outcome {
  if (outcome.is === 'throttled' || outcome.is === 'unreachable') return outcome
  if (outcome.is === 'unknown') return { ...outcome, is: 'unreachable', code: 'CONNECTOR_CALL_UNREACHABLE' }
  return denied(outcome, outcome.detail)
}

function denied(outcome: Outcome | undefined, detail: string): Outcome {
  return {
    is: 'misconfigured',
    code: 'CONNECTOR_ACCESS_DENIED',
    detail: `token exchange: ${detail}`,
    status: outcome?.status,
    answer: undefined,
    wait: undefined,
    id: undefined,
    keep: undefined,
    tookMs: outcome?.tookMs ?? 0,
  }
}
