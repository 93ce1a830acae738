/**
 * FOLD: sayings into records, one transaction for a batch, everything in set statements and in one lock order
 * (links, identity keys, records, deliveries). Called by the door, the settle and the sweep alike.
 */
import type { Clock } from '../../kernel/clock.js'
import { isHubError } from '../../kernel/errors.js'
import type { Tx } from '../../ledger/engine/types.js'
import { type Blinding, dropTraces } from '../../ledger/erased-links.js'
import { reviveLinks } from '../../ledger/keep-links.js'
import type { LinkHead, Verdict } from '../../ledger/schema.js'
import type { TenantConfig } from '../config/types.js'
import { applySaying, type Entry, noteStep, openEntries, sayingOf } from './apply.js'
import { type Outcome, place } from './place.js'
import { type FoldInput, type FoldResult, waitForLink, waitForRecordLink } from './types.js'
import { winRaces } from './win-races.js'
import { openWorld, type World } from './world.js'
import { write } from './write.js'

export interface Folding {
  readonly result: FoldResult
  /** The writes, under way in the transaction: statements sent now see them. Await it before the commit. */
  readonly written: Promise<unknown>
}

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
function isHeardAgain({ told, said }: FoldInput, link: LinkHead): boolean {
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

const madeBy = (link: LinkHead) => [
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
