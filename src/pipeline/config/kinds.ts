/** What the configuration asks of the model: schemas of kinds, the place of a state, where references lead. */
import type { JsonSchema } from '../../kernel/json-schema.js'
import { KINDS } from '../../model/kinds.js'
import type { StateMachine } from '../../model/state-machine.js'

export const isKind = (name: string): boolean => KINDS.has(name)

export function schemaOfKind(name: string): JsonSchema | undefined {
  return KINDS.get(name)?.schema as JsonSchema | undefined
}

/** What lies beside the way is placed above it with these numbers (model/offer.ts); `accepted` stands on it. */
const BESIDE_THE_WAY = 90

/** Undefined: no such word, or an end beside the way (a withdrawn offer has not reached `approved`). */
export function stateOrder(kind: string, word: string): number | undefined {
  for (const machine of Object.values(KINDS.get(kind)?.machines ?? {}))
    if (Object.hasOwn(machine.order, word)) return isBeside(machine, word) ? undefined : machine.order[word]
  return undefined
}

function isBeside({ order, ends, endsBefore = {} }: StateMachine, word: string): boolean {
  if ((order[word] ?? 0) >= BESIDE_THE_WAY) return true
  if (!ends.includes(word)) return false
  const before = Object.hasOwn(endsBefore, word) ? endsBefore[word] : undefined
  return before !== undefined && before !== word
}

/** The schema of a field; names are those of the schema, lists are walked through. */
export function fieldSchema(kind: string, path: string): JsonSchema | undefined {
  let schema = schemaOfKind(kind)
  for (const name of path.split('.')) {
    const holder = schema?.items ?? schema
    const more = holder?.additionalProperties
    if (holder?.properties && Object.hasOwn(holder.properties, name)) schema = holder.properties[name]
    else schema = typeof more === 'object' ? more : undefined
  }
  return schema
}

/** The kind that a reference field (or a list of references) leads to. */
export function referredKind(kind: string, path: string): string | undefined {
  const schema = fieldSchema(kind, path)
  return schema?.['x-ref'] ?? schema?.items?.['x-ref']
}

/** The kind at the end of references. */
export function kindAtEnd(kind: string, via: readonly string[]): string | undefined {
  let at: string | undefined = kind
  for (const path of via) at = at === undefined ? undefined : referredKind(at, path)
  return at
}
