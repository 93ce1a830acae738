/**
 * What the engine needs from the mapping language, as a type of its own: the engines do not know each other,
 * the hub hands one to the other. Absent operands give `undefined`; any other error is thrown.
 */
import { isHubError } from '../kernel/errors.js'
import type { Json } from '../kernel/json.js'

/** Values by root name: `settings`, `body`, `step` … */
export type Scope = Readonly<Record<string, unknown>>

export interface Evaluator {
  /** @throws HubError of a MAPPING_ code where the value cannot be worked out */
  evaluate(scope: Scope): Json | undefined
}

export interface Expressions {
  /** A path that begins with a root, or CEL over the roots. @throws HubError where the text is wrong */
  expression(text: string, roots: readonly string[]): Evaluator
  /** A rule of the mapping language; its paths begin with a root. @throws HubError where the rule is wrong */
  rule(rule: Json, roots: readonly string[]): Evaluator
}

/** Roots of every slot (docs/connector.md, “one scope”). */
export const CALL_ROOTS = [
  'settings',
  'id',
  'token',
  'body',
  'sent',
  'kept',
  'record',
  'step',
  'since',
  'until',
  'cursor',
  'page',
  'sent_at',
  'callback_url',
  'access_token',
  'event',
  'item',
] as const

/** Roots once an answer is there; `body` is then the answer, `sent` what was sent. */
export const ANSWER_ROOTS = [...CALL_ROOTS, 'operation', 'status', 'headers'] as const

/** Roots of a callback's words. */
export const CALLBACK_ROOTS = ['method', 'path', 'query', 'headers', 'body', 'item', 'delivery'] as const

const PATH = /^[A-Za-z_]\w*(?:\.[A-Za-z_][\w-]*|\[[^\]]{0,200}\])*$/

/** Words like `event: type` may leave out their root: a path whose first name is no root begins at `root`. */
export function rooted(text: string, roots: readonly string[], root: string): string {
  if (text === '$') return 'body'
  const first = /^\w+/.exec(text)?.[0]
  if (!PATH.test(text) || (first !== undefined && roots.includes(first))) return text
  return `${root}.${text}`
}

/** True only where the expression is exactly true; one that cannot be evaluated is not. */
export function holds(evaluator: Evaluator, scope: Scope): boolean {
  return attempt(evaluator, scope) === true
}

/** The value, or undefined where it is absent or cannot be evaluated: what cannot be evaluated does not match. */
export function attempt(evaluator: Evaluator, scope: Scope): Json | undefined {
  try {
    return evaluator.evaluate(scope)
  } catch (error) {
    if (!isHubError(error)) throw error
    return undefined
  }
}
