/**
 * An import from its begin to its end, as the hub has it: which flow takes the rows, where they go on, and live
 * traffic ahead of them. The file itself is read by whoever imports it.
 */
import { HubError } from '../../kernel/errors.js'
import { newId } from '../../kernel/ids.js'
import type { Json } from '../../kernel/json.js'
import { analyzeGrown } from '../../ledger/analyze-grown.js'
import { beginImportAgain, endImport, findImport, type ImportKey, plantImport } from '../../ledger/imports.js'
import type { ImportTableRow } from '../../ledger/schema.js'
import { giveLease, isLeaseHeld } from '../../ledger/take-lease.js'
import { letLiveGoFirst } from '../pace.js'
import type { Receiver } from '../receive.js'
import { findTarget, type TargetWords } from './find-target.js'
import {
  type Counts,
  holdImport,
  leaseOf,
  type Reject,
  type SentRow,
  type StoredRows,
  type StoreMeans,
  storeRows,
} from './store-rows.js'
import { checkColumns } from './try-rows.js'

export interface ImportBegin extends TargetWords {
  readonly tenant: string
  readonly hash: string
  /** Name without its folder. */
  readonly file: string
  readonly writtenAt: number
  readonly columns: readonly string[] | undefined
  /** Things of the first rows: whether they map at all is seen before anything is stored. */
  readonly sample: readonly Json[]
  /** Names this run. */
  readonly holder: string
  /** Also where the file was imported before: from its first row. */
  readonly again: boolean
}

export interface ImportState {
  readonly connection: string
  readonly resource: string
  readonly position: number
  readonly counts: Counts
  /** Length of the rejects file before the last rows, and what of them belongs into it. */
  readonly rejectsAt: number
  readonly rejects: readonly Reject[]
  /** Milliseconds since the epoch; undefined = rows are left. */
  readonly doneAt: number | undefined
  /** Columns that the mappings look for and the file lacks. */
  readonly missing: readonly string[]
}

export interface Importer {
  /** @throws HubError of find-target.ts and try-rows.ts; `PIPELINE_IMPORT_RUNNING` */
  begin(words: ImportBegin): Promise<ImportState>
  /** @throws HubError `PIPELINE_IMPORT_RUNNING`, `PIPELINE_IMPORT_MOVED`, `LEDGER_*` */
  store(
    key: ImportKey,
    holder: string,
    from: number,
    rejectsAt: number,
    rows: readonly SentRow[],
  ): Promise<StoredRows>
  /** The last row is stored. @throws HubError `PIPELINE_IMPORT_MOVED` */
  end(key: ImportKey, holder: string, position: number): Promise<void>
  /** Lets go of an import that is not done: another run may go on at once. */
  leave(key: ImportKey, holder: string): Promise<void>
}

/** A new ledger's plans are those of empty tables until somebody looks. */
const FIRST_LOOK = 500
/** A hub that is behind slows an import down to a portion each time this is over. */
const MOST_WAIT_MS = 2000
/** The timer of a process that delivers (run.ts): where nobody delivers, nobody is behind. */
const DELIVERING = 'sweep'

export function createImporter(means: StoreMeans & { readonly receiver: Pick<Receiver, 'load'> }): Importer {
  const { parts, receiver } = means
  const { ledger, clock } = parts

  async function known(key: ImportKey): Promise<ImportTableRow> {
    const row = await findImport(ledger, key)
    if (row) return row
    throw new HubError('PIPELINE_IMPORT_MOVED', { detail: 'there is no such import' })
  }

  return {
    async begin({ tenant, hash, file, writtenAt, columns, sample, holder, again, ...words }) {
      const config = parts.config(tenant)
      const target = findTarget(config, words)
      const { missing } = checkColumns(config, target, columns, sample)
      const { connection, resource } = target
      const key = { tenant, connection, resource, hash }
      const made = { id: newId('import', clock), file, written_at: writtenAt }
      const there = await findImport(ledger, key)
      const finished = there?.done_at != null && !again
      if (!finished) await holdImport(ledger, key, holder)
      let row = there ?? (await plantImport(ledger, key, made, clock.now()))
      if (again && there) {
        await beginImportAgain(ledger, key, writtenAt, clock.now())
        row = await known(key)
      }
      // What stood there may have moved before the lease was ours.
      else if (!finished) row = await known(key)
      return { ...stateOf(row), missing }
    },
    async store(key, holder, from, rejectsAt, rows) {
      if (await isLeaseHeld(ledger, DELIVERING)) await letLiveGoFirst({ parts, receiver }, MOST_WAIT_MS)
      const stored = await storeRows(means, await known(key), holder, from, rejectsAt, rows)
      if (grown(from, stored.position)) await analyzeGrown(ledger, stored.position)
      return stored
    },
    async end(key, holder, position) {
      await holdImport(ledger, key, holder)
      if (!(await endImport(ledger, key, position, clock.now())))
        throw new HubError('PIPELINE_IMPORT_MOVED', { detail: `it is not at row ${position}` })
      await giveLease(ledger, leaseOf(key), holder)
      parts.log.info({ ...key, rows: position }, 'import.done')
    },
    leave: (key, holder) => giveLease(ledger, leaseOf(key), holder),
  }
}

/** At 500 rows, 2 000, 8 000 and so on. */
function grown(from: number, position: number): boolean {
  const step = (rows: number) => Math.floor(Math.log2(Math.max(rows, 1) / FIRST_LOOK) / 2)
  return position >= FIRST_LOOK && (from < FIRST_LOOK || step(position) > step(from))
}

const stateOf = (row: ImportTableRow): Omit<ImportState, 'missing'> => ({
  connection: row.connection,
  resource: row.resource,
  position: row.position,
  counts: row.counts,
  rejectsAt: row.rejects_at,
  rejects: row.rejects as unknown as readonly Reject[],
  doneAt: row.done_at ?? undefined,
})
