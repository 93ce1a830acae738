/** `hrhub replay`: folds stored messages again, those named or all of a connection since a time. */
import { HubError } from '../kernel/errors.js'
import type { Invocation } from './invocation.js'
import { type Ask, operate } from './operator/operate.js'
import type { ResultOf } from './operator/verbs.js'
import { columns, type Exit } from './terminal.js'

export interface ReplayOptions {
  readonly messages: readonly string[]
  /** A time, `2026-03-01T08:00`, or a while ago, `2h`. */
  readonly since: string | undefined
  readonly connection: string | undefined
  readonly tenant: string
}

type Replayed = ResultOf<'replay'>[number]

/** Messages folded by one request. */
const PAGE = 200
/** More verdicts than a person reads; the counts are of all. */
const MOST_SHOWN = 50

export async function replay({ settings, terminal }: Invocation, options: ReplayOptions): Promise<Exit> {
  const { messages, since, connection, tenant } = options
  const named = messages.length > 0
  if (
    named === (since !== undefined || connection !== undefined) ||
    (since === undefined) !== (connection === undefined)
  )
    throw new HubError('CLI_USE_WRONG', {
      detail: 'name messages, or a time and a connection: replay --since 2h --connection ehr',
    })
  const from = since === undefined ? 0 : sinceOf(since)
  const states = new Map<string, number>()
  const wrong: Replayed[] = []
  const note = (folded: readonly Replayed[]) => {
    for (const message of folded) {
      states.set(message.state, (states.get(message.state) ?? 0) + 1)
      if (isWrong(message) && wrong.length < MOST_SHOWN) wrong.push(message)
    }
  }
  await operate(settings, 'hub', async ask => {
    for await (const ids of named ? chunks(messages) : pages(ask, tenant, from, connection ?? ''))
      note(await ask('replay', { tenant, messages: [...ids] }))
  })
  const total = [...states.values()].reduce((sum, count) => sum + count, 0)
  terminal.show({ replayed: total, states: Object.fromEntries(states), wrong }, [
    ...wrong.flatMap(verdictLines),
    ...columns([['replayed', String(total)], ...[...states].map(([state, count]) => [state, String(count)])]),
  ])
  return [...states.keys()].some(state => state === 'invalid' || state === 'defect') ? 1 : 0
}

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

const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** @throws HubError `CLI_USE_WRONG` */
export function sinceOf(text: string, now = Date.now()): number {
  const ago = /^(\d{1,6})([smhd])$/.exec(text)
  if (ago) return now - Number(ago[1]) * (UNITS[ago[2] ?? ''] ?? 0)
  const at = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isNaN(at))
    throw new HubError('CLI_USE_WRONG', { detail: `${text} is no time: write 2h, or 2026-03-01T08:00` })
  return at
}
