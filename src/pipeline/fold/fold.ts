/**
 * FOLD: sayings into records, one transaction for a batch, everything in set statements and in one lock order
 * (links, identity keys, records, deliveries). Called by the door, the settle and the sweep alike.
 */
import { createHash } from 'node:crypto'
import type { Clock } from '../../kernel/clock.js'
import { HubError, isHubError } from '../../kernel/errors.js'
import { canonicalJson, type JsonObject } from '../../kernel/json.js'
import { freshBytes } from '../../kernel/random.js'
import type { Tx } from '../../ledger/engine/types.js'
import { type Blinding, dropTraces } from '../../ledger/erased-links.js'
import { noteFindings } from '../../ledger/findings.js'
import {
  countServed,
  type IdentityKey,
  identityText,
  proposeMerges,
  takeIdentities,
} from '../../ledger/identity.js'
import { reviveLinks } from '../../ledger/keep-links.js'
import type { ChangeRow, LinkRow, Verdict } from '../../ledger/schema.js'
import {
  insertChanges,
  insertLinks,
  insertRecords,
  insertSayings,
  replaceRefs,
  updateLinks,
  updateRecords,
} from '../../ledger/write-fold.js'
import type { TenantConfig } from '../config/types.js'
import {
  applySaying,
  changedPaths,
  checkSaying,
  type Entry,
  noteStep,
  openEntries,
  type Step,
  sayingOf,
} from './apply.js'
import { autoKeys, MOST_SERVED } from './identity-keys.js'
import { type Located, locate } from './locate.js'
import { OF_A_PERSON, refsOf } from './record-refs.js'
import { isReference, missingReference, settleReferences } from './references.js'
import { imageToJson, lastToJson, stampsToJson } from './state-json.js'
import {
  type ChangedRecord,
  type FoldInput,
  type FoldResult,
  waitForLink,
  waitForRecordLink,
} from './types.js'
import { findLink, keysOf, makeLink, makeRecord, openWorld, placeOf, type World } from './world.js'

interface Placed {
  readonly input: FoldInput
  readonly located: Located & { readonly at: 'record' }
  readonly fields: JsonObject
}

export interface Folding {
  readonly result: FoldResult
  /** The writes, under way in the transaction: statements sent now see them. Await it before the commit. */
  readonly written: Promise<unknown>
}

type Outcome = { readonly verdict: Verdict['verdict']; readonly record?: string; readonly error?: HubError }

/** Folds and waits for the writes. */
export async function fold(
  tx: Tx,
  config: TenantConfig,
  clock: Clock,
  inputs: readonly FoldInput[],
): Promise<FoldResult> {
  const { result, written } = await startFold(tx, config, clock, inputs)
  await written
  return result
}

export async function startFold(
  tx: Tx,
  config: TenantConfig,
  clock: Clock,
  inputs: readonly FoldInput[],
  sealer?: Blinding,
): Promise<Folding> {
  if (inputs.length === 0)
    return {
      result: { verdicts: [], changed: [], contests: [], made: [], waits: [], sayings: [], merges: false },
      written: Promise.resolve(),
    }
  const world = await openWorld(tx, config, clock, inputs, sealer)
  const outcomes = new Map<FoldInput, Outcome>()
  const waits: { what: string; message: string | undefined }[] = []
  const placed = place(world, inputs, outcomes, waits)
  await winRaces(world, placed)
  const { entries, numbers } = await openEntries(
    world,
    // Also what was made only to be referred to (`missing: create`).
    [...new Set([...placed.map(({ located }) => located.record), ...world.newRecords.keys()])],
    placed.length + world.newRecords.size,
  )
  await forgetErased(world)
  for (const { input, located, fields } of placed) {
    const entry = entries.get(located.record)
    if (!entry) {
      outcomes.set(input, { verdict: world.erased.has(located.record) ? 'erased' : 'ignored' })
      continue
    }
    const before = entry.state
    try {
      await applySaying(world, entry, input, sayingOf(entry.law, input, located.link.id, fields))
      outcomes.set(input, {
        verdict: noteStep(entry, before, input) ? 'folded' : 'unchanged',
        record: entry.row.id,
      })
    } catch (error) {
      if (!isHubError(error) || error.kind !== 'invalid') throw error
      outcomes.set(input, { verdict: 'invalid', error })
    }
  }
  for (const entry of entries.values()) noteMade(entry)
  const heard = placed.flatMap(({ input, located }) =>
    isHeardAgain(input, located.link) ? [located.link.id] : [],
  )
  const { changed, written } = write(world, [...entries.values()], numbers)
  return {
    result: {
      verdicts: inputs.map(input => ({ input, verdict: verdictOf(input, outcomes.get(input)) })),
      changed,
      contests: [...entries.values()].flatMap(entry => entry.contests),
      made: [...world.newLinks.values()].flatMap(madeBy),
      waits,
      sayings: [...entries.values()].flatMap(entry => entry.fresh.map(sayingKey)),
      merges: world.proposals.some(proposal => proposal.auto),
    },
    written: Promise.all([written, reviveLinks(tx, config.tenant, heard)]),
  }
}

/** Given up as gone, and its system speaks of it as of something that is there. */
function isHeardAgain({ told, said }: FoldInput, link: LinkRow): boolean {
  return link.state === 'gone' && !told && said.gone !== true
}

/** What was just linked to an erased record, by a vendor that still knows our id, is not kept. */
async function forgetErased({ tx, config, newLinks, erased }: World): Promise<void> {
  if (erased.size === 0) return
  const fresh = [...newLinks].filter(([, link]) => erased.has(link.record))
  for (const [key] of fresh) newLinks.delete(key)
  await dropTraces(
    tx,
    config.tenant,
    fresh.map(([, link]) => link.id),
    [...erased],
  )
}

/** A record that is only referred to so far has a first Change too: it is in the feed before anybody speaks of it. */
function noteMade({ isNew, steps, state }: Entry): void {
  if (!isNew || steps.length > 0 || !state) return
  steps.push({ message: undefined, before: state, after: state, depth: 0, cause: { by: 'reference' } })
}

export const sayingKey = (row: { readonly link: string; readonly id: string }) => `${row.link}\n${row.id}`

const madeBy = (link: LinkRow) => [
  waitForLink(link.connection, link.resource, link.kind, link.external_id),
  waitForRecordLink(link.record, link.connection, link.resource),
]

function verdictOf(input: FoldInput, outcome: Outcome | undefined): Verdict {
  const { error, ...rest } = outcome ?? { verdict: 'ignored' as const }
  return {
    item: input.item,
    flow: input.flow,
    ...rest,
    ...(error
      ? { code: error.code, detail: error.message, ...(error.where ? { where: error.where } : {}) }
      : {}),
  }
}

/** Finds each input its record and its references; those made by a later input of the batch are found in a second round. */
function place(
  world: World,
  inputs: readonly FoldInput[],
  outcomes: Map<FoldInput, Outcome>,
  waits: { what: string; message: string | undefined }[],
): Placed[] {
  const placed: Placed[] = []
  let open = [...inputs]
  for (let made = -1; open.length > 0 && made !== world.newLinks.size; ) {
    made = world.newLinks.size
    const later: FoldInput[] = []
    for (const input of open) {
      const found = placeOne(world, input, outcomes)
      if (found && 'located' in found) placed.push(found)
      else if (found) later.push(input)
    }
    open = later
  }
  for (const input of open) {
    const found = placeOne(world, input, outcomes)
    if (!found || 'located' in found) continue
    for (const what of found.waits) waits.push({ what, message: input.message })
    outcomes.set(input, { verdict: 'waiting' })
  }
  const order = new Map(inputs.map((input, index) => [input, index]))
  return placed.sort((a, b) => (order.get(a.input) ?? 0) - (order.get(b.input) ?? 0))
}

function placeOne(
  world: World,
  input: FoldInput,
  outcomes: Map<FoldInput, Outcome>,
): Placed | { readonly waits: readonly string[] } | undefined {
  const known = new Set(world.newLinks.keys())
  try {
    const settled = settleReferences(input.said.fields, reference => {
      const { id, kind, missing } = reference.$reference
      const at = placeOf(world.config, reference, input.connection)
      const link = at && findLink(world, { ...at, externalId: id, kind })
      if (link) return { record: link.record }
      if (missing === 'ignore') return 'ignore'
      if (missing === 'refuse' || !at) throw missingReference(reference)
      if (missing === 'wait') return { waits: waitForLink(at.connection, at.resource, kind, id) }
      const record = makeRecord(world, kind)
      makeLink(world, { ...at, externalId: id, kind }, record)
      return { record }
    })
    if (aboutErased(world, input)) {
      outcomes.set(input, { verdict: 'erased' })
      return undefined
    }
    if (settled.waits.length > 0) return { waits: settled.waits }
    // Before anything is made for it: what its kind refuses must not leave an empty record behind.
    checkSaying(input, settled.fields)
    const located = locate(world, input)
    if (located.at === 'waits') return { waits: [located.what] }
    if (located.at === 'record') return { input, located, fields: settled.fields }
    outcomes.set(input, { verdict: located.because === 'erased' ? 'erased' : 'ignored' })
  } catch (error) {
    if (!isHubError(error) || error.kind !== 'invalid') throw error
    for (const [key, link] of world.newLinks)
      if (!known.has(key)) {
        world.newLinks.delete(key)
        world.newRecords.delete(link.record)
      }
    outcomes.set(input, { verdict: 'invalid', error })
  }
  return undefined
}

/** New links and the identity keys of new records must be ours; where another process was faster, the batch starts over. */
async function winRaces(world: World, placed: readonly Placed[]): Promise<void> {
  const { tx, config, clock } = world
  const wanted = placed.flatMap(({ input, located, fields }) => {
    const keys = keysOf(world, input.kind, fields)
    const sure = autoKeys(input.kind, keys, input.said.autoMerge)
    return keys.flatMap(key => {
      const text = identityText(key)
      // What this very record was found to hold needs no second look.
      return world.identities.get(text) === located.record && !world.claimed.has(text)
        ? []
        : [{ ...key, record: located.record, auto: sure.includes(key) }]
    })
  })
  const [inserted, held] = await Promise.all([
    insertLinks(tx, [...world.newLinks.values()]),
    takeIdentities(tx, config.tenant, wanted),
  ])
  if (inserted.size < world.newLinks.size) throw raceLost()
  for (const [key, record] of world.claimed) if (held.has(key) && held.get(key) !== record) throw raceLost()
  for (const { record, auto, ...key } of wanted) {
    const holder = held.get(identityText(key))
    if (holder !== undefined && holder !== record)
      world.proposals.push({ kind: key.kind, one: holder, other: record, key: key.key, auto })
  }
  const proposed = await proposeMerges(tx, config.tenant, world.proposals, clock.now())
  await noteServed(world, [...world.joined, ...proposed])
}

/** A key that has served too many is shown once: the hub goes by it no longer. */
async function noteServed({ tx, config, clock }: World, keys: readonly IdentityKey[]): Promise<void> {
  const counted = await countServed(tx, config.tenant, keys)
  const spent = counted.filter(row => row.served >= MOST_SERVED)
  if (spent.length === 0) return
  await noteFindings(
    tx,
    config.tenant,
    spent.map(({ kind, key, record, served }) => ({
      code: 'identity_key_shared',
      about: record,
      connection: null,
      detail: { kind, key: key.replace(/:.*$/s, ''), served },
    })),
    clock.now(),
  )
}

/** A new application of an erased candidate is about nobody: it goes the way of what was there. */
function aboutErased(world: World, { said, connection }: FoldInput): boolean {
  return Object.values(said.fields).some(value => {
    if (!isReference(value) || !OF_A_PERSON.has(value.$reference.kind)) return false
    const at = placeOf(world.config, value, connection)
    const { id, kind } = value.$reference
    return at !== undefined && findLink(world, { ...at, externalId: id, kind })?.state === 'erased'
  })
}

const raceLost = () =>
  new HubError('PIPELINE_RACE_LOST', { detail: 'another process made the same link or person' })

/** Sends the writes of some entries; their steps get the numbers, in order. */
export function write(
  world: World,
  entries: readonly Entry[],
  numbers: readonly number[],
): { changed: ChangedRecord[]; written: Promise<unknown> } {
  const { tx, config, clock } = world
  const now = clock.now()
  const changing = entries.filter(entry => entry.steps.length > 0)
  const changes: ChangeRow[] = []
  const changed: ChangedRecord[] = []
  for (const entry of changing) {
    for (const [index, step] of entry.steps.entries()) {
      const paths = changedPaths(entry, step)
      if (entry.isNew && index === 0) paths.unshift('$new')
      const seq = numbers[changes.length]
      if (seq === undefined) throw new TypeError('more changes than numbers were taken')
      changes.push(changeOf(entry, step, paths, seq, now))
      const { id, kind } = entry.row
      const { data, gone } = step.after
      changed.push({ id, kind, seq, paths, data, gone, depth: step.depth })
    }
  }
  for (const { row, state } of entries) {
    if (!state) continue
    row.data = state.data
    row.gone = state.gone
    row.stamps = stampsToJson(state.stamps, config.ownershipHash)
    row.findings = state.findings as never
  }
  const touched = entries.filter(entry => entry.fresh.length > 0 || entry.isNew || entry.retracted)
  const referring = changing.filter(entry => entry.isNew || touchesRefs(entry))
  const written = Promise.all([
    insertRecords(
      tx,
      touched.filter(entry => entry.isNew).map(entry => entry.row),
    ),
    updateRecords(
      tx,
      touched.filter(entry => !entry.isNew).map(entry => entry.row),
    ),
    updateLinks(tx, touched.flatMap(speakingLinks)),
    insertSayings(
      tx,
      touched.flatMap(entry => entry.fresh),
    ),
    replaceRefs(
      tx,
      config.tenant,
      referring.map(entry => entry.row.id),
      referring.flatMap(entry =>
        refsOf(entry.row.kind, entry.row.data).map(ref => ({ from_record: entry.row.id, ...ref })),
      ),
    ),
    insertChanges(tx, changes),
  ])
  // Who awaits it hears of a failure; a batch that fails elsewhere first must not end the process through this one.
  written.catch(() => undefined)
  return { changed, written }
}

/** The record's next Change; its hash holds that of the one before. */
function changeOf(
  { row }: Entry,
  { after, cause }: Step,
  paths: readonly string[],
  seq: number,
  now: number,
): ChangeRow {
  row.version += 1
  row.updated_at = now
  const salt = freshBytes(16).toString('hex')
  const previous = row.hash
  const content = canonicalJson({
    record: row.id,
    version: row.version,
    paths,
    commitment: commit(salt, after.data),
    previous,
    cause,
  })
  row.hash = createHash('sha256').update(content).digest('hex')
  const { tenant, id: record, kind, version, hash } = row
  return { tenant, seq, record, kind, version, paths, data: after.data, cause, at: now, salt, hash, previous }
}

/** Salted, so that data and salt can be erased and the chain stays whole (05). */
export function commit(salt: string, data: JsonObject): string {
  return createHash('sha256').update(salt).update(canonicalJson(data)).digest('hex')
}

function touchesRefs(entry: Entry): boolean {
  const before = entry.before ? refsOf(entry.row.kind, entry.before.data) : []
  const after = refsOf(entry.row.kind, entry.row.data)
  return JSON.stringify(before) !== JSON.stringify(after)
}

function speakingLinks(entry: Entry): LinkRow[] {
  const speaking = new Set(entry.fresh.map(saying => saying.link))
  return [...entry.links.values()].flatMap(link => {
    const state = entry.state?.links.get(link.id)
    if (entry.retracted && !state) {
      link.image = {}
      link.last = null
      return [link]
    }
    if ((!speaking.has(link.id) && !entry.retracted) || !state) return []
    link.image = imageToJson(state)
    link.last = lastToJson(state)
    return [link]
  })
}
