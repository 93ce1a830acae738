/** `first: [rule, …]`: the first that is present and not null; null where at least one was null, else absent. */
import { NO_RULE, type Rule } from '../rule/context.js'
import type { Known } from '../schema.js'
import type { Source } from './source.js'

export const first: Source = {
  words: [],
  compile(node, spot, scope, cx) {
    const nodes = node['first']
    const at = [...spot.at, 'first']
    if (!Array.isArray(nodes) || nodes.length === 0) {
      cx.list.add('MAPPING_RULE_INVALID', at, '`first` is a list of rules')
      return NO_RULE
    }
    const rules = nodes.map((rule, index) => cx.rule(rule, { ...spot, at: [...at, index] }, scope, cx))
    const sure = rules.findIndex(rule => rule.constant !== undefined && rule.constant.value !== null)
    if (sure >= 0 && sure < rules.length - 1)
      cx.list.add('MAPPING_RULE_UNREACHABLE', [...at, sure + 1], 'the rule before it always has a value')
    const runs = rules.map(rule => rule.run)
    return {
      run: frame => {
        let last: unknown
        for (const run of runs) {
          const value = run(frame)
          if (value !== undefined && value !== null) return value
          if (value === null) last = null
        }
        return last
      },
      type: either(rules),
      personal: rules.find(rule => rule.personal)?.personal,
    }
  },
}

export function either(rules: readonly Rule[]): Known {
  const types = rules.filter(rule => rule.constant?.value !== null).map(rule => rule.type)
  const known = types.filter(type => type !== undefined)
  if (known.length < types.length || known.length === 0) return undefined
  return known.length === 1 ? known[0] : { anyOf: known }
}
