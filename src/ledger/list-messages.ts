/** Pages of messages, newest first, without their bodies: those are read one at a time. */
import { jsonb } from './engine/parameters.js'
import type { Querying } from './engine/types.js'
import { clause, filtered } from './filter.js'
import { type MessageRow, messages } from './schema.js'
import { selectRows } from './table.js'

export interface MessageFilter {
  readonly state?: string | undefined
  readonly connection?: string | undefined
  readonly source?: string | undefined
  /** A verdict carries this code. */
  readonly code?: string | undefined
  /** A verdict is of this flow. */
  readonly flow?: string | undefined
  readonly record?: string | undefined
  readonly since?: number | undefined
  readonly before?: string | undefined
  readonly limit: number
}

export type MessageHead = Omit<MessageRow, 'body' | 'head'>

const { body: _body, head: _head, ...columns } = messages.columns
const heads = { name: 'messages', columns }

export async function listMessages(
  ledger: Querying,
  tenant: string,
  filter: MessageFilter,
): Promise<MessageHead[]> {
  const { where, params } = filtered(tenant, [
    clause('t.state = :value', filter.state),
    clause('t.connection = :value', filter.connection),
    clause('t.source = :value', filter.source),
    clause('t.verdicts @> :value::jsonb', filter.code && jsonb([{ code: filter.code }])),
    clause('t.verdicts @> :value::jsonb', filter.flow && jsonb([{ flow: filter.flow }])),
    clause(
      `t.id in (select s.message from hrhub.links l join hrhub.sayings s on s.tenant = l.tenant and s.link = l.id
                where l.tenant = $1 and l.record = :value)`,
      filter.record,
    ),
    clause('t.received_at >= :value', filter.since === undefined ? undefined : new Date(filter.since)),
    clause('t.id < :value', filter.before),
  ])
  params.push(filter.limit)
  return selectRows(ledger, heads, `${where} order by t.id desc limit $${params.length}`, params)
}
