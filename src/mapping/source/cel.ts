/** `cel: EXPR`: computed; an absent operand leaves the field absent. */

import { compileRuleCel } from '../rule/cel.js'
import { NO_RULE } from '../rule/context.js'
import type { Source } from './source.js'

export const cel: Source = {
  words: [],
  compile(node, spot, scope, cx) {
    const compiled = compileRuleCel(node['cel'], [...spot.at, 'cel'], scope, cx)
    if (!compiled) return NO_RULE
    const { literal } = compiled
    return {
      run: compiled.run,
      type: compiled.type.schema,
      personal: compiled.personal,
      ...(literal === undefined ? {} : { constant: { value: literal } }),
    }
  },
}
