/**
 * Things to be read again: what a hint named, and what we made and whose state nobody tells us (`read: { every }`).
 * A hint during a fetch marks them again; one fetch at a time clears them or says when the next one is due.
 */
import type { Json } from '../kernel/json.js'
import { texts } from './engine/parameters.js'
import type { Querying, Tx } from './engine/types.js'
import { type DirtyRow, dirty } from './schema.js'
import { asRows, encoded, unnested } from './table.js'

const HINT = ['tenant', 'connection', 'resource', 'id', 'event', 'due_at'] as const
/**
 * No two marks have one number: a fetch that took its time must not clear what was cleared and marked since.
 * A mark without an event (JSON null) leaves the event of a hint that came first: with it the thing can be read.
 */
const MARK = `insert into hrhub.dirty as t (${HINT.join(', ')}, marked)
  select v.*, nextval('hrhub.change_seq') from ${unnested(dirty, HINT)}
  on conflict (tenant, connection, resource, id) do update set marked = excluded.marked,
    event = case when excluded.event = 'null' then t.event else excluded.event end,
    due_at = least(t.due_at, excluded.due_at)`

export interface Mark {
  readonly connection: string
  readonly resource: string
  readonly id: string
  /** Null = no hint: it is our own thing, and its time has come. */
  readonly event: Json
  /** Default: now. */
  readonly dueAt?: number
}

export async function markDirty(tx: Tx, tenant: string, marks: readonly Mark[], now: number): Promise<void> {
  const rows = [
    ...new Map(marks.map(mark => [`${mark.connection}\n${mark.resource}\n${mark.id}`, mark])).entries(),
  ]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { dueAt, ...mark }]) => ({ tenant, ...mark, due_at: dueAt ?? now }))
  if (rows.length === 0) return
  await tx.query({ name: 'mark_dirty', text: MARK }, encoded(dirty, HINT, rows))
}

/**
 * Takes due ones by pushing their time ahead: a process that dies with them leaves them due again.
 * @param paused connections that are left alone, `tenant/connection`
 */
export async function takeDirty(
  ledger: Querying,
  now: number,
  holdMs: number,
  most: number,
  paused: readonly string[],
): Promise<DirtyRow[]> {
  const { rows } = await ledger.query<Record<string, unknown>>(
    {
      name: 'take_dirty',
      text: `with due as (select tenant, connection, resource, id from hrhub.dirty where due_at <= $1
               and not (tenant || '/' || connection = any($4::text[])) order by due_at limit $3 for update skip locked)
             update hrhub.dirty t set due_at = $2 from due where t.tenant = due.tenant and t.connection = due.connection
             and t.resource = due.resource and t.id = due.id returning t.*`,
    },
    [new Date(now), new Date(now + holdMs), most, texts(paused)],
  )
  return asRows(dirty, rows)
}

/** Clears a thing that was read, unless a hint came meanwhile: then it is due at once. */
export async function clearDirty(tx: Querying, row: DirtyRow, now: number): Promise<void> {
  const key = [row.tenant, row.connection, row.resource, row.id]
  const where = 'tenant = $1 and connection = $2 and resource = $3 and id = $4'
  await tx.query(`delete from hrhub.dirty where ${where} and marked = $5`, [...key, row.marked])
  await tx.query(`update hrhub.dirty set due_at = $5, tries = 0 where ${where}`, [...key, new Date(now)])
}

/** A thing that was read and is to be looked at again: at `at`, or at once where a hint came meanwhile. */
export async function laterDirty(tx: Querying, row: DirtyRow, at: number, now: number): Promise<void> {
  await tx.query(
    `update hrhub.dirty set tries = 0, due_at = case when marked = $5 then $6::timestamptz else $7::timestamptz end,
       event = case when marked = $5 then 'null'::jsonb else event end
     where tenant = $1 and connection = $2 and resource = $3 and id = $4`,
    [row.tenant, row.connection, row.resource, row.id, row.marked, new Date(at), new Date(now)],
  )
}

export async function retryDirty(tx: Querying, row: DirtyRow, at: number): Promise<void> {
  await tx.query(
    'update hrhub.dirty set due_at = $5, tries = tries + 1 where tenant = $1 and connection = $2 and resource = $3 and id = $4',
    [row.tenant, row.connection, row.resource, row.id, new Date(at)],
  )
}
