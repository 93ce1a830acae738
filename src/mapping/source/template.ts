/** `template: "…{part}…"`: text from parts; a part without `with` is a path, an absent part makes the field absent. */

import type { Json } from '../../kernel/json.js'
import { isObject } from '../../kernel/json.js'
import { generateText } from '../generate.js'
import { Refusal } from '../refusal.js'
import { NO_RULE, partOf, type Rule } from '../rule/context.js'
import type { Frame } from '../rule/frame.js'
import { compilePath } from '../rule/path.js'
import { mayBe } from '../schema.js'
import { didYouMean } from '../suggest.js'
import type { Source } from './source.js'

const PARTS = /\{\{|\}\}|\{([^{}]*)\}|[{}]/g
const MAX_LENGTH = 10_000

export const template: Source = {
  words: ['with'],
  compile(node, spot, scope, cx) {
    const text = node['template']
    const at = [...spot.at, 'template']
    if (typeof text !== 'string' || text.length > MAX_LENGTH) {
      cx.list.add('MAPPING_RULE_INVALID', at, `a template is text of at most ${MAX_LENGTH} characters`)
      return NO_RULE
    }
    const given = isObject(node['with']) ? (node['with'] as Record<string, Json>) : {}
    if (node['with'] !== undefined && !isObject(node['with']))
      cx.list.add('MAPPING_RULE_INVALID', [...spot.at, 'with'], '`with` names rules: { part: rule }')
    const literals: string[] = ['']
    const rules: Rule[] = []
    const used = new Set<string>()
    let end = 0
    const addText = (more: string) => literals.push((literals.pop() ?? '') + more)
    for (const match of text.matchAll(PARTS)) {
      addText(text.slice(end, match.index))
      end = match.index + match[0].length
      const name = match[1]
      if (name === undefined) {
        if (match[0].length === 2) addText(match[0].charAt(0))
        else
          cx.list.add(
            'MAPPING_RULE_INVALID',
            at,
            `a single "${match[0]}" is written "${match[0]}${match[0]}"`,
          )
        continue
      }
      const own = Object.hasOwn(given, name)
      used.add(name)
      const part = own
        ? cx.rule(given[name] ?? null, partOf(spot, 'with', name), scope, cx)
        : (compilePath(name.trim(), at, scope, cx) ?? NO_RULE)
      if (!['string', 'number', 'boolean'].some(type => mayBe(part.type, type)))
        cx.list.add(
          'MAPPING_TYPE_UNFIT',
          at,
          `{${name}} is a list or an object; a template takes text and numbers`,
        )
      rules.push(part)
      literals.push('')
    }
    addText(text.slice(end))
    for (const name of Object.keys(given))
      if (!used.has(name))
        cx.list.add(
          'MAPPING_RULE_UNREACHABLE',
          [...spot.at, 'with', name],
          `the template has no {${name}}${didYouMean(name, used)}`,
          { key: true },
        )
    return {
      run: generateText<Frame>(literals, rules, notText),
      type: { type: 'string' },
      sure: true,
      personal: rules.find(rule => rule.personal)?.personal,
      ...(rules.length === 0 ? { constant: { value: literals.join('') } } : {}),
    }
  },
}

function notText(value: unknown): never {
  throw new Refusal('MAPPING_TYPE_MISMATCH', value, 'text or a number in a template')
}
