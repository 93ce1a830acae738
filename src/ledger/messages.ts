/** Messages: stored before they are acknowledged, updated when they are folded, found again by the sweep. */
import type { JsonObject } from '../kernel/json.js'
import { texts } from './engine/parameters.js'
import type { Querying, Tx } from './engine/types.js'
import { type MessageRow, messages, seen } from './schema.js'
import { insertRows, selectRows, updateRows } from './table.js'

const COLUMNS = [
  'tenant',
  'id',
  'connection',
  'source',
  'resource',
  'received_at',
  'sent_at',
  'head',
  'body',
  'state',
  'verdicts',
  'tries',
] as const

/** One that is there already stays as it is: a commit whose answer was lost may be repeated. */
export async function insertMessages(tx: Tx, rows: readonly MessageRow[]): Promise<void> {
  await insertRows(tx, messages, COLUMNS, rows, 'on conflict do nothing')
}

export async function updateMessages(tx: Querying, rows: readonly MessageRow[]): Promise<void> {
  await updateRows(
    tx,
    messages,
    ['tenant', 'id'],
    ['state', 'verdicts', 'tries'],
    [...rows].sort((a, b) => (a.id < b.id ? -1 : 1)),
  )
}

/** What was learned about a message after it was stored: the hashes of its files. */
export async function saveHead(
  ledger: Querying,
  message: Pick<MessageRow, 'tenant' | 'id'>,
  head: JsonObject,
): Promise<void> {
  await ledger.query('update hrhub.messages set head = $3::jsonb where tenant = $1 and id = $2', [
    message.tenant,
    message.id,
    JSON.stringify(head),
  ])
}

/** The vendors’ own event ids. @returns the keys that are new; an event known for seven days is dropped at the door */
export async function noteSeen(
  tx: Tx,
  rows: readonly {
    readonly tenant: string
    readonly connection: string
    readonly key: string
    readonly at: number
  }[],
): Promise<Set<string>> {
  const inserted = await insertRows<
    (typeof seen)['columns'],
    'tenant' | 'connection' | 'key' | 'at',
    { connection: string; key: string }
  >(
    tx,
    seen,
    ['tenant', 'connection', 'key', 'at'],
    [...rows].sort((a, b) => (a.connection + a.key < b.connection + b.key ? -1 : 1)),
    'on conflict do nothing returning connection, key',
  )
  return new Set(inserted.map(row => `${row.connection}\n${row.key}`))
}

export async function messagesById(
  ledger: Querying,
  tenant: string,
  ids: readonly string[],
): Promise<MessageRow[]> {
  if (ids.length === 0) return []
  return selectRows(
    ledger,
    messages,
    'where t.tenant = $1 and t.id = any($2::text[]) order by t.received_at, t.id',
    [tenant, texts(ids)],
  )
}

/** Takes messages that nobody folded: left by a crash, or waiting for nothing any more. */
export async function lockNewMessages(
  tx: Tx,
  tenants: readonly string[],
  before: number,
  most: number,
): Promise<MessageRow[]> {
  return selectRows(
    tx,
    messages,
    `where t.state = 'new' and t.received_at < $1 and t.tenant = any($3::text[])
     order by t.received_at, t.id limit $2 for update of t skip locked`,
    [new Date(before), most, texts(tenants)],
  )
}
