/** Findings: what the hub cannot settle by itself and a person should see; counted, not repeated. */
import { createHash } from 'node:crypto'
import type { JsonObject } from '../kernel/json.js'
import type { Querying } from './engine/types.js'
import { findings } from './schema.js'
import { insertRows } from './table.js'

export interface NewFinding {
  readonly code: string
  /** Id of the record, delivery or connection it is about. */
  readonly about: string
  readonly connection: string | null
  /** Never a value of a person: paths, names of flows, counts. */
  readonly detail: JsonObject
}

export async function noteFindings(
  tx: Querying,
  tenant: string,
  found: readonly NewFinding[],
  now: number,
): Promise<void> {
  const rows = found.map(finding => ({
    tenant,
    id: `finding_${createHash('sha256')
      .update(JSON.stringify([finding.code, finding.about, finding.connection, finding.detail]))
      .digest('hex')
      .slice(0, 32)}`,
    ...finding,
    times: 1,
    first_at: now,
    last_at: now,
  }))
  const unique = [...new Map(rows.map(row => [row.id, row])).values()].sort((a, b) => (a.id < b.id ? -1 : 1))
  await insertRows(
    tx,
    { ...findings, name: 'findings as t' } as typeof findings,
    ['tenant', 'id', 'code', 'about', 'connection', 'detail', 'times', 'first_at', 'last_at'],
    unique,
    'on conflict (tenant, id) do update set times = t.times + 1, last_at = excluded.last_at',
  )
}

/** What was found is so no longer. */
export async function dropFindings(tx: Querying, tenant: string, code: string, about: string): Promise<void> {
  await tx.query('delete from hrhub.findings where tenant = $1 and code = $2 and about = $3', [
    tenant,
    code,
    about,
  ])
}
