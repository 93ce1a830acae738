import type { Evaluator, Expressions, Scope } from '../../../src/connector/expressions.js'
import { HubError } from '../../../src/kernel/errors.js'
import { isObject, type Json } from '../../../src/kernel/json.js'
import { compileExpression } from '../../../src/mapping/expression.js'

/**
 * The mapping language as far as manifests use it: CEL by the real compiler, rules by a small double
 * (path, list, value, from with as/write, template, cel, fields, first).
 */
export const expressions: Expressions = {
  expression: (text, roots) => cel(text, roots),
  rule: (rule, roots) => compile(rule, roots),
}

function cel(text: string, roots: readonly string[]): Evaluator {
  const compiled = compileExpression(text, { roots: Object.fromEntries(roots.map(root => [root, {}])) })
  if ('problems' in compiled)
    throw new HubError('CONNECTOR_EXPRESSION_BROKEN', {
      detail: compiled.problems.map(p => p.message).join('; '),
    })
  return { evaluate: scope => compiled.expression.evaluate(defined(scope)) }
}

const defined = (scope: Scope): Scope =>
  Object.fromEntries(Object.entries(scope).filter(([, value]) => value !== undefined))

function compile(rule: Json, roots: readonly string[]): Evaluator {
  if (typeof rule === 'string') return cel(rule, roots)
  if (Array.isArray(rule)) {
    const entries = rule.map(entry => compile(entry as Json, roots))
    return { evaluate: scope => entries.map(entry => entry.evaluate(scope)).filter(v => v !== undefined) }
  }
  if (!isObject(rule)) return { evaluate: () => rule }
  const node = rule as Record<string, Json>
  if (Object.hasOwn(node, 'value')) return { evaluate: () => node['value'] }
  if (typeof node['cel'] === 'string') return cel(node['cel'], roots)
  if (typeof node['template'] === 'string') return template(node['template'], roots)
  if (Array.isArray(node['first'])) {
    const rules = node['first'].map(entry => compile(entry as Json, roots))
    return { evaluate: scope => rules.map(r => r.evaluate(scope)).find(v => v !== undefined && v !== null) }
  }
  if (isObject(node['fields'])) {
    const members = Object.entries(node['fields']).map(([k, v]) => [k, compile(v as Json, roots)] as const)
    return {
      evaluate: scope =>
        Object.fromEntries(
          members.map(([k, r]) => [k, r.evaluate(scope)]).filter(([, v]) => v !== undefined),
        ) as Json,
    }
  }
  if (typeof node['from'] === 'string') {
    const from = cel(node['from'], roots)
    return { evaluate: scope => written(from.evaluate(scope), node) }
  }
  throw new HubError('CONNECTOR_EXPRESSION_BROKEN', { detail: `no rule: ${JSON.stringify(rule)}` })
}

function written(value: Json | undefined, node: Record<string, Json>): Json | undefined {
  if (value === undefined || value === null) return value
  if (node['as'] === 'datetime' && node['write'] === 'epoch_ms') return Date.parse(String(value))
  if (node['as'] === 'datetime' && node['format'] === 'epoch_ms') return new Date(Number(value)).toISOString()
  if (node['as'] === 'string') return String(value)
  return value
}

function template(text: string, roots: readonly string[]): Evaluator {
  const parts = text.split(/\{([^}]+)\}/).map((part, i) => (i % 2 ? cel(part, roots) : part))
  return {
    evaluate: scope => {
      const values = parts.map(part => (typeof part === 'string' ? part : part.evaluate(scope)))
      return values.some(v => v === undefined) ? undefined : values.map(String).join('')
    },
  }
}
