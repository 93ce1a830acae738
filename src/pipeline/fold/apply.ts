/**
 * Applies sayings to locked records: in place where the law allows it, else by reducing the whole set again.
 * Collects what changed; writes nothing.
 */

import { HubError } from '../../kernel/errors.js'
import { type Json, type JsonObject, sameJson } from '../../kernel/json.js'
import { linksOfRecords } from '../../ledger/find-links.js'
import { lockRecords } from '../../ledger/find-records.js'
import { sayingsOfLinks } from '../../ledger/find-sayings.js'
import type { LinkRow, RecordRow, SayingRow } from '../../ledger/schema.js'
import { takeChangeNumbers } from '../../ledger/write-fold.js'
import { checkPartial } from '../../model/check-partial.js'
import { foldInPlace } from '../../model/fold-in-place.js'
import { KINDS } from '../../model/kinds.js'
import { GONE, spell } from '../../model/leaves.js'
import { type KindLaw, lawOf, type Ownership, type RecordState, reduce } from '../../model/reduce.js'
import { type Saying, sayingId } from '../../model/saying.js'
import { stateOf } from './state-json.js'
import type { Contest, FoldInput } from './types.js'
import type { World } from './world.js'

/** Later than this past its arrival no message is: a clock of 2099 must not freeze a field. */
const FUTURE_MS = 5 * 60_000

/** What one message made of a record: each becomes a Change of its own, so that every step can be sent. */
export interface Step {
  readonly message: string | undefined
  /** Undefined: how it stood cannot be told path by path (other ownership). */
  readonly before: RecordState | undefined
  after: RecordState
  readonly cause: JsonObject
  readonly depth: number
}

export interface Entry {
  readonly law: KindLaw
  readonly row: RecordRow
  readonly isNew: boolean
  readonly links: Map<string, LinkRow>
  state: RecordState | undefined
  before: RecordState | undefined
  readonly steps: Step[]
  /** Sayings of this batch; with those of the ledger they are the set. */
  readonly fresh: SayingRow[]
  stored: SayingRow[] | undefined
  /** Sayings were taken back: it is written though nothing new was said. */
  retracted: boolean
  depth: number
  readonly contests: Contest[]
}

/**
 * @param steps how many changes there can be
 * @param merged whether records that were merged are opened too: only by who undoes that
 * @returns the records, locked, and numbers for the changes: taken under the locks, so a later change has a greater one
 */
export async function openEntries(
  world: World,
  records: readonly string[],
  steps: number,
  merged: 'refused' | 'opened' = 'refused',
): Promise<{ entries: Map<string, Entry>; numbers: readonly number[] }> {
  const { tx, config, clock } = world
  const old = records.filter(id => !world.newRecords.has(id))
  const [rows, links, numbers] = await Promise.all([
    lockRecords(tx, config.tenant, old),
    linksOfRecords(tx, config.tenant, old),
    takeChangeNumbers(tx, steps),
  ])
  const entries = new Map<string, Entry>()
  const open = (row: RecordRow, isNew: boolean) => {
    const definition = KINDS.get(row.kind)
    if (!definition) throw new HubError('MODEL_PATH_UNKNOWN', { detail: `there is no kind ${row.kind}` })
    entries.set(row.id, {
      law: lawOf(definition),
      row,
      isNew,
      links: new Map(),
      state: undefined,
      before: undefined,
      fresh: [],
      stored: isNew ? [] : undefined,
      retracted: false,
      depth: 0,
      steps: [],
      contests: [],
    })
  }
  for (const row of rows) {
    if (row.erased_at !== null) {
      world.erased.add(row.id)
      continue
    }
    // Merged since its link was read: read again, the link leads elsewhere by now.
    if (row.was_merged_into !== null && merged === 'refused')
      throw new HubError('PIPELINE_RACE_LOST', { detail: `${row.id} was merged meanwhile` })
    open(row, false)
  }
  for (const id of records) {
    const kind = world.newRecords.get(id)
    if (kind !== undefined) open(newRow(config.tenant, id, kind, clock.now()), true)
  }
  for (const link of [...links, ...world.newLinks.values()])
    entries.get(link.record)?.links.set(link.id, link)
  for (const entry of entries.values()) {
    entry.state = entry.isNew
      ? { data: {}, gone: false, stamps: new Map(), links: new Map(), findings: [] }
      : stateOf(
          entry.row,
          [...entry.links.values()].filter(link => !world.newLinks.has(link.id) && link.last !== null),
          config.ownershipHash,
        )
    entry.before = entry.state
  }
  return { entries, numbers }
}

function newRow(tenant: string, id: string, kind: string, now: number): RecordRow {
  return {
    tenant,
    id,
    kind,
    version: 0,
    data: {},
    gone: false,
    stamps: {},
    findings: [],
    was_merged_into: null,
    erased_at: null,
    hash: null,
    created_at: now,
    updated_at: now,
  }
}

export function ownershipOver(world: World, entry: Entry): Ownership {
  return {
    rank: (link, path) => world.config.rank(entry.links.get(link)?.connection ?? '', entry.law.kind, path),
  }
}

/** @throws HubError MODEL_… where the kind refuses it */
export function checkSaying(input: FoldInput, fields: JsonObject): void {
  const definition = KINDS.get(input.kind)
  if (definition) spell(lawOf(definition).tree, checkPartial(input.kind, fields))
}

/** The saying an input makes. @throws HubError MODEL_… where the kind refuses it */
export function sayingOf(law: KindLaw, input: FoldInput, link: string, fields: JsonObject): Saying {
  const { said } = input
  const { say, whole } = spell(law.tree, checkPartial(law.kind, fields))
  const timed = said.occurredAt !== undefined
  const at =
    said.occurredAt === undefined
      ? (input.sentAt ?? input.receivedAt)
      : Math.min(said.occurredAt, input.receivedAt + FUTURE_MS)
  return {
    link,
    item: '',
    at,
    timed: timed || input.told,
    sequence: said.sequence,
    told: input.told,
    say: said.gone === undefined ? say : { ...say, [GONE]: said.gone ? true : null },
    whole,
  }
}

/** @returns whether the record's state moved at all */
export async function applySaying(
  world: World,
  entry: Entry,
  input: FoldInput,
  saying: Saying,
): Promise<void> {
  const row: SayingRow = {
    tenant: world.config.tenant,
    link: saying.link,
    id: sayingId(saying),
    record: entry.row.id,
    item: saying.item,
    at: saying.at,
    timed: saying.timed,
    sequence: saying.sequence ?? null,
    told: saying.told,
    say: { ...saying.say },
    whole: saying.whole,
    message: input.message ?? null,
    mapping: input.mapping,
  }
  entry.fresh.push(row)
  const owners = ownershipOver(world, entry)
  const folded = entry.state && foldInPlace(entry.law, entry.state, saying, owners)
  entry.state = folded ?? (await reduceAgain(world, entry, owners))
  if (!saying.told) noteContests(entry, input, saying)
}

async function reduceAgain(world: World, entry: Entry, owners: Ownership): Promise<RecordState> {
  entry.stored ??= await sayingsOfLinks(world.tx, world.config.tenant, [...entry.links.keys()])
  const state = reduce(entry.law, [...entry.stored, ...entry.fresh].map(fromRow), owners)
  return state
}

export function fromRow(row: SayingRow): Saying {
  return {
    link: row.link,
    item: row.item,
    at: row.at,
    timed: row.timed,
    sequence: row.sequence ?? undefined,
    told: row.told,
    say: row.say,
    whole: row.whole,
  }
}

/** What this system says differs from what the record became: it lost by rank or time, and should be told. */
function noteContests(entry: Entry, input: FoldInput, saying: Saying): void {
  for (const [path, value] of Object.entries(saying.say)) {
    const stamp = entry.state?.stamps.get(path)
    if (!stamp || stamp.link === saying.link || sameJson(stamp.value, value)) continue
    // A null of somebody who never knew is no opinion.
    if (value === null) continue
    entry.contests.push({
      link: saying.link,
      connection: input.connection,
      kind: entry.law.kind,
      record: entry.row.id,
      path,
    })
  }
}

/**
 * Writes down what an input made of the record; inputs of one message make one step.
 * @returns whether the record is another now
 */
export function noteStep(entry: Entry, before: RecordState | undefined, input: FoldInput): boolean {
  const { state, row, steps } = entry
  if (!state) return false
  const was = before ?? row
  const changed = !sameJson(was.data, state.data) || was.gone !== state.gone
  if (!changed && !(entry.isNew && steps.length === 0)) return false
  entry.depth = Math.max(entry.depth, input.cause.depth)
  const last = steps.at(-1)
  if (last && last.message !== undefined && last.message === input.message) last.after = state
  else
    steps.push({
      message: input.message,
      before,
      after: state,
      depth: entry.depth,
      cause: {
        by: input.cause.by,
        id: input.cause.id ?? null,
        connection: input.connection,
        flow: input.flow,
        depth: entry.depth,
      },
    })
  return changed
}

/** Leaves that differ between two states, with keys. Derived members are compared by name. */
export function changedPaths({ row }: Entry, { before, after }: Pick<Step, 'before' | 'after'>): string[] {
  const paths = new Set<string>()
  const old = before ?? row
  if (before) {
    for (const [path, stamp] of after.stamps)
      if (!sameJson(stamp.value, before.stamps.get(path)?.value ?? null)) paths.add(path)
    for (const path of before.stamps.keys()) if (!after.stamps.has(path)) paths.add(path)
  }
  for (const name of new Set([...Object.keys(old.data), ...Object.keys(after.data)])) {
    if (sameJson(member(old.data, name), member(after.data, name))) {
      for (const path of [...paths])
        if (path === name || path.startsWith(`${name}.`) || path.startsWith(`${name}[`)) paths.delete(path)
    } else if (
      ![...paths].some(path => path === name || path.startsWith(`${name}.`) || path.startsWith(`${name}[`))
    )
      paths.add(name)
  }
  paths.delete(GONE)
  if (old.gone !== after.gone) paths.add(GONE)
  return [...paths].sort()
}

const member = (data: JsonObject, name: string): Json => data[name] ?? null
