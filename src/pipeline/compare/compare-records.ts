/**
 * Records under changed mappings: the whole set of each record's sayings is reduced twice, as it lies in the ledger
 * and with what the changed messages would say in the place of what they said. What differs would really change:
 * a value that loses to another system changes nothing. Read-only.
 */
import { type Json, sameJson } from '../../kernel/json.js'
import { linksOfRecords } from '../../ledger/find-links.js'
import { findRecords } from '../../ledger/find-records.js'
import { saidInMessages, sayingsOfLinks } from '../../ledger/find-sayings.js'
import { messagesById } from '../../ledger/messages.js'
import type { SayingRow } from '../../ledger/schema.js'
import { KINDS } from '../../model/kinds.js'
import { GONE } from '../../model/leaves.js'
import { lawOf, type RecordState, reduce } from '../../model/reduce.js'
import type { TenantConfig } from '../config/types.js'
import { fromRow } from '../fold/apply.js'
import type { Parts } from '../parts.js'
import { subjectOf } from './compare-messages.js'
import { keyOfSaying, readAgain, type SaidAgain } from './read-again.js'
import type { Scope } from './scope.js'

export interface Subject {
  /** Id of a record, or the key of the first link of one that would be made. */
  readonly record: string
  /** The messages that would say something else about it. */
  readonly messages: readonly string[]
}

export interface LeafChange {
  readonly path: string
  readonly before: Json
  readonly after: Json
}

export interface ComparedRecord {
  readonly record: string
  readonly kind: string
  readonly made: boolean
  /** Empty: the set of its sayings changes, the record does not. */
  readonly changes: readonly LeafChange[]
}

export async function compareRecords(
  parts: Pick<Parts, 'ledger' | 'clock' | 'sealer'>,
  config: TenantConfig,
  scope: Scope,
  subjects: readonly Subject[],
): Promise<readonly ComparedRecord[]> {
  const { tenant } = config
  return parts.ledger.transaction(async tx => {
    await tx.query('set transaction read only')
    const ids = [...new Set(subjects.flatMap(subject => subject.messages))]
    const again = await readAgain(tx, parts, config, scope, await messagesById(tx, tenant, ids))
    const spoken = new Map<string, SaidAgain[]>()
    for (const said of again.said) {
      const subject = subjectOf(again, said.record, said.link)
      spoken.set(subject, [...(spoken.get(subject) ?? []), said])
    }
    const replaced = new Set((await saidInMessages(tx, tenant, ids, scope.flows)).map(keyOfSaying))
    const rows = await findRecords(
      tx,
      tenant,
      subjects.map(subject => subject.record),
    )
    const links = await linksOfRecords(
      tx,
      tenant,
      rows.map(row => row.id),
    )
    const stored = await sayingsOfLinks(
      tx,
      tenant,
      links.map(link => link.id),
    )
    const recordOf = new Map(links.map(link => [link.id, link.record]))
    const known = new Map(rows.map(row => [row.id, row]))
    const sets = new Map<string, SayingRow[]>()
    for (const row of stored) {
      const record = recordOf.get(row.link) ?? row.record
      const set = sets.get(record)
      if (set) set.push(row)
      else sets.set(record, [row])
    }
    const connections = new Map([
      ...links.map(link => [link.id, link.connection] as const),
      ...again.said.map(({ link }) => [link.id, link.connection] as const),
    ])
    return subjects.flatMap(({ record }): ComparedRecord[] => {
      const fresh = spoken.get(record) ?? []
      const kind = known.get(record)?.kind ?? fresh[0]?.link.kind
      const definition = kind === undefined ? undefined : KINDS.get(kind)
      if (kind === undefined || !definition || known.get(record)?.erased_at) return []
      const law = lawOf(definition)
      const owners = {
        rank: (link: string, path: string) => config.rank(connections.get(link) ?? '', kind, path),
      }
      const set = sets.get(record) ?? []
      const before = reduce(law, set.map(fromRow), owners)
      const kept = set.filter(row => !replaced.has(keyOfSaying(row)))
      const after = reduce(law, [...kept.map(fromRow), ...fresh.map(said => said.saying)], owners)
      const made = !known.has(record)
      return [
        { record, kind, made, changes: made ? [NEW, ...changesOf(before, after)] : changesOf(before, after) },
      ]
    })
  })
}

const NEW: LeafChange = { path: '$new', before: null, after: true }

/** Leaves that differ, with keys; a member that was worked out of others is compared by its name. */
function changesOf(before: RecordState, after: RecordState): LeafChange[] {
  const changes: LeafChange[] = []
  const leaves = new Set([...before.stamps.keys(), ...after.stamps.keys()])
  const touched = new Set<string>()
  for (const path of [...leaves].sort()) {
    if (path === GONE) continue
    const was = before.stamps.get(path)?.value ?? null
    const is = after.stamps.get(path)?.value ?? null
    if (sameJson(was, is)) continue
    changes.push({ path, before: was, after: is })
    touched.add(/^[^.[]+/.exec(path)?.[0] ?? path)
  }
  for (const name of new Set([...Object.keys(before.data), ...Object.keys(after.data)])) {
    const was = before.data[name] ?? null
    const is = after.data[name] ?? null
    if (!touched.has(name) && !sameJson(was, is)) changes.push({ path: name, before: was, after: is })
  }
  if (before.gone !== after.gone) changes.push({ path: GONE, before: before.gone, after: after.gone })
  return changes
}
