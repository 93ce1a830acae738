/** Counts by label, kept while the process runs: what happened so often that history would be slow to count. */
export interface Tally {
  add(...labels: readonly string[]): void
  entries(): readonly { readonly labels: readonly string[]; readonly times: number }[]
}

/** Labels come from code and configuration; more than this is a mistake that must not eat the memory. */
const MOST = 10_000

export function createTally(): Tally {
  const counts = new Map<string, { labels: readonly string[]; times: number }>()
  return {
    add(...labels) {
      const key = labels.join('\n')
      const known = counts.get(key)
      if (known) known.times += 1
      else if (counts.size < MOST) counts.set(key, { labels, times: 1 })
    },
    entries: () => [...counts.values()],
  }
}
