/**
 * `hrhub replay`: folds stored messages again: those named, all of a connection since a time, or those that would say
 * something else by a mapping that was changed.
 */
import { HubError } from '../kernel/errors.js'
import type { Invocation } from './invocation.js'
import { versionOnDisk } from './mapping-input.js'
import { type Ask, operate } from './operator/operate.js'
import type { ResultOf } from './operator/verbs.js'
import { sinceOf } from './since.js'
import { columns, type Exit } from './terminal.js'

export interface ReplayOptions {
  readonly messages: readonly string[]
  /** A time, `2026-03-01T08:00`, or a while ago, `2h`. */
  readonly since: string | undefined
  readonly connection: string | undefined
  /** Only messages that would say something else by this mapping. */
  readonly mapping: string | undefined
  readonly tenant: string
}

type Replayed = ResultOf<'replay'>[number]

/** Messages folded by one request. */
const PAGE = 200
/** More verdicts than a person reads; the counts are of all. */
const MOST_SHOWN = 50

export async function replay(cx: Invocation, options: ReplayOptions): Promise<Exit> {
  const { settings, terminal } = cx
  const { messages, since, connection, mapping, tenant } = options
  const named = messages.length > 0
  if (mapping !== undefined) {
    if (named) throw new HubError('CLI_USE_WRONG', { detail: 'name messages or --mapping, not both' })
    return replayByMapping(cx, mapping, options)
  }
  if (
    named === (since !== undefined || connection !== undefined) ||
    (since === undefined) !== (connection === undefined)
  )
    throw new HubError('CLI_USE_WRONG', {
      detail:
        'name messages, or a time and a connection (replay --since 2h --connection ehr), or --mapping NAME',
    })
  const from = since === undefined ? 0 : sinceOf(since)
  const { note, states, wrong } = createCounts()
  await operate(settings, 'hub', async ask => {
    for await (const ids of named ? chunks(messages) : pages(ask, tenant, from, connection ?? ''))
      note(await ask('replay', { tenant, messages: [...ids] }))
  })
  const total = [...states.values()].reduce((sum, count) => sum + count, 0)
  terminal.show({ replayed: total, states: Object.fromEntries(states), wrong }, [
    ...wrong.flatMap(verdictLines),
    ...columns([['replayed', String(total)], ...[...states].map(([state, count]) => [state, String(count)])]),
  ])
  return exitOf(states)
}

/** The hub keeps the position: a run that was killed goes on where it was. */
async function replayByMapping(
  { settings, terminal }: Invocation,
  mapping: string,
  { since, connection, tenant }: ReplayOptions,
): Promise<Exit> {
  const words = {
    tenant,
    mapping,
    since: since === undefined ? 0 : sinceOf(since),
    ...(connection === undefined ? {} : { connection }),
  }
  const { note, states, wrong } = createCounts()
  const progress = terminal.progress('replay')
  const onDisk = await versionOnDisk({ settings }, mapping)
  const end = await operate(settings, 'hub', async ask => {
    for (let first = true; ; first = false) {
      const step = await ask('replayMapping', words)
      if (first && step.before > 0)
        terminal.note(`goes on after ${step.before} messages: a run before was cut short`)
      if (first && onDisk !== undefined && onDisk !== step.version)
        terminal.note(
          `the hub still runs another version of ${mapping} than is on disk: reload it first (SIGHUP)`,
        )
      note(step.messages)
      progress.at(step.scanned, step.total, `${step.replayed} folded again`)
      if (step.done) return step
    }
  }).finally(() => progress.end())
  terminal.show(
    {
      mapping,
      version: end.version,
      scanned: end.scanned,
      replayed: end.replayed,
      states: Object.fromEntries(states),
      wrong,
    },
    [
      ...wrong.flatMap(verdictLines),
      ...columns([
        ['looked at', String(end.scanned)],
        ['replayed', String(end.replayed)],
        ...[...states].map(([state, count]) => [state, String(count)]),
      ]),
    ],
  )
  return exitOf(states)
}

function createCounts() {
  const states = new Map<string, number>()
  const wrong: Replayed[] = []
  const note = (folded: readonly Replayed[]) => {
    for (const message of folded) {
      states.set(message.state, (states.get(message.state) ?? 0) + 1)
      if (isWrong(message) && wrong.length < MOST_SHOWN) wrong.push(message)
    }
  }
  return { states, wrong, note }
}

const exitOf = (states: ReadonlyMap<string, number>): Exit =>
  states.has('invalid') || states.has('defect') ? 1 : 0

const isWrong = ({ state }: Replayed) => state === 'invalid' || state === 'defect'

function verdictLines({ id, verdicts }: Replayed): string[] {
  return verdicts.flatMap(({ verdict, code, detail, where }) => {
    if (verdict !== 'invalid' && verdict !== 'defect') return []
    const place = where?.file === undefined ? '' : `${where.file}:${where.line ?? 1}:${where.column ?? 1} `
    return [`${id} ${place}${code ?? ''} ${detail ?? ''}`.trimEnd()]
  })
}

async function* chunks(ids: readonly string[]): AsyncGenerator<readonly string[]> {
  for (let from = 0; from < ids.length; from += PAGE) yield ids.slice(from, from + PAGE)
}

async function* pages(
  ask: Ask,
  tenant: string,
  since: number,
  connection: string,
): AsyncGenerator<readonly string[]> {
  for (let after: string | undefined; ; ) {
    const words = { tenant, since, connection, limit: PAGE, ...(after === undefined ? {} : { after }) }
    const ids = await ask('replayable', words)
    if (ids.length > 0) yield ids
    if (ids.length < PAGE) return
    after = ids.at(-1)
  }
}
