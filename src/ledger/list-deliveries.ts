/** Pages of deliveries, newest first, each with its last effect and the number of its attempts. */
import { texts } from './engine/parameters.js'
import type { Querying } from './engine/types.js'
import { type Clause, clause, filtered } from './filter.js'
import { type DeliveryRow, deliveries } from './schema.js'
import { asRows, selectRows } from './table.js'

export interface DeliveryFilter {
  readonly state?: string | undefined
  readonly because?: string | undefined
  readonly connection?: string | undefined
  readonly flow?: string | undefined
  readonly record?: string | undefined
  /** Code of the last error. */
  readonly code?: string | undefined
}

export interface DeliveryPage extends DeliveryFilter {
  readonly before?: string | undefined
  readonly limit: number
}

export const deliveryClauses = (filter: DeliveryFilter): Clause[] => [
  ...clausesOf(filter),
  byIndex(filter.state),
]

const clausesOf = (filter: DeliveryFilter): Clause[] => [
  clause('t.state = :value', filter.state),
  clause('t.because = :value', filter.because),
  clause('t.connection = :value', filter.connection),
  clause('t.flow = :value', filter.flow),
  clause('t.record = :value', filter.record),
  clause(`t.last_error->>'code' = :value`, filter.code),
]

/** A state that few rows are in is found by what holds only those. */
function byIndex(state: string | undefined): Clause {
  if (state === 'waiting')
    return clause('t.id in (select id from hrhub.restless r where r.tenant = $1 and r.state = :value)', state)
  return clause('t.shown = :value', SHOWN.has(state ?? '') ? state : undefined)
}

/** As the column `shown` has them. */
const SHOWN = new Set(['parked', 'dead', 'unknown', 'held'])

/** What the body of a delivery was, and what was kept with its link, stays sealed in the ledger. */
export type DeliveryHead = Omit<DeliveryRow, 'sent' | 'keep' | 'fingerprint'>

const { sent: _sent, keep: _keep, fingerprint: _fingerprint, ...columns } = deliveries.columns
const heads = { name: 'deliveries', columns }

export async function listDeliveries(
  ledger: Querying,
  tenant: string,
  page: DeliveryPage,
): Promise<DeliveryHead[]> {
  const { where, params } = filtered(tenant, [
    ...(page.state === 'waiting' ? clausesOf(page) : deliveryClauses(page)),
    clause('t.id < :value', page.before),
  ])
  params.push(page.limit)
  const end = `order by t.id desc limit $${params.length}`
  if (page.state !== 'waiting') return selectRows(ledger, heads, `${where} ${end}`, params)
  const names = Object.keys(heads.columns).map(name => `t.${name}`)
  // What waits for long, and what is merely due: each from its own index in order, however many wait.
  const { rows } = await ledger.query(
    `select * from (
       (select ${names.join(', ')} from hrhub.deliveries t ${where} and t.shown = 'waiting' ${end})
       union all
       (select ${names.join(', ')} from hrhub.due u join hrhub.deliveries t on t.tenant = u.tenant and t.id = u.delivery
        ${where} and u.tenant = $1 and t.shown is null order by u.delivery desc limit $${params.length})) t ${end}`,
    params,
  )
  return asRows(heads, rows)
}

export async function findDelivery(
  ledger: Querying,
  tenant: string,
  id: string,
): Promise<DeliveryHead | undefined> {
  const [row] = await selectRows(ledger, heads, 'where t.tenant = $1 and t.id = $2', [tenant, id])
  return row
}

export async function countAttempts(
  ledger: Querying,
  tenant: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  if (ids.length === 0) return new Map()
  const { rows } = await ledger.query<{ delivery: string; times: number }>(
    {
      name: 'count_attempts',
      text: `select delivery, count(*)::int as times from hrhub.attempts
             where tenant = $1 and delivery = any($2::text[]) group by delivery`,
    },
    [tenant, texts(ids)],
  )
  return new Map(rows.map(row => [row.delivery, row.times]))
}
