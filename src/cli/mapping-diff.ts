/**
 * `hrhub mapping diff NAME`: what the mapping as it is on disk now would make of the messages in the ledger: records
 * that would change, by which path, and what would newly be refused or taken. Nothing is written; it works beside a
 * running hub.
 */
import { randomUUID } from 'node:crypto'
import { resolve } from 'node:path'
import { HubError } from '../kernel/errors.js'
import { compileMapping } from '../mapping/compile.js'
import type { Subject } from '../pipeline/compare/compare-records.js'
import { createTally, type TallyResult } from './diff-tally.js'
import { showFailure } from './failure.js'
import { type Invocation, projectsOf } from './invocation.js'
import { findMapping } from './mapping-input.js'
import { MOST_MESSAGES } from './operator/mapping-verbs.js'
import { type Ask, operate } from './operator/operate.js'
import { count, problemReport, seenFrom } from './problems.js'
import { sinceOf } from './since.js'
import { columns, type Exit, type Progress } from './terminal.js'

export interface DiffOptions {
  readonly since: string | undefined
  readonly connection: string | undefined
  /** Records to show. */
  readonly sample: string
  /** Whether personal values are shown. */
  readonly show: boolean
  readonly tenant: string
}

/** Ids held while the records are compared: some tens of megabytes. */
const MOST_DIFFERENT = 200_000
const SUBJECTS = 200
const MESSAGES = 2000

/** Exit 1 means changes, and nothing else: whatever goes wrong is 2. */
export async function mappingDiff(cx: Invocation, name: string, options: DiffOptions): Promise<Exit> {
  try {
    return await diff(cx, name, options)
  } catch (error) {
    return Math.max(2, showFailure(cx.terminal, error)) as Exit
  }
}

async function diff(cx: Invocation, name: string, options: DiffOptions): Promise<Exit> {
  const { settings, terminal } = cx
  const { tenant, connection } = options
  const samples = sampleOf(options.sample)
  const since = options.since === undefined ? 0 : sinceOf(options.since)
  const found = await findMapping(cx, name)
  if (!found.mapping) {
    const report = problemReport(compileMapping(found.yaml, found.context).problems)
    terminal.show(report.value, report.lines)
    return 2
  }
  if (found.mapping.direction !== 'in')
    throw new HubError('CLI_USE_WRONG', {
      detail: `${name} reads records, not messages: name an .in mapping`,
    })
  const words = {
    tenant,
    mapping: name,
    projects: projectsOf(settings).map(project => resolve(project)),
    run: randomUUID(),
    ...(connection === undefined ? {} : { connection }),
  }
  const tally = createTally(samples, options.show)
  const progress = terminal.progress('compared')
  const looked = await operate(settings, 'ledger', async ask => {
    const start = await ask('compareStart', { ...words, since })
    const about = new Map<string, string[]>()
    let scanned = 0
    for (let after: string | undefined = ''; after !== undefined; ) {
      const page: Awaited<ReturnType<typeof ask<'compareMessages'>>> = await ask('compareMessages', {
        ...words,
        since,
        after,
      })
      tally.note(page.different)
      collect(about, page.different)
      scanned += page.scanned
      progress.at(scanned, start.total, 'messages')
      after = page.next
    }
    await compareAll(ask, words, about, tally, progress)
    return { ...start, scanned }
  }).finally(() => progress.end())
  const result = tally.result()
  terminal.show(
    { mapping: name, version: looked.version, flows: looked.flows, scanned: looked.scanned, ...result },
    linesOf(name, looked.scanned, result),
  )
  return result.messages > 0 ? 1 : 0
}

/** @throws HubError `CLI_USE_WRONG` */
function sampleOf(text: string): number {
  const samples = Number(text)
  if (!Number.isInteger(samples) || samples < 0 || samples > 1000)
    throw new HubError('CLI_USE_WRONG', { detail: '--sample is a number of records, 0 to 1000' })
  return samples
}

/** @throws HubError `CLI_DIFF_LARGE` */
function collect(
  about: Map<string, string[]>,
  different: readonly { readonly id: string; readonly records: readonly string[] }[],
): void {
  for (const { id, records } of different)
    for (const record of records) {
      const known = about.get(record)
      if (known) known.push(id)
      else about.set(record, [id])
      if (about.size > MOST_DIFFERENT || (known && known.length > MOST_MESSAGES))
        throw new HubError('CLI_DIFF_LARGE', {
          detail: known
            ? `more than ${MOST_MESSAGES} messages would change ${record}`
            : `more than ${MOST_DIFFERENT} records would be touched`,
        })
    }
}

async function compareAll(
  ask: Ask,
  words: Omit<Parameters<typeof ask<'compareRecords'>>[1], 'subjects'>,
  about: ReadonlyMap<string, readonly string[]>,
  tally: ReturnType<typeof createTally>,
  progress: Progress,
): Promise<void> {
  let compared = 0
  for (const subjects of portions(about)) {
    tally.compared(await ask('compareRecords', { ...words, subjects }))
    compared += subjects.length
    progress.at(compared, about.size, 'records')
  }
}

function* portions(about: ReadonlyMap<string, readonly string[]>) {
  let portion: { record: string; messages: string[] }[] = []
  let messages = 0
  for (const [record, ids] of about) {
    if (portion.length > 0 && (portion.length >= SUBJECTS || messages + ids.length > MESSAGES)) {
      yield portion satisfies readonly Subject[]
      portion = []
      messages = 0
    }
    portion.push({ record, messages: [...ids] })
    messages += ids.length
  }
  if (portion.length > 0) yield portion satisfies readonly Subject[]
}

function linesOf(name: string, scanned: number, result: TallyResult): string[] {
  const { messages, records, paths, refused, accepted, sample } = result
  if (messages === 0) return [`${name}: ${count(scanned, 'message')}, nothing would change`]
  const places = (title: string, { items, places: at }: TallyResult['refused']) =>
    items === 0
      ? []
      : [
          '',
          `${title} ${count(items, 'item')}:`,
          ...columns(
            at.map(({ times, place, code, detail, message }) => [
              String(times),
              code,
              seenFrom(process.cwd(), place),
              detail,
              `(${message})`,
            ]),
            '  ',
          ),
        ]
  return [
    ...columns([
      ['messages', `${messages} of ${scanned} would say something else`],
      [
        'records',
        `${records.changed} would change, ${records.made} would be new, ${records.same} would stay as they are`,
      ],
    ]),
    ...(Object.keys(paths).length === 0
      ? []
      : [
          '',
          ...columns(
            Object.entries(paths).map(([path, times]) => [path, String(times)]),
            '  ',
          ),
        ]),
    ...(sample.length === 0
      ? []
      : [
          '',
          ...columns(
            sample.map(({ record, path, before, after }) => [record, path, `${before} → ${after}`]),
            '  ',
          ),
        ]),
    ...places('newly refused:', refused),
    ...places('newly taken:', accepted),
    '',
    `nothing was written; \`hrhub replay --mapping ${name}\` folds these messages again`,
  ]
}
