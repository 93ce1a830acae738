/** One change a rule makes to its value: a row of the table of modifiers, run in the order of the table. */
import type { Json } from '../../kernel/json.js'
import type { RuleContext, RuleObject, Scope, Spot } from '../rule/context.js'
import type { Frame } from '../rule/frame.js'
import type { Known } from '../schema.js'

export interface Stage {
  /** Never sees null or undefined; on a list it is called for each entry, unless `whole`. */
  readonly run: (value: unknown, frame: Frame) => unknown
  readonly type: Known
  readonly whole?: boolean
  /** What the value is from here on: personal of a kind, or no longer (`null`). */
  readonly personal?: string | null
}

export interface ModifierInput {
  readonly node: RuleObject
  readonly spot: Spot
  readonly scope: Scope
  readonly cx: RuleContext
  /** What the value is so far. */
  readonly type: Known
}

export interface Modifier {
  /** The word that asks for it. */
  readonly word: string
  /** Words that only make sense beside it. */
  readonly words: readonly string[]
  compile(input: ModifierInput, value: Json): Stage | undefined
}
