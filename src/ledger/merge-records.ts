/**
 * What a merge and its undoing do to tables: everything of two records locked in the one order (links, identity
 * keys, records, deliveries), then moved from one to the other in set statements.
 */
import { texts } from './engine/parameters.js'
import type { Querying, Tx } from './engine/types.js'
import {
  type DeliveryRow,
  deliveries,
  identityKeys,
  type LinkRow,
  links,
  type MergeRow,
  merges,
} from './schema.js'
import { insertRows, type RowOf, selectRows, updateRows } from './table.js'

export async function lockLinksOf(tx: Tx, tenant: string, records: readonly string[]): Promise<LinkRow[]> {
  return selectRows(
    tx,
    links,
    'where t.tenant = $1 and t.record = any($2::text[]) order by t.id for update of t',
    [tenant, texts(records)],
  )
}

export async function lockIdentitiesOf(
  tx: Tx,
  tenant: string,
  records: readonly string[],
): Promise<RowOf<typeof identityKeys>[]> {
  return selectRows(
    tx,
    identityKeys,
    'where t.tenant = $1 and t.record = any($2::text[]) order by t.kind, t.key for update of t',
    [tenant, texts(records)],
  )
}

/** Without a lock: keys are locked before records, never after. */
export async function countIdentitiesOf(tx: Tx, tenant: string, record: string): Promise<number> {
  const { rows } = await tx.query<{ count: number }>(
    'select count(*)::int from hrhub.identity_keys where tenant = $1 and record = $2',
    [tenant, record],
  )
  return rows[0]?.count ?? 0
}

export async function lockDeliveriesOf(
  tx: Tx,
  tenant: string,
  records: readonly string[],
): Promise<DeliveryRow[]> {
  return selectRows(
    tx,
    deliveries,
    'where t.tenant = $1 and t.record = any($2::text[]) order by t.id for update of t',
    [tenant, texts(records)],
  )
}

/** Links with all that was said on them. */
export async function moveLinks(
  tx: Tx,
  tenant: string,
  ids: readonly string[],
  record: string,
): Promise<void> {
  if (ids.length === 0) return
  const params = [tenant, texts([...ids].sort()), record]
  await tx.query('update hrhub.links set record = $3 where tenant = $1 and id = any($2::text[])', params)
  await tx.query('update hrhub.sayings set record = $3 where tenant = $1 and link = any($2::text[])', params)
}

/** @param keys `kind\nkey`; only those that `from` still holds */
export async function moveIdentities(
  tx: Tx,
  tenant: string,
  keys: readonly string[],
  from: string,
  to: string,
): Promise<void> {
  if (keys.length === 0) return
  await tx.query(
    `update hrhub.identity_keys set record = $4
     where tenant = $1 and kind || E'\\n' || key = any($2::text[]) and record = $3`,
    [tenant, texts([...keys].sort()), from, to],
  )
}

/** References are kept by who answers for the id that was said. */
export async function moveRefs(tx: Tx, tenant: string, from: string, to: string): Promise<void> {
  const params = [tenant, from, to]
  await tx.query(
    `insert into hrhub.refs (tenant, from_record, path, to_record)
     select tenant, from_record, path, $3 from hrhub.refs where tenant = $1 and to_record = $2 on conflict do nothing`,
    params,
  )
  await tx.query('delete from hrhub.refs where tenant = $1 and to_record = $2', [tenant, from])
}

/** All that were merged into `from`, over any number of merges, are answered for by `to` now. */
export async function repoint(tx: Tx, tenant: string, from: string, to: string): Promise<void> {
  await tx.query(
    'update hrhub.records set was_merged_into = $3 where tenant = $1 and was_merged_into = $2 and id <> $3',
    [tenant, from, to],
  )
}

/** Records that standing merges brought into this one, directly or through others. */
export async function mergedInto(tx: Querying, tenant: string, record: string): Promise<string[]> {
  const { rows } = await tx.query<{ merged: string }>(
    `with recursive under as (
       select merged from hrhub.merges where tenant = $1 and survivor = $2 and undone_at is null
       union
       select m.merged from hrhub.merges m join under u on m.survivor = u.merged
       where m.tenant = $1 and m.undone_at is null)
     select merged from under order by merged`,
    [tenant, record],
  )
  return rows.map(row => row.merged)
}

export async function answerFor(
  tx: Tx,
  tenant: string,
  records: readonly string[],
  survivor: string,
): Promise<void> {
  if (records.length === 0) return
  await tx.query('update hrhub.records set was_merged_into = $3 where tenant = $1 and id = any($2::text[])', [
    tenant,
    texts(records),
    survivor,
  ])
}

export async function insertMerge(tx: Tx, row: MergeRow): Promise<void> {
  await insertRows(
    tx,
    merges,
    ['tenant', 'id', 'kind', 'merged', 'survivor', 'moved', 'by', 'at', 'undone_at'],
    [row],
  )
}

/** The merge by which a record is answered for by another now. */
export async function standingMerge(
  tx: Querying,
  tenant: string,
  merged: string,
): Promise<MergeRow | undefined> {
  const [row] = await selectRows(
    tx,
    merges,
    'where t.tenant = $1 and t.merged = $2 and t.undone_at is null',
    [tenant, merged],
  )
  return row
}

/** Every merge a record had a part in, oldest first. */
export async function mergesOf(tx: Querying, tenant: string, record: string): Promise<MergeRow[]> {
  return selectRows(
    tx,
    merges,
    'where t.tenant = $1 and (t.merged = $2 or t.survivor = $2) order by t.at, t.id',
    [tenant, record],
  )
}

export async function endMerge(tx: Tx, tenant: string, id: string, now: number): Promise<void> {
  await tx.query('update hrhub.merges set undone_at = $3 where tenant = $1 and id = $2', [
    tenant,
    id,
    new Date(now),
  ])
}

export type PlacedRow = Pick<DeliveryRow, 'tenant' | 'id' | 'key' | 'record' | 'state' | 'because' | 'due_at'>

/** Gives rows their new keys. Two rows may change places: each first lets go of the key it has. */
export async function placeDeliveries(tx: Tx, rows: readonly PlacedRow[]): Promise<void> {
  if (rows.length === 0) return
  const sorted = [...rows].sort((a, b) => (a.id < b.id ? -1 : 1))
  await tx.query('update hrhub.deliveries set key = id where tenant = $1 and id = any($2::text[])', [
    sorted[0]?.tenant,
    texts(sorted.map(row => row.id)),
  ])
  await updateRows(tx, deliveries, ['tenant', 'id'], ['key', 'record', 'state', 'because', 'due_at'], sorted)
}

/** Rows that stand for keys which are used up; a key that has a row already keeps it. */
export async function insertSpent(tx: Tx, rows: readonly DeliveryRow[]): Promise<void> {
  await insertRows(
    tx,
    deliveries,
    [
      'tenant',
      'id',
      'flow',
      'key',
      'record',
      'connection',
      'resource',
      'item',
      'state',
      'because',
      'wants',
      'wanted',
      'done',
      'created_at',
      'updated_at',
    ],
    [...rows].sort((a, b) => (a.flow + a.key < b.flow + b.key ? -1 : 1)),
    'on conflict (tenant, flow, key) do nothing',
  )
}

/** Of two things of a record in one system the elder is kept up to date from now on, by the row that had the other. */
export async function turnToEldest(
  tx: Tx,
  tenant: string,
  record: string,
  doubles: readonly { readonly kept: LinkRow; readonly left: LinkRow }[],
): Promise<void> {
  for (const { kept, left } of doubles)
    await tx.query(
      `update hrhub.deliveries set external_id = $5, fingerprint = null, sent = null, keep = null
       where tenant = $1 and record = $2 and connection = $3 and resource = $4 and external_id = $6 and not open`,
      [tenant, record, kept.connection, kept.resource, kept.external_id, left.external_id],
    )
}

/** Links of hub flows are keyed by the row's key; where the new key is taken the old one stays. */
export async function rekeyHubLinks(
  tx: Tx,
  tenant: string,
  rows: readonly { readonly flow: string; readonly from: string; readonly to: string }[],
): Promise<{ link: string; key: string }[]> {
  const moved: { link: string; key: string }[] = []
  for (const { flow, from, to } of rows) {
    const { rows: done } = await tx.query<{ id: string }>(
      `update hrhub.links t set external_id = $4 where tenant = $1 and connection = 'hub' and resource = $2
       and external_id = $3 and not exists (select from hrhub.links o where o.tenant = $1 and o.connection = 'hub'
         and o.resource = $2 and o.external_id = $4 and o.kind = t.kind) returning id`,
      [tenant, flow, from, to],
    )
    for (const { id } of done) moved.push({ link: id, key: from })
  }
  return moved
}

export async function restoreHubLinks(
  tx: Tx,
  tenant: string,
  rows: readonly { readonly link: string; readonly key: string }[],
): Promise<void> {
  for (const { link, key } of rows)
    await tx.query('update hrhub.links set external_id = $3 where tenant = $1 and id = $2', [
      tenant,
      link,
      key,
    ])
}

/** Rows of a record whose thing over there belongs to another record again: they have none. */
export async function forgetThings(
  tx: Tx,
  tenant: string,
  record: string,
  things: readonly Pick<LinkRow, 'connection' | 'resource' | 'external_id'>[],
): Promise<void> {
  if (things.length === 0) return
  await tx.query(
    `update hrhub.deliveries t set external_id = null, fingerprint = null, sent = null, keep = null
     from unnest($3::text[], $4::text[], $5::text[]) as v(connection, resource, external_id)
     where t.tenant = $1 and t.record = $2 and t.connection = v.connection and t.resource = v.resource
       and t.external_id = v.external_id and not t.open`,
    [
      tenant,
      record,
      texts(things.map(one => one.connection)),
      texts(things.map(one => one.resource)),
      texts(things.map(one => one.external_id)),
    ],
  )
}

/** Who waits for a link of the merged record is judged anew, by the record that answers for it. */
export async function waitsForRecord(tx: Tx, tenant: string, record: string): Promise<string[]> {
  const { rows } = await tx.query<{ what: string }>(
    `select distinct what from hrhub.waits where tenant = $1 and what like $2`,
    [tenant, `record\n${record}\n%`],
  )
  return rows.map(row => row.what)
}

/** Records with a reference to this one, by whatever field. */
export async function recordsReferring(tx: Querying, tenant: string, record: string): Promise<string[]> {
  const { rows } = await tx.query<{ from_record: string }>(
    'select distinct from_record from hrhub.refs where tenant = $1 and to_record = $2 order by from_record',
    [tenant, record],
  )
  return rows.map(row => row.from_record)
}
