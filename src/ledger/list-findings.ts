/** Pages of findings: what the hub noticed and a person should know, newest first. */
import type { Querying } from './engine/types.js'
import { clause, filtered } from './filter.js'
import { findings } from './schema.js'
import { type RowOf, selectRows } from './table.js'

export type FindingRow = RowOf<typeof findings>

export interface FindingFilter {
  readonly code?: string | undefined
  readonly connection?: string | undefined
  /** Id of what it is about: a record, a delivery, a link. */
  readonly about?: string | undefined
  readonly before?: string | undefined
  readonly limit: number
}

export async function listFindings(
  ledger: Querying,
  tenant: string,
  filter: FindingFilter,
): Promise<FindingRow[]> {
  const { where, params } = filtered(tenant, [
    clause('t.code = :value', filter.code),
    clause('t.connection = :value', filter.connection),
    clause('t.about = :value', filter.about),
    clause('t.id < :value', filter.before),
  ])
  params.push(filter.limit)
  return selectRows(ledger, findings, `${where} order by t.id desc limit $${params.length}`, params)
}
