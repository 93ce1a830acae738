/** A schema with a meaning at every word: its own, or the one of word-meanings.ts. */
import { isObject, type Json, type JsonObject } from '../../kernel/json.js'
import type { Meanings } from './word-meanings.js'

export interface Described {
  readonly schema: JsonObject
  /** Paths of words that nobody says the meaning of. */
  readonly missing: readonly string[]
  /** Meanings that no word used. */
  readonly unused: readonly string[]
}

/** Schema words below which the same path goes on. */
const THROUGH = ['items', 'anyOf', 'oneOf', 'allOf'] as const

export function described(schema: JsonObject, meanings: Meanings): Described {
  const missing = new Set<string>()
  const used = new Set<string>()

  function meaningOf(path: string, word: string): string | undefined {
    const name = Object.hasOwn(meanings, path) ? path : word
    if (!Object.hasOwn(meanings, name)) return undefined
    used.add(name)
    return meanings[name]
  }

  function members(properties: JsonObject, path: string): JsonObject {
    return Object.fromEntries(
      Object.entries(properties).map(([word, member]) => {
        const at = path === '' ? word : `${path}.${word}`
        if (!isObject(member)) return [word, member]
        const inside = walk(member as JsonObject, at)
        if (typeof inside['description'] === 'string') return [word, inside]
        const description = meaningOf(at, word)
        if (description === undefined) missing.add(at)
        return [word, description === undefined ? inside : { ...inside, description }]
      }),
    )
  }

  function walk(node: JsonObject, path: string): JsonObject {
    const out: Record<string, Json> = { ...node }
    const below = path === '' ? '*' : `${path}.*`
    if (isObject(node['properties'])) out['properties'] = members(node['properties'] as JsonObject, path)
    for (const word of ['additionalProperties', 'patternProperties'] as const) {
      const more = node[word]
      if (!isObject(more)) continue
      out[word] =
        word === 'additionalProperties'
          ? walk(more as JsonObject, below)
          : Object.fromEntries(
              Object.entries(more).map(([name, one]) => [name, walk(one as JsonObject, below)]),
            )
    }
    for (const word of THROUGH) {
      const inner = node[word]
      if (Array.isArray(inner))
        out[word] = inner.map(one => (isObject(one) ? walk(one as JsonObject, path) : one))
      else if (isObject(inner)) out[word] = walk(inner as JsonObject, path)
    }
    const defined = node['$defs']
    if (isObject(defined))
      out['$defs'] = Object.fromEntries(
        Object.entries(defined).map(([name, one]) => [name, walk(one as JsonObject, `$${name}`)]),
      )
    return out
  }

  const whole = walk(schema, '')
  return {
    schema: whole,
    missing: [...missing],
    unused: Object.keys(meanings).filter(name => !used.has(name)),
  }
}
