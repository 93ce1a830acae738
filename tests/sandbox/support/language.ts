/** The mapping language as the hub hands it to the connector engine. */
import type { Evaluator, Expressions } from '../../../src/connector/expressions.js'
import { HubError } from '../../../src/kernel/errors.js'
import { parseYaml } from '../../../src/kernel/yaml.js'
import { compileExpression } from '../../../src/mapping/expression.js'
import { compileRule } from '../../../src/mapping/scope-rule.js'

const file = parseYaml('', 'connector.yaml')
const rootsOf = (names: readonly string[]) => Object.fromEntries(names.map(name => [name, {}]))
const broken = (messages: readonly string[]) =>
  new HubError('CONNECTOR_EXPRESSION_BROKEN', { detail: messages.join('; ') })

export const language: Expressions = {
  expression(text, roots): Evaluator {
    const compiled = compileExpression(text, { roots: rootsOf(roots) })
    if ('problems' in compiled) throw broken(compiled.problems.map(problem => problem.message))
    return compiled.expression
  },
  rule(rule, roots): Evaluator {
    const compiled = compileRule(rule, {
      file,
      at: [],
      roots: rootsOf(roots),
      context: {
        schemaOf: () => undefined,
        isKind: () => false,
        tables: {},
        stateOrder: () => undefined,
      },
    })
    if (!compiled.rule) throw broken(compiled.problems.map(problem => problem.message))
    return compiled.rule
  },
}
