/**
 * Misbehaviour on demand: a queue of faults per operation or callback event. Each matching call takes one
 * fault from the oldest plan that still has some; an empty queue means good behaviour. Also fed over HTTP.
 */

/** What can go wrong with a call. `before` = nothing was done, `after` = the work was done. */
export type CallFault =
  | { readonly kind: 'slow'; readonly ms: number; readonly when?: 'before' | 'after' }
  /** 429 in the vendor's words; `retryAfter` in seconds or as an HTTP date. */
  | { readonly kind: 'throttled'; readonly retryAfter?: number | string }
  | { readonly kind: 'error'; readonly status: number; readonly when?: 'before' | 'after' }
  /** The socket dies; `middle` = after the work, half the answer sent. `reset` = RST instead of FIN. */
  | { readonly kind: 'cut'; readonly when: 'before' | 'after' | 'middle'; readonly reset?: boolean }
  /** A gateway's HTML page with status 200. */
  | { readonly kind: 'html'; readonly when?: 'before' | 'after' }
  /** Searches answer as the index was so long ago (default: an hour). */
  | { readonly kind: 'stale'; readonly ms?: number }
  /** Every token given out so far is invalid from this call on. */
  | { readonly kind: 'expire_tokens' }
  /** The callbacks of this call are delivered before its answer leaves. */
  | { readonly kind: 'overtake' }

/** What can go wrong with a callback. */
export type CallbackFault =
  | { readonly kind: 'double' }
  | { readonly kind: 'delay'; readonly ms: number }
  | { readonly kind: 'lose' }
  /** Held until another callback has gone out, at most `within` ms (2 000). */
  | { readonly kind: 'reorder'; readonly within?: number }
  /** Not what the vendor would send: signature left out, made with another secret, or an hour old. */
  | { readonly kind: 'forge'; readonly how: Forgery }
export type Forgery = 'missing' | 'wrong' | 'old'
export type Fault = CallFault | CallbackFault

export interface FaultPlan {
  /** operationId or callback event; `*` = any. */
  readonly on: string
  readonly fault: Fault
  /** How many calls it hits; default 1. */
  readonly times?: number
  /** How many matching calls pass unharmed first. */
  readonly skip?: number
}

const CALL_KINDS = ['slow', 'throttled', 'error', 'cut', 'html', 'stale', 'expire_tokens', 'overtake']
const CALLBACK_KINDS = ['double', 'delay', 'lose', 'reorder', 'forge']

const WHEN = { enum: ['before', 'after'] }
const MS = { type: 'integer', minimum: 0, maximum: 3_600_000 }
/** Per kind: what it takes, and what it must have. */
const FAULT_MEMBERS: Readonly<Record<string, { takes: object; needs?: readonly string[] }>> = {
  slow: { takes: { ms: MS, when: WHEN }, needs: ['ms'] },
  throttled: { takes: { retryAfter: { type: ['number', 'string'] } } },
  error: {
    takes: { status: { type: 'integer', minimum: 400, maximum: 599 }, when: WHEN },
    needs: ['status'],
  },
  cut: {
    takes: { when: { enum: ['before', 'after', 'middle'] }, reset: { type: 'boolean' } },
    needs: ['when'],
  },
  html: { takes: { when: WHEN } },
  stale: { takes: { ms: MS } },
  expire_tokens: { takes: {} },
  overtake: { takes: {} },
  double: { takes: {} },
  delay: { takes: { ms: MS }, needs: ['ms'] },
  lose: { takes: {} },
  reorder: { takes: { within: MS } },
  forge: { takes: { how: { enum: ['missing', 'wrong', 'old'] } }, needs: ['how'] },
}

/** JSON Schema of a plan, for `POST /_sandbox/faults`. */
export const FAULT_PLAN_SCHEMA = {
  type: 'object',
  required: ['on', 'fault'],
  additionalProperties: false,
  properties: {
    on: { type: 'string', minLength: 1, maxLength: 100 },
    times: { type: 'integer', minimum: 1, maximum: 10_000 },
    skip: { type: 'integer', minimum: 0, maximum: 10_000 },
    fault: {
      oneOf: Object.entries(FAULT_MEMBERS).map(([kind, { takes, needs = [] }]) => ({
        type: 'object',
        required: ['kind', ...needs],
        additionalProperties: false,
        properties: { kind: { const: kind }, ...takes },
      })),
    },
  },
}

interface Standing {
  readonly plan: FaultPlan
  left: number
  skip: number
}

export interface Faults {
  /** `faults.add({ on: 'createSession', fault: { kind: 'cut', when: 'after' } })` */
  add(plan: FaultPlan): void
  takeForCall(operation: string): CallFault | undefined
  takeForCallback(event: string): CallbackFault | undefined
  /** What is still to come. */
  list(): readonly (FaultPlan & { readonly left: number })[]
  clear(): void
}

export function createFaults(): Faults {
  const standing: Standing[] = []

  function take(on: string, kinds: readonly string[]): Fault | undefined {
    const matching = standing.filter(
      entry => (entry.plan.on === on || entry.plan.on === '*') && kinds.includes(entry.plan.fault.kind),
    )
    for (const entry of matching) {
      if (entry.skip > 0) {
        entry.skip--
        continue
      }
      entry.left--
      if (entry.left === 0) standing.splice(standing.indexOf(entry), 1)
      return entry.plan.fault
    }
    return undefined
  }

  return {
    add: plan => void standing.push({ plan, left: plan.times ?? 1, skip: plan.skip ?? 0 }),
    takeForCall: operation => take(operation, CALL_KINDS) as CallFault | undefined,
    takeForCallback: event => take(event, CALLBACK_KINDS) as CallbackFault | undefined,
    list: () => standing.map(entry => ({ ...entry.plan, skip: entry.skip, left: entry.left })),
    clear: () => void standing.splice(0),
  }
}
