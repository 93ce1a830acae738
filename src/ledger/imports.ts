/** Imports of files, one row each. A position only moves from where its run left it, in the commit of its rows. */
import type { JsonObject } from '../kernel/json.js'
import { jsonb } from './engine/parameters.js'
import type { Querying } from './engine/types.js'
import { type ImportTableRow, imports } from './schema.js'
import { selectRows } from './table.js'

/** What names an import: the same bytes, read in the same way, for the same resource. */
export type ImportKey = Pick<ImportTableRow, 'tenant' | 'connection' | 'resource' | 'hash'>

const KEY = 'tenant = $1 and connection = $2 and resource = $3 and hash = $4'
const keyOf = ({ tenant, connection, resource, hash }: ImportKey) => [tenant, connection, resource, hash]

/** @returns the import, made now where there was none */
export async function plantImport(
  ledger: Querying,
  key: ImportKey,
  made: Pick<ImportTableRow, 'id' | 'file' | 'written_at'>,
  now: number,
): Promise<ImportTableRow> {
  await ledger.query(
    `insert into hrhub.imports (tenant, connection, resource, hash, id, file, written_at, started_at, updated_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $8) on conflict do nothing`,
    [...keyOf(key), made.id, made.file, new Date(made.written_at), new Date(now)],
  )
  const row = await findImport(ledger, key)
  if (!row) throw new TypeError('an import that was just written is not there')
  return row
}

export async function findImport(ledger: Querying, key: ImportKey): Promise<ImportTableRow | undefined> {
  const [row] = await selectRows(
    ledger,
    imports,
    'where t.tenant = $1 and t.connection = $2 and t.resource = $3 and t.hash = $4',
    keyOf(key),
  )
  return row
}

/** From the first row, as if it had never been. */
export async function beginImportAgain(
  ledger: Querying,
  key: ImportKey,
  writtenAt: number,
  now: number,
): Promise<void> {
  await ledger.query(
    `update hrhub.imports set position = 0, counts = '{}', rejects_at = 0, rejects = '[]', done_at = null,
       written_at = $5, started_at = $6, updated_at = $6 where ${KEY}`,
    [...keyOf(key), new Date(writtenAt), new Date(now)],
  )
}

export interface ImportStep {
  /** Where the run believes the import to be. */
  readonly from: number
  readonly position: number
  /** Of these rows, by what became of them. */
  readonly counts: Readonly<Record<string, number>>
  readonly rejectsAt: number
  readonly rejects: readonly JsonObject[]
}

/** @returns false where the import is elsewhere, or done: nothing was written */
export async function moveImport(
  tx: Querying,
  key: ImportKey,
  step: ImportStep,
  now: number,
): Promise<boolean> {
  const { rowCount } = await tx.query(
    {
      name: 'move_import',
      text: `update hrhub.imports t set position = $6, rejects_at = $7, rejects = $8::jsonb, updated_at = $9,
               counts = t.counts || coalesce((select jsonb_object_agg(c.key, coalesce((t.counts->>c.key)::bigint, 0) + c.value::bigint)
                 from jsonb_each_text($10::jsonb) c), '{}')
             where ${KEY} and position = $5 and done_at is null`,
    },
    [
      ...keyOf(key),
      step.from,
      step.position,
      step.rejectsAt,
      jsonb(step.rejects),
      new Date(now),
      jsonb(step.counts),
    ],
  )
  return rowCount === 1
}

/** What became of rows that were stored unfolded, once that is known: it replaces what was noted with them. */
export async function amendImport(
  ledger: Querying,
  key: ImportKey,
  position: number,
  counts: Readonly<Record<string, number>>,
  rejects: readonly JsonObject[],
): Promise<void> {
  await ledger.query(
    `update hrhub.imports t set rejects = $6::jsonb,
       counts = t.counts || coalesce((select jsonb_object_agg(c.key, coalesce((t.counts->>c.key)::bigint, 0) + c.value::bigint)
         from jsonb_each_text($7::jsonb) c), '{}')
     where ${KEY} and position = $5`,
    [...keyOf(key), position, jsonb(rejects), jsonb(counts)],
  )
}

/** @returns false where it is not at this position */
export async function endImport(
  ledger: Querying,
  key: ImportKey,
  position: number,
  now: number,
): Promise<boolean> {
  const { rowCount } = await ledger.query(
    `update hrhub.imports set done_at = $6, updated_at = $6, rejects = '[]' where ${KEY} and position = $5`,
    [...keyOf(key), position, new Date(now)],
  )
  return rowCount === 1
}
