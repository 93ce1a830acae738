/**
 * Records as flows and `.out` mappings see them: loaded in levels along the references that the flows really
 * follow, then followed without waiting.
 */
import type { JsonObject } from '../../kernel/json.js'
import type { Querying } from '../../ledger/engine/types.js'
import { findViews } from '../../ledger/find-records.js'
import type { ReadPath, RecordView } from '../../mapping/types.js'
import { refsOf } from '../fold/record-refs.js'

export interface Loaded {
  readonly id: string
  readonly kind: string
  readonly data: JsonObject
  readonly gone: boolean
  /** Newest claim of any leaf: the time of what a hub flow says. 0 where it was not asked for. */
  readonly claimedAt: number
  /** Being erased: what other systems hold of it is removed, nothing is sent. */
  readonly erasing?: boolean
}

/** Longer chains than any flow shipped needs (application → position, item → person). */
const DEEPEST = 4

/**
 * Loads records and what they refer to, along `reads`.
 * @param known are already at hand (just folded)
 * @param claims whether anybody asks for the time of the newest claim: only what goes to the hub itself
 */
export async function loadViews(
  tx: Querying,
  tenant: string,
  starts: readonly string[],
  reads: (kind: string) => readonly ReadPath[],
  known: ReadonlyMap<string, Loaded>,
  claims = false,
): Promise<Map<string, Loaded>> {
  const loaded = new Map(known)
  let level = starts
  const wanted = new Map<string, readonly (readonly string[])[]>()
  for (const id of starts) wanted.set(id, [])
  for (let depth = 0; depth <= DEEPEST && level.length > 0; depth++) {
    const missing = level.filter(id => !loaded.has(id))
    for (const [id, row] of await answering(tx, tenant, missing, claims)) {
      // What a merged record still has to send is nobody's business: its survivor has rows of its own.
      if (id !== row.id && depth === 0) continue
      loaded.set(id, {
        id: row.id,
        kind: row.kind,
        data: row.data,
        gone: row.gone,
        claimedAt: claims ? newestClaim(row.stamps) : 0,
        erasing: row.erased_at !== null,
      })
    }
    const next = new Set<string>()
    for (const id of level) {
      const record = loaded.get(id)
      if (!record) continue
      const chains = depth === 0 ? reads(record.kind).map(read => read.via) : (wanted.get(id) ?? [])
      for (const chain of chains) {
        const [step, ...rest] = chain
        if (step === undefined) continue
        for (const ref of refsOf(record.kind, record.data)) {
          if (ref.path !== step) continue
          wanted.set(ref.to_record, [...(wanted.get(ref.to_record) ?? []), rest])
          next.add(ref.to_record)
        }
      }
    }
    level = [...next]
  }
  return loaded
}

/** Records by the ids they are asked under: a merged one is answered for by its survivor. */
async function answering(
  tx: Querying,
  tenant: string,
  ids: readonly string[],
  stamped: boolean,
): Promise<Map<string, Awaited<ReturnType<typeof findViews>>[number]>> {
  const rows = await findViews(tx, tenant, ids, stamped)
  const ends = rows.flatMap(row => row.was_merged_into ?? [])
  const survivors = new Map((await findViews(tx, tenant, ends, stamped)).map(row => [row.id, row]))
  return new Map(
    rows.map(row => [row.id, (row.was_merged_into && survivors.get(row.was_merged_into)) || row]),
  )
}

export function newestClaim(stamps: unknown): number {
  const all = (stamps as { s?: Record<string, readonly unknown[]> } | null)?.s ?? {}
  let newest = 0
  for (const stamp of Object.values(all))
    if (typeof stamp[1] === 'number' && stamp[1] > newest) newest = stamp[1]
  return newest
}

export function viewOf(loaded: ReadonlyMap<string, Loaded>, id: string): RecordView | undefined {
  const record = loaded.get(id)
  if (!record) return undefined
  return {
    id: record.id,
    kind: record.kind,
    data: record.data,
    gone: record.gone,
    follow: other => viewOf(loaded, other),
  }
}
