/**
 * By what a person is named in messages that nobody could fold: phone numbers and addresses, as they were said and as
 * they are compared. What others go by too (an agency's mail) names nobody.
 */
import type { Json } from '../../kernel/json.js'
import type { Querying } from '../../ledger/engine/types.js'
import { identityRows } from '../../ledger/identity.js'
import type { RecordRow } from '../../ledger/schema.js'
import { KINDS } from '../../model/kinds.js'
import { identityKeysOf, MOST_SERVED, normalized } from '../fold/identity-keys.js'

type Known = Pick<RecordRow, 'kind' | 'data'>

/** Values of some records that served more things than one person has, or that stand at a record of somebody else. */
export async function sharedValues(
  tx: Querying,
  tenant: string,
  rows: readonly Known[],
  own: readonly string[],
): Promise<string[]> {
  const keys = rows.flatMap(({ kind, data }) => identityKeysOf(kind, data))
  const held = await identityRows(tx, tenant, keys)
  const shared = held.filter(row => row.served > MOST_SERVED || !own.includes(row.record))
  return [...new Set(shared.map(({ key }) => key.slice(key.indexOf(':') + 1)))].sort()
}

/** In lower case. @param others normalised values that do not tell this person from others */
export function valuesOf(rows: readonly Known[], others: ReadonlySet<string>): string[] {
  const values = new Set<string>()
  for (const { kind, data } of rows)
    for (const said of textsOf(kind, data)) {
      const [one] = identityKeysOf(kind, data, others).filter(({ key }) =>
        key.endsWith(`:${normalized(said)}`),
      )
      if (!one) continue
      for (const value of [normalized(said), said.trim().toLowerCase()]) {
        values.add(value)
        // A Chinese number is written with and without its country.
        if (value.startsWith('+86')) values.add(value.slice(3).trim())
      }
    }
  return [...values]
}

function textsOf(kind: string, data: Readonly<Record<string, Json>>): string[] {
  return Object.keys(KINDS.get(kind)?.identity ?? {}).flatMap(field => {
    const value = data[field]
    const all: readonly Json[] = Array.isArray(value) ? value : [value ?? null]
    return all.flatMap(entry => (typeof entry === 'string' ? [entry] : []))
  })
}
