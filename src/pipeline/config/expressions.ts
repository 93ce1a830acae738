/**
 * The mapping language as the connector engine takes it: the engines do not know each other, this introduces
 * them. A plain word is CEL, which reads it the same way and faster; what only PATH can say is a rule.
 */
import type { Evaluator, Expressions } from '../../connector/expressions.js'
import { HubError } from '../../kernel/errors.js'
import type { Json } from '../../kernel/json.js'
import { parseYaml } from '../../kernel/yaml.js'
import { compileExpression } from '../../mapping/expression.js'
import { isPath } from '../../mapping/path.js'
import { compileRule } from '../../mapping/scope-rule.js'
import type { CompileContext } from '../../mapping/types.js'

/** Paths that mean the same in CEL: names, positions from the front, quoted names. */
const PLAIN = /^\w+(?:\.[A-Za-z_]\w*|\[(?:\d+|'[^'\\]*'|"[^"\\]*")\])*$/

const NOTHING: CompileContext = {
  schemaOf: () => undefined,
  isKind: () => false,
  tables: {},
  stateOrder: () => undefined,
}

/** @param context its tables serve `lookup: NAME` in the rules of manifests */
export function expressionsFor(context: CompileContext = NOTHING): Expressions {
  // Manifests place their problems themselves; a rule's own place is never shown.
  const file = parseYaml('', '')
  const rule = (node: Json, roots: readonly string[]): Evaluator => {
    const compiled = compileRule(node, { file, at: [], roots: rootsOf(roots), context })
    if (!compiled.rule) throw broken(compiled.problems)
    return compiled.rule
  }
  return {
    rule,
    expression(text, roots) {
      const first = /^\w+/.exec(text)?.[0]
      if (!PLAIN.test(text) && isPath(text) && first !== undefined && roots.includes(first))
        return rule(text, roots)
      const compiled = compileExpression(text, { roots: rootsOf(roots) })
      if ('problems' in compiled) throw broken(compiled.problems)
      return compiled.expression
    },
  }
}

const rootsOf = (names: readonly string[]) => Object.fromEntries(names.map(name => [name, {}]))

function broken(problems: readonly { readonly message: string }[]): HubError {
  return new HubError('CONNECTOR_EXPRESSION_BROKEN', {
    detail: problems.map(problem => problem.message).join('; '),
  })
}
