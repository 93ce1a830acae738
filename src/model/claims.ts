/**
 * Walking a link: what a saying claims, given the image of what that link last said or was last told.
 * Restating is not saying: a leaf whose value equals the image claims nothing.
 */
import { createHash } from 'node:crypto'
import { canonicalJson, type Json, sameJson } from '../kernel/json.js'
import type { Placed } from './saying.js'

/** What a system last said or was last told, leaf → value; a leaf never heard of is null. */
export type Image = Map<string, Json>

export interface Claim {
  readonly path: string
  readonly value: Json
  readonly link: string
  /** Whole milliseconds; cut to seconds for fields with an order. */
  readonly at: number
  readonly timed: boolean
  readonly rank: number
  /** Place of a state in its machine's order; 0 elsewhere. */
  readonly order: number
}

/** Leaves of the image that a whole list or map leaves out, said empty. */
function leftOut(placed: Placed, image: Image): [string, Json][] {
  const { whole, say } = placed.saying
  if (whole.length === 0) return []
  const empty: [string, Json][] = []
  for (const [path, value] of image) {
    if (value === null || path in say) continue
    if (
      whole.some(list => path.startsWith(list) && (path[list.length] === '[' || path[list.length] === '.'))
    ) {
      if (!entryIsSaid(path, whole, say)) empty.push([path, null])
    }
  }
  return empty
}

/** A member that an entry does not mention says nothing; only an entry that is missing whole is said gone. */
function entryIsSaid(path: string, whole: readonly string[], say: Readonly<Record<string, Json>>): boolean {
  const list = whole.find(candidate => path.startsWith(`${candidate}[`))
  if (list === undefined) return false
  const end = path.indexOf('].', list.length)
  if (end < 0) return false
  const entry = path.slice(0, end + 2)
  for (const said in say) if (said.startsWith(entry)) return true
  return false
}

/** Moves the image by one saying and yields the leaves that are news. Told sayings move it and yield nothing. */
export function walk(placed: Placed, image: Image): [path: string, value: Json][] {
  const news: [string, Json][] = []
  const { say, told } = placed.saying
  const spoken = Object.keys(say).map((path): [string, Json] => [path, say[path] ?? null])
  for (const [path, value] of [...spoken, ...leftOut(placed, image)]) {
    if (sameJson(image.get(path) ?? null, value)) continue
    image.set(path, value)
    if (!told) news.push([path, value])
  }
  return news
}

const hash = (value: Json) => createHash('sha256').update(canonicalJson(value)).digest('hex')

/**
 * The greatest claim wins: rank, then time, then order, then the hash of the value.
 * @param orderFirst the field has an order and somebody spoke of it without a time: then order goes before time,
 *   for every claim on the field alike (comparing pair by pair would run in circles)
 */
export function compareClaims(a: Claim, b: Claim, orderFirst: boolean): number {
  if (a.rank !== b.rank) return a.rank - b.rank
  if (orderFirst) return a.order - b.order || a.at - b.at || compareValues(a, b)
  return a.at - b.at || a.order - b.order || compareValues(a, b)
}

function compareValues(a: Claim, b: Claim): number {
  if (sameJson(a.value, b.value)) return a.link < b.link ? -1 : a.link > b.link ? 1 : 0
  return hash(a.value) < hash(b.value) ? -1 : 1
}
