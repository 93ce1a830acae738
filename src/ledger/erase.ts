/**
 * Erasing in tables: first everything stops and what others hold is wanted gone, at the end the bytes go. Whole scans
 * of messages are allowed here: it happens seldom and must find everything.
 */
import { texts } from './engine/parameters.js'
import type { Querying, Tx } from './engine/types.js'
import { type Blinding, erasedId } from './erased-links.js'
import { type DeliveryRow, deliveries, type ErasureRow, erasures, type LinkRow } from './schema.js'
import { insertRows, selectRows } from './table.js'

/** Records that refer to some records by a field of their own, as `path record`. */
export async function referringBy(
  tx: Querying,
  tenant: string,
  records: readonly string[],
): Promise<{ from: string; path: string }[]> {
  const { rows } = await tx.query<{ from: string; path: string }>(
    `select distinct from_record as "from", path from hrhub.refs where tenant = $1 and to_record = any($2::text[])`,
    [tenant, texts(records)],
  )
  return rows
}

/** The first half: nothing is folded into them, found by them, or sent of them any more. */
export async function beginErasure(
  tx: Tx,
  tenant: string,
  rows: readonly ErasureRow[],
  now: number,
): Promise<void> {
  const records = texts(rows.map(row => row.record))
  await insertRows(
    tx,
    erasures,
    ['tenant', 'record', 'root', 'by', 'asked_at', 'shared'],
    [...rows].sort((a, b) => (a.record < b.record ? -1 : 1)),
    'on conflict do nothing',
  )
  for (const sql of [
    `update hrhub.links set state = 'erased' where tenant = $1 and record = any($2::text[])`,
    'delete from hrhub.identity_keys where tenant = $1 and record = any($2::text[])',
    'delete from hrhub.merge_proposals where tenant = $1 and (first = any($2::text[]) or second = any($2::text[]))',
  ])
    await tx.query(sql, [tenant, records])
  await tx.query('update hrhub.records set erased_at = $3 where tenant = $1 and id = any($2::text[])', [
    tenant,
    records,
    new Date(now),
  ])
}

/** An effect `e` of a row made what the row still has over there; it is not gone since, and nothing else took its place. */
const MADE = `e.verb in ('create', 'put') and e.state in ('accepted', 'exists', 'half-made')
  and not exists (select from hrhub.effects l where l.tenant = e.tenant and l.delivery = e.delivery and l.n > e.n
    and (l.state = 'absent' or (l.verb = 'delete' and l.state = 'accepted')))`

/** Those of some rows whose thing the hub itself made, by what their calls came to: a vendor's own is never among them. */
export async function madeHere(tx: Querying, tenant: string, rows: readonly string[]): Promise<Set<string>> {
  if (rows.length === 0) return new Set()
  const found = await tx.query<{ delivery: string }>(
    `select distinct e.delivery from hrhub.effects e where e.tenant = $1 and e.delivery = any($2::text[]) and ${MADE}`,
    [tenant, texts(rows)],
  )
  return new Set(found.rows.map(row => row.delivery))
}

/**
 * What the hub made over there is wanted gone, whatever its flow says; what has nothing there, happens once or was a
 * step not sent yet is not begun. A call under way comes to its end and is judged again, by what was made (prepare.ts).
 * @param once flows whose things are not taken back: what was sent was sent
 * @param since changes before this one are not sent any more
 */
export async function wantRemoved(
  tx: Tx,
  tenant: string,
  records: readonly string[],
  once: readonly string[],
  since: number,
  now: number,
): Promise<void> {
  const params = [tenant, texts(records), texts(once), since, new Date(now)]
  await tx.query(
    `update hrhub.deliveries t set state = 'cancelled', because = 'erased', due_at = null, done = wanted, updated_at = $5
     where tenant = $1 and record = any($2::text[]) and claim is null and not open
       and (connection = 'hub' or change < $4 or (change is null and (flow = any($3::text[]) or external_id is null)))`,
    params,
  )
  await tx.query(
    `update hrhub.deliveries t set wants = 'gone', wanted = greatest(wanted + 1, $4), updated_at = $5,
       state = case when claim is null and not open then 'waiting' else state end,
       because = case when claim is null and not open then 'due' else because end,
       due_at = case when claim is null and not open then $5 else due_at end
     where tenant = $1 and record = any($2::text[]) and change is null and connection <> 'hub' and not (flow = any($3::text[]))
       and (open or claim is not null or (external_id is not null and exists (select from hrhub.effects e
         where e.tenant = t.tenant and e.delivery = t.id and ${MADE})))`,
    params,
  )
}

export async function erasuresOf(tx: Querying, tenant: string, root: string): Promise<ErasureRow[]> {
  return selectRows(tx, erasures, 'where t.tenant = $1 and t.root = $2 order by t.record', [tenant, root])
}

export async function erasureOf(
  tx: Querying,
  tenant: string,
  record: string,
): Promise<ErasureRow | undefined> {
  const [row] = await selectRows(tx, erasures, 'where t.tenant = $1 and t.record = $2', [tenant, record])
  return row
}

export async function openErasures(
  ledger: Querying,
  tenants: readonly string[],
  most: number,
): Promise<{ tenant: string; root: string; asked_at: number }[]> {
  const { rows } = await ledger.query<{ tenant: string; root: string; asked_at: Date }>(
    `select tenant, root, min(asked_at) as asked_at from hrhub.erasures
     where done_at is null and tenant = any($1::text[]) group by tenant, root order by 3 limit $2`,
    [texts(tenants), most],
  )
  return rows.map(row => ({ ...row, asked_at: row.asked_at.getTime() }))
}

/** Rows that hold an erasure up: due, at work, in doubt, or a removal that failed. */
export async function unremoved(
  tx: Querying,
  tenant: string,
  records: readonly string[],
): Promise<DeliveryRow[]> {
  return selectRows(
    tx,
    deliveries,
    `where t.tenant = $1 and t.record = any($2::text[]) and (t.due_at is not null or t.claim is not null or t.open
       or (t.wants = 'gone' and t.external_id is not null and t.state in ('dead', 'parked'))) order by t.id`,
    [tenant, texts(records)],
  )
}

/** Blobs that some messages or records name. */
export async function blobsOf(
  tx: Querying,
  tenant: string,
  records: readonly string[],
  messages: readonly string[],
): Promise<string[]> {
  const { rows } = await tx.query<{ hash: string }>(
    `select distinct (regexp_matches(text, '[0-9a-f]{64}', 'g'))[1] as hash from (
       select data::text as text from hrhub.records where tenant = $1 and id = any($2::text[])
       union all select data::text from hrhub.changes where tenant = $1 and record = any($2::text[])
       union all select head::text from hrhub.messages where tenant = $1 and id = any($3::text[])) t`,
    [tenant, texts(records), texts(messages)],
  )
  return rows.map(row => row.hash)
}

/**
 * Messages that said something of these records, answered their calls, or, where they are about no other record, name
 * one of these values (phone numbers, addresses; in lower case). What is new or waits stays: its own fold takes out what is about them and needs the rest.
 */
export async function messagesAbout(
  tx: Querying,
  tenant: string,
  records: readonly string[],
  rows: readonly string[],
  values: readonly string[],
): Promise<string[]> {
  const found = await tx.query<{ id: string }>(
    `select m.id from hrhub.messages m where m.tenant = $1 and m.state not in ('new', 'waiting') and (
       m.id in (select message from hrhub.sayings where tenant = $1 and record = any($2::text[]) and message is not null)
       or exists (select from jsonb_array_elements(m.verdicts) v where v->>'record' = any($2::text[]))
       or m.head->>'delivery' = any($3::text[])
       or (m.head->>'delivery' is null and not exists (select from jsonb_array_elements(m.verdicts) v where v->>'record' is not null)
         and exists (select from unnest($4::text[]) x where strpos(lower(m.body), x) > 0)))
     order by m.id`,
    [tenant, texts(records), texts(rows), texts(values)],
  )
  return found.rows.map(row => row.id)
}

export async function deliveriesOfRecords(
  tx: Querying,
  tenant: string,
  records: readonly string[],
): Promise<string[]> {
  const { rows } = await tx.query<{ id: string }>(
    'select id from hrhub.deliveries where tenant = $1 and record = any($2::text[])',
    [tenant, texts(records)],
  )
  return rows.map(row => row.id)
}

export interface Erasing {
  readonly records: readonly string[]
  readonly links: readonly LinkRow[]
  readonly deliveries: readonly string[]
  readonly messages: readonly string[]
}

/** The bytes go. Numbers, hashes and the fact that it was stay: the chain of changes is whole. */
export async function eraseBytes(
  tx: Tx,
  tenant: string,
  sealer: Blinding,
  { records, links, deliveries: rows, messages }: Erasing,
): Promise<void> {
  const run = (sql: string, ids: readonly string[]) => tx.query(sql, [tenant, texts(ids)])
  const linkIds = links.map(link => link.id)
  await run('delete from hrhub.sayings where tenant = $1 and (record = any($2::text[]))', records)
  await run('delete from hrhub.sayings where tenant = $1 and link = any($2::text[])', linkIds)
  await hashLinks(tx, tenant, sealer, links)
  for (const sql of [
    `update hrhub.records set data = '{}', stamps = '{}', findings = '[]', gone = true where tenant = $1 and id = any($2::text[])`,
    `update hrhub.changes set data = '{}', salt = '' where tenant = $1 and record = any($2::text[])`,
    `update hrhub.merges set moved = '{"links":[],"keys":[],"deliveries":[],"hub":[]}' where tenant = $1
       and (merged = any($2::text[]) or survivor = any($2::text[]))`,
    'delete from hrhub.identity_keys where tenant = $1 and record = any($2::text[])',
    'delete from hrhub.refs where tenant = $1 and from_record = any($2::text[])',
    `delete from hrhub.findings where tenant = $1 and about = any($2::text[]) and code <> 'erasure_incomplete'`,
    `delete from hrhub.waits where tenant = $1 and what like 'record%' and split_part(what, E'\\n', 2) = any($2::text[])`,
    'delete from hrhub.idempotency where tenant = $1 and exists (select from unnest($2::text[]) id where strpos(answer::text, id) > 0)',
  ])
    await run(sql, records)
  for (const sql of [
    `update hrhub.deliveries set key = id, item = null, external_id = null, fingerprint = null, sent = null, keep = null,
       last_error = null, state = 'cancelled', because = 'erased', due_at = null, claim = null, lease_until = null,
       open = false, done = wanted where tenant = $1 and id = any($2::text[])`,
    `update hrhub.effects set progress = '', doubt = '{}', state = case when state = 'open' then 'dropped' else state end
       where tenant = $1 and delivery = any($2::text[])`,
    `update hrhub.attempts set detail = '' where tenant = $1 and delivery = any($2::text[])`,
    'delete from hrhub.findings where tenant = $1 and about = any($2::text[])',
    `delete from hrhub.waits where tenant = $1 and who_kind = 'delivery' and who = any($2::text[])`,
  ])
    await run(sql, rows)
  for (const sql of [
    'delete from hrhub.contested where tenant = $1 and link = any($2::text[])',
    'delete from hrhub.findings where tenant = $1 and about = any($2::text[])',
  ])
    await run(sql, linkIds)
  for (const sql of [
    `update hrhub.messages set body = '', head = '{}', state = 'erased', verdicts = (
       select coalesce(jsonb_agg(v - 'detail' - 'where'), '[]') from jsonb_array_elements(verdicts) v)
       where tenant = $1 and id = any($2::text[])`,
    'delete from hrhub.findings where tenant = $1 and about = any($2::text[])',
    `delete from hrhub.waits where tenant = $1 and who_kind = 'message' and who = any($2::text[])`,
  ])
    await run(sql, messages)
}

/** Nothing of them is left here, no file either. */
export async function endErasure(
  tx: Querying,
  tenant: string,
  records: readonly string[],
  now: number,
): Promise<void> {
  await tx.query(
    `update hrhub.erasures set done_at = $3, shared = '[]' where tenant = $1 and record = any($2::text[])`,
    [tenant, texts(records), new Date(now)],
  )
}

async function hashLinks(tx: Tx, tenant: string, sealer: Blinding, links: readonly LinkRow[]): Promise<void> {
  const plain = links.filter(link => !link.external_id.startsWith('erased:'))
  for (const link of plain) {
    const { connection, resource, kind, external_id: externalId } = link
    const hash = erasedId(sealer, tenant, { connection, resource, externalId, kind })
    await tx.query(
      `delete from hrhub.dirty where tenant = $1 and connection = $2 and resource = $3 and id = $4`,
      [tenant, connection, resource, externalId],
    )
    await tx.query(
      `update hrhub.links t set external_id = $3, state = 'erased', image = '{}', last = null, keep = null where tenant = $1 and id = $2
       and not exists (select from hrhub.links o where o.tenant = t.tenant and o.connection = t.connection
         and o.resource = t.resource and o.kind = t.kind and o.external_id = $3)`,
      [tenant, link.id, hash],
    )
  }
  // Erased once before under the same id: the first hash stands for both.
  await tx.query(
    `delete from hrhub.links where tenant = $1 and id = any($2::text[]) and external_id not like 'erased:%'`,
    [tenant, texts(plain.map(link => link.id))],
  )
}
