/**
 * `external: { of, resource }` with `missing`: the id that a referenced record has in the target connection.
 * `of` is `self` or a path to a reference; a list of references gives a list of ids.
 */
import { isObject, type Json } from '../../kernel/json.js'
import { Refusal } from '../refusal.js'
import { NO_RULE } from '../rule/context.js'
import type { Frame, RuleFn } from '../rule/frame.js'
import { compilePath } from '../rule/path.js'
import { entryOf, isRef } from '../schema.js'
import { didYouMean } from '../suggest.js'
import type { Source } from './source.js'

const MISSING = ['wait', 'ignore', 'refuse'] as const
type Missing = (typeof MISSING)[number]

export const external: Source = {
  words: ['missing'],
  compile(node, spot, scope, cx) {
    const at = [...spot.at, 'external']
    const asked: Json = node['external'] ?? null
    const parts: Readonly<Record<string, unknown>> = isObject(asked) ? asked : { of: asked }
    for (const word of Object.keys(parts))
      if (word !== 'of' && word !== 'resource')
        cx.list.add(
          'MAPPING_WORD_UNKNOWN',
          [...at, word],
          `\`external\` has no \`${word}\`${didYouMean(word, ['of', 'resource'])}`,
          { key: true },
        )
    const { of, resource } = parts
    if (cx.direction !== 'out') cx.list.add('MAPPING_RULE_INVALID', at, '`external` belongs in .out mappings')
    if (typeof of !== 'string' || (resource !== undefined && typeof resource !== 'string')) {
      cx.list.add('MAPPING_RULE_INVALID', at, 'write { of: self | a reference, resource: name }')
      return NO_RULE
    }
    const missing = missingOf(node['missing'])
    if (!missing) {
      cx.list.add(
        'MAPPING_WORD_UNKNOWN',
        [...spot.at, 'missing'],
        `\`missing\` is one of ${MISSING.join(', ')}`,
      )
      return NO_RULE
    }
    cx.externals.push({ of, resource, missing })
    const ids = of === 'self' ? selfId : refIds(of, at)
    if (!ids) return NO_RULE
    return { run: lookUp(ids, resource, missing), type: undefined }

    function refIds(path: string, place: readonly (string | number)[]): RuleFn | undefined {
      const rule = compilePath(path, place, scope, cx)
      const entry = entryOf(rule?.type)
      const refers = !rule?.type || isRef(rule.type) || (entry !== 'none' && isRef(entry.schema))
      if (rule && !refers) cx.list.add('MAPPING_TYPE_UNFIT', place, `\`${path}\` is no reference to a record`)
      return rule?.run
    }
  },
}

const selfId: RuleFn = frame => frame.run.view?.id

function missingOf(word: Json | undefined): Missing | undefined {
  return word === undefined ? 'wait' : MISSING.find(known => known === word)
}

function lookUp(ids: RuleFn, resource: string | undefined, missing: Missing): RuleFn {
  const one = (id: unknown, frame: Frame): string | undefined => {
    if (typeof id !== 'string') throw new Refusal('MAPPING_TYPE_MISMATCH', id, 'the id of a record')
    const found = frame.run.external(id, resource)
    if (found !== undefined) return found
    if (missing === 'refuse') {
      const where = resource === undefined ? 'in the target system' : `as ${resource} in the target system`
      throw new Refusal('MAPPING_REFERENCE_MISSING', id, `a record that has an id ${where}`)
    }
    if (missing === 'wait') frame.run.waits.push({ record: id, resource })
    return undefined
  }
  return frame => {
    const value = ids(frame)
    if (value === undefined || value === null) return value
    if (!Array.isArray(value)) return one(value, frame)
    return value.map(id => one(id, frame)).filter(found => found !== undefined)
  }
}
