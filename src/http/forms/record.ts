/** Records as 06 shows them: with their links and references, never with the hub's own bookkeeping. */
import { prefixOf } from '../../kernel/ids.js'
import { isObject } from '../../kernel/json.js'
import type { Querying } from '../../ledger/engine/types.js'
import { linksOfRecords } from '../../ledger/find-links.js'
import { type RefRow, refsOfRecords } from '../../ledger/list-records.js'
import type { LinkRow, RecordRow } from '../../ledger/schema.js'
import { stampsFromJson } from '../../pipeline/fold/state-json.js'
import type { Stamp } from '../schemas.js'

export const iso = (at: number) => new Date(at).toISOString()
export const isoOrNull = (at: number | null) => (at === null ? null : iso(at))

export async function recordForms(
  ledger: Querying,
  tenant: string,
  rows: readonly RecordRow[],
  stamps: boolean,
): Promise<object[]> {
  const ids = rows.map(row => row.id)
  const links = grouped(await linksOfRecords(ledger, tenant, ids), link => link.record)
  const refs = grouped(await refsOfRecords(ledger, tenant, ids), ref => ref.from_record)
  return rows.map(row => formOf(row, links.get(row.id) ?? [], refs.get(row.id) ?? [], stamps))
}

function formOf(row: RecordRow, links: readonly LinkRow[], refs: readonly RefRow[], stamps: boolean): object {
  return {
    id: row.id,
    kind: row.kind,
    version: row.version,
    gone: row.gone,
    data: row.data,
    refs: refs.map(ref => ({ path: ref.path, kind: prefixOf(ref.to_record), id: ref.to_record })),
    links: links
      .map(link => ({
        connection: link.connection,
        resource: link.resource,
        id: link.external_id,
        state: link.state,
      }))
      .sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)),
    created_at: iso(row.created_at),
    updated_at: iso(row.updated_at),
    ...(stamps ? { stamps: stampForms(row, links), findings: row.findings } : {}),
  }
}

function stampForms(row: RecordRow, links: readonly LinkRow[]): Record<string, Stamp> {
  // Whatever ownership they were made under: this shows what stands, it does not judge.
  const ownership = isObject(row.stamps) ? String(row.stamps['o']) : ''
  const byId = new Map(links.map(link => [link.id, link]))
  const stamps = stampsFromJson(row.stamps, ownership) ?? new Map()
  return Object.fromEntries(
    [...stamps].map(([path, stamp]) => {
      const link = byId.get(stamp.link)
      const form: Stamp = {
        connection: link?.connection ?? null,
        resource: link?.resource ?? null,
        external_id: link?.external_id ?? null,
        at: iso(stamp.at),
        rank: stamp.rank,
      }
      return [path, form]
    }),
  )
}

function grouped<T>(rows: readonly T[], key: (row: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>()
  for (const row of rows) groups.set(key(row), [...(groups.get(key(row)) ?? []), row])
  return groups
}
