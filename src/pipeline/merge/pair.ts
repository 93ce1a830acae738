/** The two records of a merge or its undoing: locked, reduced again over the links each has now, written, planned. */
import type { Clock } from '../../kernel/clock.js'
import { HubError } from '../../kernel/errors.js'
import type { JsonObject } from '../../kernel/json.js'
import type { Tx } from '../../ledger/engine/types.js'
import { sayingsOfLinks } from '../../ledger/find-sayings.js'
import type { LinkRow } from '../../ledger/schema.js'
import type { Due } from '../../ledger/want-deliveries.js'
import { replaceRefs } from '../../ledger/write-fold.js'
import { reduce } from '../../model/reduce.js'
import type { TenantConfig } from '../config/types.js'
import { type Entry, fromRow, openEntries, ownershipOver } from '../fold/apply.js'
import { refsOf } from '../fold/record-refs.js'
import type { ChangedRecord } from '../fold/types.js'
import { bareWorld, type World } from '../fold/world.js'
import { write } from '../fold/write.js'
import { plan } from '../plan/plan.js'

export interface Pair {
  readonly world: World
  readonly kind: string
  readonly merged: Entry
  readonly survivor: Entry
  readonly numbers: readonly number[]
}

/**
 * @param links as they were locked
 * @throws HubError `PIPELINE_RACE_LOST` where a fold made a link between the locks; the whole is run again
 */
export async function openPair(
  tx: Tx,
  config: TenantConfig,
  clock: Clock,
  merged: string,
  survivor: string,
  links: readonly LinkRow[],
): Promise<Pair> {
  const world = bareWorld(tx, config, clock)
  const { entries, numbers } = await openEntries(world, [merged, survivor], 2, 'opened')
  const [one, other] = [entries.get(merged), entries.get(survivor)]
  if (!one || !other)
    throw new HubError('PIPELINE_ID_UNKNOWN', { detail: `${merged} or ${survivor} is not there` })
  const known = new Set(links.map(link => link.id))
  const fresh = [...one.links.keys(), ...other.links.keys()].some(id => !known.has(id))
  if (fresh || one.links.size + other.links.size !== known.size)
    throw new HubError('PIPELINE_RACE_LOST', { detail: 'a link was made meanwhile' })
  return { world, kind: one.row.kind, merged: one, survivor: other, numbers }
}

export interface PairChange {
  readonly merged: JsonObject
  readonly survivor: JsonObject
  /** Links that change sides, and to whose. */
  readonly moves: ReadonlySet<string>
  readonly to: string
}

/** Reduces both over the links they have now. Each gets one Change, also one whose data stays as it was. */
export async function writePair(pair: Pair, change: PairChange): Promise<readonly ChangedRecord[]> {
  const { world, merged, survivor, numbers } = pair
  const { tx, config } = world
  const [to, from] = change.to === survivor.row.id ? [survivor, merged] : [merged, survivor]
  for (const id of change.moves) {
    const link = from.links.get(id)
    if (!link) continue
    link.record = to.row.id
    from.links.delete(id)
    to.links.set(id, link)
  }
  merged.row.was_merged_into = to === survivor ? survivor.row.id : null
  for (const [entry, cause] of [
    [merged, change.merged],
    [survivor, change.survivor],
  ] as const) {
    const before = entry.state
    const set = await sayingsOfLinks(tx, config.tenant, [...entry.links.keys()])
    const after = reduce(entry.law, set.map(fromRow), ownershipOver(world, entry))
    entry.state = after
    entry.retracted = true
    entry.steps.push({ message: undefined, before, after, cause, depth: 0 })
  }
  const { changed, written } = write(world, [merged, survivor], numbers)
  await written
  // Also where the references were not seen to change: those of a merged record are nobody's.
  const refs = [merged, survivor].flatMap(({ row }) =>
    row.was_merged_into === null
      ? refsOf(row.kind, row.data).map(ref => ({ from_record: row.id, ...ref }))
      : [],
  )
  await replaceRefs(tx, config.tenant, [merged.row.id, survivor.row.id], refs)
  return changed
}

/**
 * What follows for other systems: the records that stand are judged whole, and so is who reads them through a
 * reference; a record that was merged has its Change in the feed and nothing more.
 */
export async function planPair(
  tx: Tx,
  config: TenantConfig,
  clock: Clock,
  changed: readonly ChangedRecord[],
  standing: readonly string[],
): Promise<Due[]> {
  // `$gone` meets whatever is read: who saw either of the two looks again.
  const [whole, ended] = [true, false].map(stands =>
    changed.flatMap(change =>
      standing.includes(change.id) === stands ? [{ ...change, paths: [...change.paths, '$gone'] }] : [],
    ),
  )
  const due = await plan(tx, config, clock, { changed: whole ?? [], contests: [] })
  const followers = new Map(
    [...config.outboundOf].map(([kind, flows]) => [kind, flows.filter(flow => flow.everyChange)] as const),
  )
  const onlyFeed = { ...config, outboundOf: followers, readersOf: new Map() }
  return [...due, ...(await plan(tx, onlyFeed, clock, { changed: ended ?? [], contests: [] }))]
}
