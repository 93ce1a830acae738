/** Identity keys from values: `{ emails: ['A@b.c '] }` of a candidate → `email:a@b.c`. Short or empty values identify nobody. */
import type { Json } from '../../kernel/json.js'
import type { IdentityKey } from '../../ledger/identity.js'
import { KINDS } from '../../model/kinds.js'

/** Shorter than any phone number or address: extensions, placeholders, `无`. */
const SHORTEST = 5

/** The keys among some that a field of `auto_merge` gave. */
export function autoKeys(
  kind: string,
  keys: readonly IdentityKey[],
  fields: readonly string[] = [],
): IdentityKey[] {
  const names = fields.flatMap(field => KINDS.get(kind)?.identity[field] ?? [])
  return keys.filter(({ key }) => names.some(name => key.startsWith(`${name}:`)))
}

/**
 * One person is known to a handful of systems and applies a few times; what led more things than this to a record, or
 * stood at more records, is an agency's number or `hr@…`. It finds nobody any more and proposes nothing.
 */
export const MOST_SERVED = 10

/** As keys and the ignore table are compared. */
export const normalized = (value: string) => value.normalize('NFKC').trim().toLowerCase().replace(/\s/g, '')

/** @param ignored normalised values that stand for nobody in particular */
export function identityKeysOf(
  kind: string,
  fields: Readonly<Record<string, Json>>,
  ignored?: ReadonlySet<string>,
): IdentityKey[] {
  const identity = KINDS.get(kind)?.identity ?? {}
  return Object.entries(identity).flatMap(([field, name]) => {
    const value = fields[field]
    const values = Array.isArray(value) ? value : value === undefined || value === null ? [] : [value]
    return values.flatMap(entry => {
      if (typeof entry !== 'string') return []
      const normal = normalized(entry)
      return normal.length < SHORTEST || ignored?.has(normal) ? [] : [{ kind, key: `${name}:${normal}` }]
    })
  })
}
