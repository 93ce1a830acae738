/**
 * `concat: [rule, …]`: the entries of several lists, one after the other. A rule that says nothing adds nothing;
 * absent where no rule says anything, null where none says more than null.
 */
import { Refusal } from '../refusal.js'
import { NO_RULE } from '../rule/context.js'
import { mayBe } from '../schema.js'
import { MAX_ENTRIES } from './each.js'
import type { Source } from './source.js'

export const concat: Source = {
  words: [],
  compile(node, spot, scope, cx) {
    const nodes = node['concat']
    const at = [...spot.at, 'concat']
    if (!Array.isArray(nodes) || nodes.length === 0) {
      cx.list.add('MAPPING_RULE_INVALID', at, '`concat` is a list of rules that give lists')
      return NO_RULE
    }
    const rules = nodes.map((rule, index) => cx.rule(rule, { ...spot, at: [...at, index] }, scope, cx))
    for (const [index, rule] of rules.entries())
      if (rule.type !== undefined && !mayBe(rule.type, 'array'))
        cx.list.add(
          'MAPPING_TYPE_UNFIT',
          [...at, index],
          '`concat` joins lists; write [rule] for a list of one',
        )
    return {
      type: { type: 'array' },
      personal: rules.find(rule => rule.personal)?.personal,
      sure: true,
      run: frame => {
        let joined: unknown[] | null | undefined
        for (const { run } of rules) {
          const value = run(frame)
          if (value === undefined) continue
          if (value === null) {
            joined ??= null
            continue
          }
          if (!Array.isArray(value)) throw new Refusal('MAPPING_TYPE_MISMATCH', value, 'a list')
          joined = [...(joined ?? []), ...value]
          if (joined.length > MAX_ENTRIES)
            throw new Refusal('MAPPING_VALUE_LARGE', joined.length, `at most ${MAX_ENTRIES} entries`)
        }
        return joined
      },
    }
  },
}
