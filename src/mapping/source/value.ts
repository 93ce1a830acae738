/** `value: X`: the same for every input. */
import type { Json } from '../../kernel/json.js'
import type { Known } from '../schema.js'
import type { Source } from './source.js'

export const value: Source = {
  words: [],
  compile(node) {
    const constant = frozen(node['value'] ?? null)
    return {
      run: () => constant,
      inline: constants => constants.add(constant),
      type: schemaOfValue(constant),
      constant: { value: constant },
    }
  },
}

/** Results share the constant, so nobody may change it. */
export function frozen(json: Json): Json {
  if (typeof json === 'object' && json !== null && !Object.isFrozen(json)) {
    Object.freeze(json)
    for (const member of Object.values(json)) frozen(member as Json)
  }
  return json
}

export function schemaOfValue(json: Json): Known {
  if (json === null) return undefined
  if (Array.isArray(json)) return { type: 'array' }
  return typeof json === 'object' ? { type: 'object' } : { const: json }
}
