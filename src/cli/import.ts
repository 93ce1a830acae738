/** `hrhub import FILE --mapping M`: rows of CSV, XLSX or NDJSON through a mapping, folded like any message. */
import { randomUUID } from 'node:crypto'
import { HubError } from '../kernel/errors.js'
import { findTarget } from '../pipeline/import/find-target.js'
import { type ImportFile, openImport } from '../pipeline/import/open-file.js'
import { type Reject, rejectOf } from '../pipeline/import/store-rows.js'
import { checkColumns, tryRows } from '../pipeline/import/try-rows.js'
import type { ReadWords } from '../pipeline/import/types.js'
import { isReject } from '../pipeline/import/verdicts.js'
import { COUNTED, checkWhole, type RunResult, runImport } from './import/run-import.js'
import { type Invocation, projectsOf } from './invocation.js'
import { createDisk } from './operator/disk.js'
import { operate } from './operator/operate.js'
import { columns, type Exit, localTime, type Terminal } from './terminal.js'

export interface ImportOptions {
  readonly mapping: string | undefined
  readonly connection: string | undefined
  readonly resource: string | undefined
  readonly format: string | undefined
  readonly encoding: string | undefined
  readonly delimiter: string | undefined
  readonly sheet: string | undefined
  readonly blank: string
  readonly rejects: string | undefined
  readonly dry: boolean
  readonly again: boolean
  readonly tenant: string
}

const FORMATS = ['csv', 'xlsx', 'ndjson'] as const
const BLANKS = ['nothing', 'null'] as const

/** More rejects than a person reads; the count is of all. */
const MOST_SHOWN = 20

export async function importFile(cx: Invocation, path: string, options: ImportOptions): Promise<Exit> {
  const { mapping, connection, resource } = options
  if (mapping === undefined && connection === undefined)
    throw new HubError('CLI_USE_WRONG', {
      detail: 'say --mapping NAME, or --connection NAME with --resource NAME',
    })
  if (resource !== undefined && connection === undefined && mapping === undefined)
    throw new HubError('CLI_USE_WRONG', { detail: 'a --resource is one of a --connection' })
  const file = await openImport(path, readWords(options))
  try {
    return options.dry ? await tryFile(cx, file, options) : await importAll(cx, file, options)
  } finally {
    await file.close()
  }
}

function readWords({ format, encoding, delimiter, sheet, blank }: ImportOptions): ReadWords {
  return {
    format: format === undefined ? undefined : oneOf('--format', format, FORMATS),
    encoding,
    delimiter,
    sheet,
    blank: oneOf('--blank', blank, BLANKS),
  }
}

function oneOf<T extends string>(flag: string, word: string, words: readonly T[]): T {
  const found = words.find(known => known === word)
  if (found !== undefined) return found
  throw new HubError('CLI_USE_WRONG', { detail: `${flag} is ${words.join(', ')}, not ${word}` })
}

async function importAll(cx: Invocation, file: ImportFile, options: ImportOptions): Promise<Exit> {
  const { settings, terminal } = cx
  const { tenant, mapping, connection, resource, again, rejects } = options
  let stopping = false
  const stop = () => {
    stopping = true
    terminal.note('stopping after the rows that are at work …')
  }
  process.once('SIGINT', stop).once('SIGTERM', stop)
  try {
    const words = { tenant, mapping, connection, resource, again, rejects }
    const result = await operate(settings, 'hub', ask =>
      runImport(ask, file, words, terminal, () => stopping),
    )
    return showResult(terminal, file, result)
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop)
  }
}

function showResult(terminal: Terminal, file: ImportFile, result: RunResult): Exit {
  const { end, counts, position, resumedAt, seconds, rejects, missing, doneAt } = result
  const rate = seconds > 0 ? Math.round((position - resumedAt) / seconds) : 0
  const value = {
    file: file.name,
    connection: result.connection,
    resource: result.resource,
    read_as: file.readAs,
    end,
    rows: file.rowCount,
    stored: position,
    resumed_at: resumedAt,
    counts,
    rejects: rejects ?? null,
    missing_columns: missing,
    seconds: Number(seconds.toFixed(1)),
    rows_per_second: rate,
    ...(doneAt === undefined ? {} : { imported_at: new Date(doneAt).toISOString() }),
  }
  const counted = COUNTED.flatMap(name => (name in counts ? [[name, String(counts[name])]] : []))
  if (end === 'before') {
    terminal.show(value, [
      `${file.name} was imported ${localTime(doneAt ?? 0)} into ${result.connection}.${result.resource}: nothing to do (--again does it anew)`,
      ...columns(counted),
    ])
    return 0
  }
  terminal.show(value, [
    ...(missing.length > 0
      ? [`the mapping also reads ${missing.join(', ')}: the file has no such column`]
      : []),
    ...columns([['rows', `${position} of ${file.rowCount}`], ...counted]),
    ...(resumedAt > 0 ? [`went on after row ${resumedAt}`] : []),
    `${rate} rows/s`,
    ...(rejects === undefined ? [] : [`refused rows with their reasons: ${rejects}`]),
    ...(end === 'stopped' ? ['stopped: the same command goes on from here'] : []),
  ])
  return end === 'stopped' || (counts['refused'] ?? 0) > 0 ? 1 : 0
}

/** Maps every row and stores nothing: no ledger is opened. */
async function tryFile(cx: Invocation, file: ImportFile, options: ImportOptions): Promise<Exit> {
  const { settings, terminal } = cx
  const config = await createDisk(settings).tenant(randomUUID(), projectsOf(settings), options.tenant)
  const target = findTarget(config, options)
  const { missing } = checkColumns(config, target, file.columns, file.sample)
  const progress = terminal.progress('import --dry')
  const counts: Record<string, number> = { maps: 0 }
  const shown: Reject[] = []
  let done = 0
  for await (const rows of file.rows()) {
    const good = rows.filter(row => row.broken === undefined)
    const verdicts = tryRows(
      config,
      target,
      good.map(row => row.body),
    )
    const of = new Map(good.map((row, i) => [row.row, verdicts[i]]))
    for (const { row, line, broken } of rows) {
      const verdict = of.get(row)
      const refused = broken !== undefined || (verdict !== undefined && isReject(verdict))
      const name = refused ? 'refused' : (verdict?.verdict ?? 'maps')
      counts[name] = (counts[name] ?? 0) + 1
      if (refused && shown.length < MOST_SHOWN) shown.push(rejectOf(row, line, broken, verdict))
    }
    done += rows.length
    progress.at(done, file.rowCount)
  }
  progress.end()
  await checkWhole(file, done)
  terminal.show(
    {
      file: file.name,
      connection: target.connection,
      resource: target.resource,
      flows: target.flows.map(flow => flow.id),
      read_as: file.readAs,
      end: 'dry',
      rows: file.rowCount,
      counts,
      missing_columns: missing,
      first_rejects: shown,
    },
    [
      ...shown.map(({ line, code, reason, place }) =>
        `${file.name}:${line} ${code} ${reason} ${place}`.trimEnd(),
      ),
      ...(missing.length > 0
        ? [`the mapping also reads ${missing.join(', ')}: the file has no such column`]
        : []),
      ...columns([
        ['rows', String(file.rowCount)],
        ['read as', [file.format, ...Object.values(file.readAs)].join(', ')],
        ['goes to', `${target.connection}.${target.resource}`],
        ...Object.entries(counts).map(([name, count]) => [name, String(count)]),
      ]),
      'nothing was stored',
    ],
  )
  return (counts['refused'] ?? 0) > 0 ? 1 : 0
}
