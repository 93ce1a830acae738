/**
 * A vendor's collection of one sort of thing. Reading by id is always exact; searching sees the collection as
 * its index had it some time ago, as real vendors' search endpoints do. Keeps the last versions of each thing.
 */

interface Version<T> {
  readonly at: number
  /** Null: it was deleted then. */
  readonly value: T | null
}
/** What a shelf keeps in the simulator's memory. */
export interface ShelfState<T> {
  things: [id: string, versions: Version<T>[]][]
}
/** Enough for any lag a test asks for; a thing changed more often forgets its oldest forms. */
const VERSIONS_KEPT = 20

export interface Shelf<T> {
  get(id: string): T | undefined
  put(id: string, value: T): void
  delete(id: string): void
  /** Everything as it is now, in order of first appearance. */
  all(): readonly T[]
  /** Everything as the index shows it: as it was `lagMs + staleBy` ago. */
  search(staleBy?: number): readonly T[]
}

/** @param lagMs how far this vendor's search index is behind, always */
export function createShelf<T>(state: ShelfState<T>, now: () => number, lagMs = 0): Shelf<T> {
  const byId = new Map(state.things)

  function asOf(at: number): T[] {
    const seen: T[] = []
    for (const [, versions] of state.things) {
      const version = versions.findLast(candidate => candidate.at <= at)
      if (version && version.value !== null) seen.push(version.value)
    }
    return seen
  }
  function write(id: string, value: T | null) {
    let versions = byId.get(id)
    if (!versions) {
      versions = []
      byId.set(id, versions)
      state.things.push([id, versions])
    }
    versions.push({ at: now(), value })
    if (versions.length > VERSIONS_KEPT) versions.shift()
  }

  return {
    get: id => byId.get(id)?.at(-1)?.value ?? undefined,
    put: write,
    delete: id => write(id, null),
    all: () => asOf(Number.POSITIVE_INFINITY),
    search: (staleBy = 0) =>
      lagMs + staleBy === 0 ? asOf(Number.POSITIVE_INFINITY) : asOf(now() - lagMs - staleBy),
  }
}

export function emptyShelf<T>(): ShelfState<T> {
  return { things: [] }
}
