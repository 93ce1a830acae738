/** Pages of findings: what the hub noticed and a person should know, newest first; counting again moves none. */
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
  /** The flow that it names, or whose delivery it is about. */
  readonly flow?: string | undefined
  /** How the delivery or message that it is about stands now. */
  readonly state?: string | undefined
  /** The last of the page before. */
  readonly before?: Pick<FindingRow, 'first_at' | 'id'> | undefined
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
    clause(`(t.detail->>'flow' = :value or ${aboutOne('deliveries', 'o.flow = :value')})`, filter.flow),
    clause(
      `(${aboutOne('deliveries', 'o.state = :value')} or ${aboutOne('messages', 'o.state = :value')})`,
      filter.state,
    ),
  ])
  let page = where
  if (filter.before) {
    params.push(new Date(filter.before.first_at), filter.before.id)
    page += ` and (t.first_at, t.id) < ($${params.length - 1}::timestamptz, $${params.length})`
  }
  params.push(filter.limit)
  const order = `order by t.first_at desc, t.id desc limit $${params.length}`
  return selectRows(ledger, findings, `${page} ${order}`, params)
}

const aboutOne = (table: 'deliveries' | 'messages', condition: string) =>
  `exists (select from hrhub.${table} o where o.tenant = t.tenant and o.id = t.about and ${condition})`
