/**
 * What the ledger remembers of a message, a record or a delivery, for people who ask why: everything bounded, in
 * the order it happened. Values stay where they are; callers show paths and masked details.
 */
import { texts } from './engine/parameters.js'
import type { Querying } from './engine/types.js'
import {
  type AttemptRow,
  attempts,
  type ChangeRow,
  changes,
  type DeliveryRow,
  deliveries,
  type EffectRow,
  effects,
  type SayingRow,
  sayings,
} from './schema.js'
import { selectRows } from './table.js'

/** A change without the record's data: its life is told in paths. */
export type ChangeStep = Omit<ChangeRow, 'data' | 'salt'>

const { data: _data, salt: _salt, ...changeColumns } = changes.columns
const changeSteps = { name: 'changes', columns: changeColumns }

/** The newest `most` changes of some records, oldest first. */
export async function changesOf(
  tx: Querying,
  tenant: string,
  records: readonly string[],
  most: number,
): Promise<ChangeStep[]> {
  if (records.length === 0) return []
  const rows = await selectRows(
    tx,
    changeSteps,
    'where t.tenant = $1 and t.record = any($2::text[]) order by t.seq desc limit $3',
    [tenant, texts(records), most],
  )
  return rows.reverse()
}

/** What was said about some records, newest `most`, oldest first. */
export async function sayingsAbout(
  tx: Querying,
  tenant: string,
  links: readonly string[],
  most: number,
): Promise<SayingRow[]> {
  if (links.length === 0) return []
  const rows = await selectRows(
    tx,
    sayings,
    'where t.tenant = $1 and t.link = any($2::text[]) order by t.at desc, t.id limit $3',
    [tenant, texts(links), most],
  )
  return rows.reverse()
}

export async function deliveriesById(
  tx: Querying,
  tenant: string,
  ids: readonly string[],
): Promise<DeliveryRow[]> {
  if (ids.length === 0) return []
  return selectRows(tx, deliveries, 'where t.tenant = $1 and t.id = any($2::text[]) order by t.id', [
    tenant,
    texts(ids),
  ])
}

/**
 * Deliveries of some records and of the records that refer to them.
 * @param since only those that want a change from this one on
 */
export async function deliveriesAround(
  tx: Querying,
  tenant: string,
  records: readonly string[],
  since: number,
  most: number,
): Promise<DeliveryRow[]> {
  if (records.length === 0) return []
  return selectRows(
    tx,
    deliveries,
    `where t.tenant = $1 and t.wanted >= $3 and t.record in (
       select unnest($2::text[]) union
       select from_record from hrhub.refs where tenant = $1 and to_record = any($2::text[]))
     order by t.created_at, t.id limit $4`,
    [tenant, texts(records), since, most],
  )
}

export async function deliveriesOfRecord(
  tx: Querying,
  tenant: string,
  record: string,
  most: number,
): Promise<DeliveryRow[]> {
  return selectRows(
    tx,
    deliveries,
    'where t.tenant = $1 and t.record = $2 order by t.created_at, t.id limit $3',
    [tenant, record, most],
  )
}

/** An effect without its sealed bytes. */
export type EffectStep = Omit<EffectRow, 'progress'>

const { progress: _progress, ...effectColumns } = effects.columns
const effectSteps = { name: 'effects', columns: effectColumns }

export async function effectsOf(
  tx: Querying,
  tenant: string,
  ids: readonly string[],
  most: number,
): Promise<EffectStep[]> {
  if (ids.length === 0) return []
  const rows = await selectRows(
    tx,
    effectSteps,
    'where t.tenant = $1 and t.delivery = any($2::text[]) order by t.begun_at desc, t.n desc limit $3',
    [tenant, texts(ids), most],
  )
  return rows.reverse()
}

export async function attemptsOf(
  tx: Querying,
  tenant: string,
  ids: readonly string[],
  most: number,
): Promise<AttemptRow[]> {
  if (ids.length === 0) return []
  const rows = await selectRows(
    tx,
    attempts,
    'where t.tenant = $1 and t.delivery = any($2::text[]) order by t.at desc, t.n desc, t.try desc limit $3',
    [tenant, texts(ids), most],
  )
  return rows.reverse()
}

export interface WaitStep {
  readonly what: string
  readonly who: string
  readonly since: number
}

export async function waitsOf(
  tx: Querying,
  tenant: string,
  kind: 'message' | 'delivery',
  who: readonly string[],
): Promise<WaitStep[]> {
  if (who.length === 0) return []
  const { rows } = await tx.query<{ what: string; who: string; since: Date }>(
    'select what, who, since from hrhub.waits where tenant = $1 and who_kind = $2 and who = any($3::text[]) order by since',
    [tenant, kind, texts(who)],
  )
  return rows.map(row => ({ ...row, since: row.since.getTime() }))
}
