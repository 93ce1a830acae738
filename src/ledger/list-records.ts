/** Pages of records of one kind, in order of birth; and what belongs to each: its links and references. */
import { texts } from './engine/parameters.js'
import type { Querying } from './engine/types.js'
import { clause, filtered } from './filter.js'
import { type RecordRow, records, refs } from './schema.js'
import { selectRows } from './table.js'

export interface RecordFilter {
  readonly kind: string
  /** Only records that this system knows; with resource and external id, the one thing it means. */
  readonly connection?: string | undefined
  readonly resource?: string | undefined
  readonly externalId?: string | undefined
  readonly updatedSince?: number | undefined
  readonly gone?: boolean | undefined
  /** Id of the last record of the page before. */
  readonly after?: string | undefined
  readonly limit: number
}

export async function listRecords(
  ledger: Querying,
  tenant: string,
  filter: RecordFilter,
): Promise<RecordRow[]> {
  const { connection, resource, externalId } = filter
  const link = [
    connection === undefined ? undefined : 'l.connection = :value',
    resource === undefined ? undefined : 'l.resource = :value',
    externalId === undefined ? undefined : 'l.external_id = :value',
  ]
  const given = [connection, resource, externalId]
  const { where, params } = filtered(tenant, [
    clause('t.kind = :value', filter.kind),
    clause('t.was_merged_into is not distinct from :value', null),
    clause('t.erased_at is not distinct from :value', null),
    clause('t.gone = :value', filter.gone),
    clause(
      't.updated_at >= :value',
      filter.updatedSince === undefined ? undefined : new Date(filter.updatedSince),
    ),
    clause('t.id > :value', filter.after),
  ])
  const conditions = link.flatMap((sql, i) => {
    if (sql === undefined) return []
    params.push(given[i])
    return [sql.replace(':value', `$${params.length}`)]
  })
  const known =
    conditions.length === 0
      ? ''
      : ` and t.id in (select l.record from hrhub.links l where l.tenant = $1 and ${conditions.join(' and ')})`
  params.push(filter.limit)
  return selectRows(ledger, records, `${where}${known} order by t.id limit $${params.length}`, params)
}

export interface RefRow {
  readonly from_record: string
  readonly path: string
  readonly to_record: string
}

export async function refsOfRecords(
  ledger: Querying,
  tenant: string,
  ids: readonly string[],
): Promise<RefRow[]> {
  if (ids.length === 0) return []
  return selectRows(
    ledger,
    refs,
    'where t.tenant = $1 and t.from_record = any($2::text[]) order by t.from_record, t.path, t.to_record',
    [tenant, texts(ids)],
  )
}
