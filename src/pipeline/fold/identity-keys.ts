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

export function identityKeysOf(kind: string, fields: Readonly<Record<string, Json>>): IdentityKey[] {
  const identity = KINDS.get(kind)?.identity ?? {}
  return Object.entries(identity).flatMap(([field, name]) => {
    const value = fields[field]
    const values = Array.isArray(value) ? value : value === undefined || value === null ? [] : [value]
    return values.flatMap(entry => {
      if (typeof entry !== 'string') return []
      const normal = entry.normalize('NFKC').trim().toLowerCase().replace(/\s/g, '')
      return normal.length < SHORTEST ? [] : [{ kind, key: `${name}:${normal}` }]
    })
  })
}
