/** Writes what one fold made: links, sayings, records, references, changes. Each a set statement, sorted by key. */
import { texts } from './engine/parameters.js'
import type { Tx } from './engine/types.js'
import {
  type ChangeRow,
  changes,
  type LinkRow,
  links,
  type RecordRow,
  records,
  refs,
  type SayingRow,
  sayings,
} from './schema.js'
import { encoded, insertRows, unnested, updateRows } from './table.js'

const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)

const LINK_COLUMNS = [
  'tenant',
  'id',
  'connection',
  'resource',
  'external_id',
  'kind',
  'record',
  'state',
  'image',
  'last',
  'delivery',
  'keep',
  'created_at',
] as const

/** @returns ids of the links that were really inserted; the others lost a race to another process */
export async function insertLinks(tx: Tx, rows: readonly LinkRow[]): Promise<Set<string>> {
  const sorted = [...rows].sort((a, b) => {
    const x = JSON.stringify([a.connection, a.resource, a.external_id, a.kind])
    const y = JSON.stringify([b.connection, b.resource, b.external_id, b.kind])
    return x < y ? -1 : x > y ? 1 : 0
  })
  const inserted = await insertRows<(typeof links)['columns'], (typeof LINK_COLUMNS)[number], { id: string }>(
    tx,
    links,
    LINK_COLUMNS,
    sorted,
    'on conflict do nothing returning id',
  )
  return new Set(inserted.map(row => row.id))
}

/** What the link says now; whether it stands is written by who ends or keeps it, maybe at this very moment. */
export async function updateLinks(tx: Tx, rows: readonly LinkRow[]): Promise<void> {
  await updateRows(tx, links, ['tenant', 'id'], ['image', 'last'], [...rows].sort(byId))
}

export async function insertSayings(tx: Tx, rows: readonly SayingRow[]): Promise<void> {
  await insertRows(
    tx,
    sayings,
    [
      'tenant',
      'link',
      'id',
      'record',
      'item',
      'at',
      'timed',
      'sequence',
      'told',
      'say',
      'whole',
      'message',
      'mapping',
    ],
    rows,
    'on conflict do nothing',
  )
}

export async function insertRecords(tx: Tx, rows: readonly RecordRow[]): Promise<void> {
  await insertRows(
    tx,
    records,
    [
      'tenant',
      'id',
      'kind',
      'version',
      'data',
      'gone',
      'stamps',
      'findings',
      'was_merged_into',
      'hash',
      'created_at',
      'updated_at',
    ],
    [...rows].sort(byId),
  )
}

export async function updateRecords(tx: Tx, rows: readonly RecordRow[]): Promise<void> {
  await updateRows(
    tx,
    records,
    ['tenant', 'id'],
    ['version', 'data', 'gone', 'stamps', 'findings', 'was_merged_into', 'hash', 'updated_at'],
    [...rows].sort(byId),
  )
}

const REF_COLUMNS = ['tenant', 'from_record', 'path', 'to_record'] as const
const INSERT_REFS = `insert into hrhub.refs (${REF_COLUMNS.join(', ')})
  select v.tenant, v.from_record, v.path, coalesce(r.was_merged_into, v.to_record) from ${unnested(refs, REF_COLUMNS)}
  left join hrhub.records r on r.tenant = v.tenant and r.id = v.to_record and r.was_merged_into is not null
  on conflict do nothing`

/**
 * Replaces the references of records: few rows each, so delete and insert. A reference to a merged record is one to
 * who answers for it, whatever id the sayings name.
 */
export async function replaceRefs(
  tx: Tx,
  tenant: string,
  of: readonly string[],
  rows: readonly { readonly from_record: string; readonly path: string; readonly to_record: string }[],
): Promise<void> {
  if (of.length === 0) return
  await Promise.all([
    tx.query(
      {
        name: 'refs_delete',
        text: 'delete from hrhub.refs where tenant = $1 and from_record = any($2::text[])',
      },
      [tenant, texts(of)],
    ),
    rows.length === 0
      ? undefined
      : tx.query(
          { name: 'refs_insert', text: INSERT_REFS },
          encoded(
            refs,
            REF_COLUMNS,
            rows.map(row => ({ tenant, ...row })),
          ),
        ),
  ])
}

/** Sequence numbers of changes, in one go. They order wants; the feed has positions of its own. */
export async function takeChangeNumbers(tx: Tx, count: number): Promise<number[]> {
  if (count === 0) return []
  const { rows } = await tx.query<{ seq: number }>(
    {
      name: 'change_numbers',
      text: `select nextval('hrhub.change_seq') as seq from generate_series(1, $1::int)`,
    },
    [count],
  )
  return rows.map(row => Number(row.seq))
}

export async function insertChanges(tx: Tx, rows: readonly ChangeRow[]): Promise<void> {
  await insertRows(
    tx,
    changes,
    [
      'tenant',
      'seq',
      'record',
      'kind',
      'version',
      'paths',
      'data',
      'cause',
      'at',
      'salt',
      'hash',
      'previous',
    ],
    rows,
  )
}
