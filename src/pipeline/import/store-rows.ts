/**
 * Rows of a file into the ledger: stored, folded and counted in one commit with the position of their import, under
 * its lease. What killed a run killed its commit whole, so the next run goes on at the very row.
 */
import { type Code, HubError, isHubError } from '../../kernel/errors.js'
import { newId } from '../../kernel/ids.js'
import type { Json, JsonObject } from '../../kernel/json.js'
import type { Tx } from '../../ledger/engine/types.js'
import { amendImport, type ImportKey, type ImportStep, moveImport } from '../../ledger/imports.js'
import { insertMessages } from '../../ledger/messages.js'
import type { ImportTableRow, MessageRow, Verdict } from '../../ledger/schema.js'
import { takeLease } from '../../ledger/take-lease.js'
import { addressesIn } from '../attach.js'
import { type Folded, foldBatch } from '../fold/fold-batch.js'
import { readMessage, rememberBody } from '../fold/read-message.js'
import { withRaces } from '../fold/run-fold.js'
import type { Parts } from '../parts.js'
import type { Refolder } from '../refold.js'
import { isReject, refuseNameless, worstVerdicts } from './verdicts.js'

export interface StoreMeans {
  readonly parts: Parts
  readonly refolder: Refolder
  /** Told what a commit made due and released. */
  readonly onFolded: (tenant: string, folded: Folded) => void
}

export type SentRow = { readonly row: number; readonly line: number } & (
  | { readonly body: Json; readonly broken?: undefined }
  | { readonly broken: string; readonly body?: undefined }
)

/** What belongs into the rejects file about a row; the row itself stands in the file that is imported. */
export interface Reject {
  readonly row: number
  readonly line: number
  readonly code: string
  readonly reason: string
  /** Where in a mapping, `file:line:column path`; empty where there is no such place. */
  readonly place: string
}

/** Rows by what became of them. */
export type Counts = Readonly<Record<string, number>>

export interface StoredRows {
  readonly position: number
  readonly counts: Counts
  readonly rejects: readonly Reject[]
}

/** Longer than the longest step of a run; a run that was killed holds its file no longer than this. */
export const LEASE_MS = 15_000
/** One message: what one of them waits for folds all of them again. */
const MOST_ROWS = 100

export const leaseOf = ({ tenant, connection, resource, hash }: ImportKey) =>
  `import:${tenant}:${connection}.${resource}:${hash}`

/** @throws HubError `PIPELINE_IMPORT_RUNNING` */
export async function holdImport(
  tx: Parameters<typeof takeLease>[0],
  key: ImportKey,
  holder: string,
): Promise<void> {
  if ((await takeLease(tx, leaseOf(key), holder, LEASE_MS)) === undefined)
    throw new HubError('PIPELINE_IMPORT_RUNNING', { detail: 'another run holds this import' })
}

/**
 * @param rejectsAt length of the rejects file before these rows
 * @throws HubError `PIPELINE_IMPORT_RUNNING`, `PIPELINE_IMPORT_MOVED` (nothing was stored), `LEDGER_*`
 */
export async function storeRows(
  means: StoreMeans,
  row: Pick<ImportTableRow, 'tenant' | 'connection' | 'resource' | 'hash' | 'id' | 'written_at'>,
  holder: string,
  from: number,
  rejectsAt: number,
  rows: readonly SentRow[],
): Promise<StoredRows> {
  const { parts, refolder } = means
  const config = parts.config(row.tenant)
  if (rows.some((one, i) => one.row !== from + i + 1))
    throw new HubError('PIPELINE_IMPORT_MOVED', { detail: `the rows do not follow row ${from}` })
  const messages = messagesOf(parts, row, rows)
  const pointing = messages.filter(message => addressesIn(config, message).length > 0)
  const whole = messages.filter(message => !pointing.includes(message))
  const position = from + rows.length
  const step = (judged: readonly MessageRow[]): ImportStep => {
    const { counts, rejects } = judge(rows, judged)
    return { from, position, counts, rejectsAt, rejects: rejects as unknown as JsonObject[] }
  }
  const move = async (tx: Tx, judged: readonly MessageRow[]) => {
    if (!(await moveImport(tx, row, step(judged), parts.clock.now())))
      throw new HubError('PIPELINE_IMPORT_MOVED', { detail: `it is not at row ${from} any more` })
  }
  let left = pointing
  let judged: readonly MessageRow[] = []
  try {
    const folded = await withRaces(parts.ledger, async tx => {
      await holdImport(tx, row, holder)
      const reads = whole.map(message => refuseNameless(readMessage(config, message)))
      const done = await foldBatch(tx, parts, config, reads, false)
      // Files are fetched outside of any transaction; their rows are safe by then.
      await insertMessages(tx, pointing)
      await move(tx, [...done.messages, ...pointing])
      return done
    })
    means.onFolded(row.tenant, folded)
    judged = folded.messages
  } catch (error) {
    if (!mayBeStored(error)) throw error
    parts.log.error(
      { tenant: row.tenant, rows: rows.length, error: error instanceof Error ? error.stack : String(error) },
      'import.fold-failed',
    )
    // Kept all the same and folded message by message: where one fails, the others lose nothing.
    await parts.ledger.transaction(async tx => {
      await holdImport(tx, row, holder)
      await insertMessages(tx, messages)
      await move(tx, messages)
    })
    left = messages
    judged = []
  }
  if (left.length === 0) return { position, ...judge(rows, judged) }
  const noted = judge(rows, [...judged, ...left])
  const refolded = await refolder.refold(
    row.tenant,
    left.map(message => message.id),
  )
  const known = judge(rows, [...judged, ...refolded])
  await amendImport(
    parts.ledger,
    row,
    position,
    difference(known.counts, noted.counts),
    known.rejects as unknown as JsonObject[],
  )
  return { position, ...known }
}

/** The ledger is there and the fold itself failed: with a mistake of ours, or by losing every race. */
const mayBeStored = (error: unknown) =>
  !isHubError(error) ||
  (error.kind !== 'unreachable' && error.kind !== 'unknown' && !error.code.startsWith('PIPELINE_IMPORT_'))

function difference(after: Counts, before: Counts): Counts {
  const names = new Set([...Object.keys(after), ...Object.keys(before)])
  return Object.fromEntries([...names].map(name => [name, (after[name] ?? 0) - (before[name] ?? 0)]))
}

/** Rows that follow each other are one message; its head has the number of the first and how many they are. */
function messagesOf(
  parts: Parts,
  { tenant, connection, resource, id, written_at }: Parameters<typeof storeRows>[1],
  rows: readonly SentRow[],
): MessageRow[] {
  const groups: { first: number; bodies: Json[] }[] = []
  for (const { row, body } of rows) {
    if (body === undefined) continue
    const last = groups.at(-1)
    if (last && last.first + last.bodies.length === row && last.bodies.length < MOST_ROWS)
      last.bodies.push(body)
    else groups.push({ first: row, bodies: [body] })
  }
  const now = parts.clock.now()
  return groups.map(({ first, bodies }) => {
    const message: MessageRow = {
      tenant,
      id: newId('message', parts.clock),
      connection,
      source: 'import',
      resource,
      received_at: now,
      sent_at: Math.min(written_at, now),
      head: { import: id, first, rows: bodies.length },
      body: JSON.stringify(bodies),
      state: 'new',
      verdicts: [],
      tries: 0,
    }
    rememberBody(message, bodies)
    return message
  })
}

function judge(
  rows: readonly SentRow[],
  messages: readonly MessageRow[],
): { readonly counts: Counts; readonly rejects: readonly Reject[] } {
  const verdicts = new Map<number, Verdict>()
  for (const { head, state, verdicts: all } of messages) {
    const first = Number(head['first'])
    const [only] = all
    // The hub failed on the message as a whole: one verdict stands for all of its rows.
    if (state === 'defect' && only && all.length === 1)
      for (let item = 0; item < Number(head['rows']); item++) verdicts.set(first + item, only)
    for (const [item, verdict] of worstVerdicts(all)) verdicts.set(first + item, verdict)
  }
  const counts: Record<string, number> = {}
  const rejects: Reject[] = []
  for (const { row, line, broken } of rows) {
    const verdict = verdicts.get(row)
    const refused = broken !== undefined || (verdict !== undefined && isReject(verdict))
    // Stored and not folded yet: it is, within seconds.
    const name = refused ? 'refused' : (verdict?.verdict ?? 'waiting')
    counts[name] = (counts[name] ?? 0) + 1
    if (refused) rejects.push(rejectOf(row, line, broken, verdict))
  }
  return { counts, rejects }
}

export function rejectOf(
  row: number,
  line: number,
  broken: string | undefined,
  verdict: Verdict | undefined,
): Reject {
  const code: Code = 'PIPELINE_IMPORT_ROW_BROKEN'
  if (broken !== undefined) return { row, line, code, reason: broken, place: '' }
  const { code: said = 'HUB_DEFECT', detail = '', where } = verdict ?? {}
  return { row, line, code: said, reason: detail, place: placeOf(where) }
}

function placeOf(where: Verdict['where']): string {
  if (!where) return ''
  const file = where.file === undefined ? '' : `${where.file}:${where.line ?? 1}:${where.column ?? 1}`
  return [file, where.path ?? ''].filter(part => part !== '').join(' ')
}
