/** A file row by row into the hub, from where an earlier run of it stopped, with its rejects on the way. */
import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { HubError } from '../../kernel/errors.js'
import type { ImportFile } from '../../pipeline/import/open-file.js'
import type { Counts, Reject } from '../../pipeline/import/store-rows.js'
import type { ImportRow } from '../../pipeline/import/types.js'
import type { Ask } from '../operator/operate.js'
import type { Terminal } from '../terminal.js'
import { createPace, portionsOf } from './portions.js'
import { openRejects, type RejectsFile } from './rejects.js'

export interface RunWords {
  readonly tenant: string
  readonly mapping: string | undefined
  readonly connection: string | undefined
  readonly resource: string | undefined
  readonly again: boolean
  /** Path of the rejects file; undefined = beside the input, under the name of where its rows go. */
  readonly rejects: string | undefined
}

export interface RunResult {
  readonly end: 'done' | 'stopped' | 'before'
  readonly connection: string
  readonly resource: string
  /** Rows that are stored, of this run and of those it went on from. */
  readonly position: number
  readonly resumedAt: number
  readonly counts: Counts
  /** Undefined where nothing was refused. */
  readonly rejects: string | undefined
  readonly missing: readonly string[]
  /** When it was imported before. */
  readonly doneAt: number | undefined
  readonly seconds: number
}

/** @param stopping asked between two portions: what is stored stays, the next run goes on */
export async function runImport(
  ask: Ask,
  file: ImportFile,
  words: RunWords,
  terminal: Terminal,
  stopping: () => boolean,
): Promise<RunResult> {
  const began = performance.now()
  const holder = `${hostname()} ${process.pid} ${randomUUID()}`
  const { tenant, mapping, connection, resource, again } = words
  const state = await ask('importBegin', {
    tenant,
    ...(mapping === undefined ? {} : { mapping }),
    ...(connection === undefined ? {} : { connection }),
    ...(resource === undefined ? {} : { resource }),
    hash: file.hash,
    file: file.name,
    writtenAt: file.writtenAt,
    ...(file.columns ? { columns: [...file.columns] } : {}),
    sample: [...file.sample],
    holder,
    again,
  })
  const key = { tenant, connection: state.connection, resource: state.resource, hash: file.hash, holder }
  const result = {
    connection: state.connection,
    resource: state.resource,
    resumedAt: state.position,
    missing: state.missing,
    doneAt: state.doneAt,
  }
  if (state.doneAt !== undefined)
    return {
      ...result,
      end: 'before',
      position: state.position,
      counts: state.counts,
      rejects: undefined,
      seconds: 0,
    }
  const ending = file.columns ? 'csv' : 'ndjson'
  const path = words.rejects ?? `${file.path}.${state.connection}.${state.resource}.rejects.${ending}`
  let rejects: RejectsFile | undefined
  try {
    const opened = await openRejects({
      path,
      input: file.inode,
      again: again && state.position === 0,
      columns: file.columns,
      delimiter: delimiterOf(file),
      from: state.rejectsAt,
    })
    rejects = opened.file
    if (opened.lost)
      terminal.note(
        `${path} of the run before is gone: rows refused up to row ${state.position} are among the messages that are invalid`,
      )
    const { position, counts, whole } = await sendRows(ask, key, file, state, rejects, terminal, stopping)
    if (whole) await ask('importEnd', { ...key, position })
    else await ask('importLeave', key)
    const kept = await rejects.close(whole)
    return {
      ...result,
      end: whole ? 'done' : 'stopped',
      position,
      counts,
      rejects: kept && (counts['refused'] ?? 0) > 0 ? path : undefined,
      seconds: (performance.now() - began) / 1000,
    }
  } catch (error) {
    await rejects?.close(false).catch(() => undefined)
    // Best effort: what holds it up passes by itself.
    await ask('importLeave', key).catch(() => undefined)
    throw error
  }
}

interface HeldKey {
  readonly tenant: string
  readonly connection: string
  readonly resource: string
  readonly hash: string
  readonly holder: string
}

interface Start {
  readonly position: number
  readonly counts: Counts
  readonly rejects: readonly Reject[]
}

async function sendRows(
  ask: Ask,
  key: HeldKey,
  file: ImportFile,
  start: Start,
  rejects: RejectsFile,
  terminal: Terminal,
  stopping: () => boolean,
): Promise<{ readonly position: number; readonly counts: Counts; readonly whole: boolean }> {
  const progress = terminal.progress('import')
  const pace = createPace()
  const began = performance.now()
  const counts: Record<string, number> = { ...start.counts }
  let position = start.position
  try {
    for await (const all of portionsOf(file, pace)) {
      // Rows of the run before: what of the last of them belongs into the rejects file was cut off, and comes again.
      await rejects.write(paired(all, start.rejects, row => row <= start.position))
      const rows = all.filter(({ row }) => row > start.position)
      if (rows.length === 0) continue
      if (stopping()) return { position, counts, whole: false }
      await file.unchanged()
      const at = performance.now()
      const stored = await ask('importRows', {
        ...key,
        from: position,
        rejectsAt: rejects.length,
        rows: rows.map(({ row, line, body, broken }) =>
          broken === undefined ? { row, line, body } : { row, line, broken },
        ),
      })
      pace.took(rows.length, performance.now() - at)
      await rejects.write(paired(rows, stored.rejects, () => true))
      position = stored.position
      for (const [name, count] of Object.entries(stored.counts)) counts[name] = (counts[name] ?? 0) + count
      const rate = Math.round(((position - start.position) * 1000) / (performance.now() - began))
      progress.at(position, file.rowCount, [`${rate}/s`, ...countsInWords(counts)].join(', '))
    }
    await checkWhole(file, position)
    return { position, counts, whole: true }
  } finally {
    progress.end()
  }
}

/**
 * Its end was read: of the very file that was looked through?
 * @throws HubError `PIPELINE_IMPORT_MOVED`
 */
export async function checkWhole(
  file: Pick<ImportFile, 'path' | 'rowCount' | 'unchanged'>,
  position: number,
): Promise<void> {
  await file.unchanged()
  if (position === file.rowCount) return
  throw new HubError('PIPELINE_IMPORT_MOVED', {
    detail: `${file.path} ended after row ${position}, and had ${file.rowCount}`,
  })
}

function paired(
  rows: readonly ImportRow[],
  rejects: readonly Reject[],
  wanted: (row: number) => boolean,
): (readonly [ImportRow, Reject])[] {
  if (rejects.length === 0) return []
  const of = new Map(rejects.map(reject => [reject.row, reject]))
  return rows.flatMap(row => {
    const reject = of.get(row.row)
    return reject && wanted(row.row) ? [[row, reject] as const] : []
  })
}

/** `folded 19 990`, in the order a person asks. */
export const COUNTED = ['folded', 'unchanged', 'waiting', 'ignored', 'erased', 'unrouted', 'refused']
export const countsInWords = (counts: Counts) =>
  COUNTED.flatMap(name => ((counts[name] ?? 0) > 0 ? [`${counts[name]} ${name}`] : []))

const delimiterOf = ({ readAs }: ImportFile) =>
  readAs['delimiter'] === 'tab' ? '\t' : (readAs['delimiter'] ?? ',')
