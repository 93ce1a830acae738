/**
 * What happens to a delivery next, when, and what a person can do about it: one row per state and reason. The
 * reasons are those that plan, deliver and settle write.
 */
import type { DeliveryRow } from '../../ledger/schema.js'
import { iso } from './life.js'

export interface NextFacts {
  readonly row: DeliveryRow
  readonly now: number
  /** Why its connection is paused; undefined = it is not. */
  readonly paused: string | undefined
  /** What it waits for, in words. */
  readonly waits: readonly string[]
}

type Say = (facts: NextFacts) => string

const when = ({ row, now }: NextFacts) =>
  row.due_at === null || row.due_at <= now ? 'as soon as a worker is free' : `at ${iso(row.due_at)}`
const release = ({ row }: NextFacts) =>
  `look at ${row.connection}; then release ${row.id} as done, or have it sent again`

const WAITING: Readonly<Record<string, Say>> = {
  due: facts => `is delivered ${when(facts)}`,
  retry: facts => `is tried again ${when(facts)} (${facts.row.tries} tried so far)`,
  link: ({ waits }) => `waits until ${waits.length > 0 ? waits.join(' and ') : 'the link it needs is there'}`,
  paused: ({ row }) => `goes on when the connection ${row.connection} is resumed`,
}

const PARKED: Readonly<Record<string, Say>> = {
  unknown: facts => `waits for a person: nobody knows whether the last call arrived; ${release(facts)}`,
  exists: facts => `waits for a person: the vendor says there is one already; ${release(facts)}`,
  mapping: ({ row }) =>
    `waits for a person: mend the mapping or the record, then \`hrhub redrive ${row.id}\``,
  binding: ({ row }) =>
    `waits for a person: mend the manifest or the mapping, then \`hrhub redrive ${row.id}\``,
  chain: ({ row }) => `waits for a person: break the circle of hub flows, then \`hrhub redrive ${row.id}\``,
  defect: ({ row }) =>
    `waits for a person: the hub failed over it, see its log; \`hrhub redrive ${row.id}\` tries it again`,
  'gone at the vendor': facts => `waits for a person: the thing is gone there; ${release(facts)}`,
}

const BY_STATE: Readonly<Record<string, Say>> = {
  waiting: facts => (WAITING[facts.row.because ?? 'due'] ?? WAITING['due'] ?? when)(facts),
  in_flight: ({ row }) =>
    `is being delivered now${row.lease_until === null ? '' : `; the claim ends at ${iso(row.lease_until)}`}`,
  unknown: facts =>
    facts.row.because === 'look-up'
      ? `is looked up at the vendor ${when(facts)}, because nobody knows whether the last call arrived`
      : `the same bytes go out again ${when(facts)}, under the same token`,
  delivered: () => 'nothing: the system holds what was wanted',
  confirmed: () => 'nothing: the vendor confirmed it',
  held: ({ row }) => `nothing is created, changed or removed (${row.because ?? 'neither there nor gone'})`,
  superseded: () => 'nothing: another key took its place',
  lapsed: () => 'nothing: it was too late',
  parked: facts =>
    (
      PARKED[facts.row.because ?? ''] ??
      (({ row }) => `waits for a person: ${row.because ?? 'no reason given'}`)
    )(facts),
  dead: ({ row }) =>
    `nothing until the record changes, or \`hrhub redrive ${row.id}\` (${row.because ?? 'the vendor refused it'})`,
  cancelled: ({ row }) => `nothing: there is nothing over there (${row.because ?? 'removed'})`,
}

export function nextStep(facts: NextFacts): string {
  const { row, paused } = facts
  const said = (BY_STATE[row.state] ?? (() => `is ${row.state}`))(facts)
  const held = paused !== undefined && row.due_at !== null
  return held ? `${said}; but ${row.connection} is paused: ${paused}` : said
}

/** What a wait is for, in words; the names of waits are those of fold/types.ts. */
export function waitInWords(what: string): string {
  const [kind = '', ...parts] = what.split('\n')
  if (kind === 'link') return `${parts[0]}.${parts[1]} ${parts.slice(3).join('\n')} is known`
  if (kind === 'record') return `${parts[0]} has an id in ${parts[1]}.${parts[2]}`
  if (kind === 'effect') return `the creation under way in ${parts[0]}.${parts[1]} has ended`
  return kind
}
