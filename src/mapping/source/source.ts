/** One way a rule gets its value: a row of the table of sources (docs/mapping.md). */
import type { Rule, RuleContext, RuleObject, Scope, Spot } from '../rule/context.js'

export interface Source {
  /** Words that belong to this source beside its own. */
  readonly words: readonly string[]
  compile(node: RuleObject, spot: Spot, scope: Scope, cx: RuleContext): Rule
}
