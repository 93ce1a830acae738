/** "Did you mean": the nearest of the known names, or nothing where none is near. */

/** Longer names are compared by their first letters only; keeps the table small. */
const LIMIT = 60

export function didYouMean(name: string, known: Iterable<string>): string {
  const near = nearest(name, known)
  return near === undefined ? '' : `; did you mean \`${near}\`?`
}

export function nearest(name: string, known: Iterable<string>): string | undefined {
  let best: string | undefined
  let bestDistance = Math.floor(name.length / 3) + 2
  for (const candidate of known) {
    const shorter = Math.min(name.length, candidate.length)
    const related = shorter > 2 && (candidate.includes(name) || name.includes(candidate))
    const distance = Math.min(editDistance(name, candidate), related ? 2 : Infinity)
    if (distance < bestDistance) {
      best = candidate
      bestDistance = distance
    }
  }
  return best
}

/** Restricted Damerau-Levenshtein distance, so that swapped letters count once. */
function editDistance(left: string, right: string): number {
  const a = left.slice(0, LIMIT).toLowerCase()
  const b = right.slice(0, LIMIT).toLowerCase()
  let older: number[] = []
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      let cost = Math.min(
        (row[j - 1] ?? 0) + 1,
        (previous[j] ?? 0) + 1,
        (previous[j - 1] ?? 0) + (same ? 0 : 1),
      )
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      if (swapped) cost = Math.min(cost, (older[j - 2] ?? 0) + 1)
      row.push(cost)
    }
    older = previous
    previous = row
  }
  return previous[b.length] ?? 0
}
