/**
 * A saying: what one system said about one thing at one time, leaf → value. It is identified by its content, so
 * the same news twice is one saying, and it is kept as long as its record.
 */
import { createHash } from 'node:crypto'
import { canonicalJson, type Json } from '../kernel/json.js'

export interface Saying {
  /** Id of the link (connection, resource, external id) that speaks. */
  readonly link: string
  /** Tells apart several items of one message about one record; usually empty. */
  readonly item: string
  /** Milliseconds since the epoch: the source's time, or when it was sent or first arrived. */
  readonly at: number
  /** False where the source gave no time; then order goes before `at` for fields with an order. */
  readonly timed: boolean
  /** The source's own number of this statement, where it counts them; goes before `at` within the link. */
  readonly sequence: number | undefined
  /** What the hub told that system (accepted, brought back through `.in`): moves the image, claims nothing. */
  readonly told: boolean
  readonly say: Readonly<Record<string, Json>>
  readonly whole: readonly string[]
}

export function sayingId(saying: Saying): string {
  const { link, item, at, timed, sequence, told, say, whole } = saying
  const content = {
    link,
    item,
    at,
    timed,
    sequence: sequence ?? null,
    told,
    say: { ...say },
    whole: [...whole].sort(),
  }
  return createHash('sha256').update(canonicalJson(content)).digest('hex').slice(0, 40)
}

/** Place of a saying in its link's walk. Told goes before said at one instant: an echo must find its image. */
export type WalkKey = readonly [at: number, sequence: number, said: 0 | 1, id: string]

export function compareKeys(a: readonly (number | string)[], b: readonly (number | string)[]): number {
  for (let i = 0; i < a.length; i++) {
    const x = a[i] ?? ''
    const y = b[i] ?? ''
    if (x !== y) return x < y ? -1 : 1
  }
  return 0
}

export interface Placed {
  readonly saying: Saying
  readonly id: string
  /** Instant of its claims. */
  readonly at: number
  readonly key: WalkKey
}

/** Whether a source stamps whole seconds only: every saying of its own does. What it was told has our milliseconds. */
export function isCoarse(sayings: Iterable<Saying>): boolean {
  for (const saying of sayings) if (!saying.told && saying.at % 1000 !== 0) return false
  return true
}

/**
 * A source of whole seconds may have spoken at any moment of its second: its sayings stand at the end of it, so
 * that an echo of what we told it within that second still finds its image.
 */
export function walkKey(saying: Saying, id: string, at: number, coarse: boolean): WalkKey {
  const place = coarse && !saying.told ? at + 999 : at
  return [place, saying.sequence ?? Number.MIN_SAFE_INTEGER, saying.told ? 0 : 1, id]
}

/**
 * The walk of one link. Where the source numbers its sayings, a higher number is never earlier: its instant is
 * raised to the latest of the numbers below it, so revision 2 follows revision 1 whatever the source's clock said.
 */
export function placeInLink(sayings: ReadonlyMap<string, Saying>): Placed[] {
  const all = [...sayings].map(([id, saying]) => ({ id, saying }))
  const numbered = all.filter(({ saying }) => saying.sequence !== undefined)
  const raised = new Map<string, number>()
  if (numbered.length > 0) {
    numbered.sort((a, b) => (a.saying.sequence ?? 0) - (b.saying.sequence ?? 0) || a.saying.at - b.saying.at)
    let latest = Number.NEGATIVE_INFINITY
    let number: number | undefined
    for (const { id, saying } of numbered) {
      // One millisecond above, so that the higher number also wins by `at`; equal numbers share their instant.
      const floor = saying.sequence === number ? latest : latest + 1
      latest = Math.max(floor, saying.at)
      number = saying.sequence
      raised.set(id, latest)
    }
  }
  const coarse = isCoarse(sayings.values())
  return all
    .map(({ id, saying }): Placed => {
      const at = raised.get(id) ?? saying.at
      return { id, saying, at, key: walkKey(saying, id, at, coarse) }
    })
    .sort((a, b) => compareKeys(a.key, b.key))
}
