/** Which records go with one that is erased: what was merged into it, and what is about that person alone. */
import { prefixOf } from '../../kernel/ids.js'
import type { Querying } from '../../ledger/engine/types.js'
import { referringBy } from '../../ledger/erase.js'
import { mergedInto } from '../../ledger/merge-records.js'
import { OF_A_PERSON } from '../fold/record-refs.js'

/** Kept on legal grounds of their own; erased by themselves. */
const STANDS_ALONE: ReadonlySet<string> = new Set(['employee'])

export async function recordsAbout(tx: Querying, tenant: string, root: string): Promise<string[]> {
  const all = new Set<string>([root])
  for (let level = [root]; level.length > 0; ) {
    const next = new Set<string>()
    for (const id of level) for (const merged of await mergedInto(tx, tenant, id)) next.add(merged)
    const persons = level.filter(id => OF_A_PERSON.has(prefixOf(id)))
    // A field of the record itself: an interviewer in a list does not make the interview about them.
    for (const { from, path } of persons.length > 0 ? await referringBy(tx, tenant, persons) : [])
      if (!path.includes('.') && OF_A_PERSON.has(path) && !STANDS_ALONE.has(prefixOf(from))) next.add(from)
    level = [...next].filter(id => !all.has(id))
    for (const id of level) all.add(id)
  }
  return [...all].sort()
}
