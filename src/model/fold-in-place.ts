/**
 * The shortcut of `reduce`: one more saying onto a record that is already reduced. Allowed when the saying sorts
 * last in its link and, for fields with an order, last in the record; otherwise undefined, and the caller reduces
 * again. The law test holds: in place = reduced.
 */
import { type Claim, compareClaims, walk } from './claims.js'
import {
  claimOf,
  type Finding,
  finish,
  judge,
  type KindLaw,
  type Ownership,
  ownerOf,
  type RecordState,
  type Stamp,
} from './reduce.js'
import { compareKeys, type Placed, type Saying, sayingId, type WalkKey, walkKey } from './saying.js'

/** @returns the new state, `same` when the saying is known to say nothing new, undefined when it must be reduced */
export function foldInPlace(
  law: KindLaw,
  record: RecordState,
  saying: Saying,
  owners: Ownership,
): RecordState | undefined {
  const id = sayingId(saying)
  const link = record.links.get(saying.link)
  const coarse = (link?.coarse ?? true) && (saying.told || saying.at % 1000 === 0)
  // The source turns out to have milliseconds: what it said so far may stand elsewhere.
  if (link?.coarse && !coarse && link.last) return undefined
  const key = placeLast(saying, id, link?.last, coarse)
  if (!key) return undefined
  if (!link && outranks(law, record, saying.link, owners)) return undefined
  const placed: Placed = { saying, id, at: saying.at, key }
  const image = new Map(link?.image)
  const news = walk(placed, image)
  const links = new Map(record.links).set(saying.link, { image, last: key, coarse })
  const stamps = new Map(record.stamps)
  const findings: Finding[] = [...record.findings]
  for (const [path, value] of news) {
    const claim = claimOf(law, placed, path, value, owners)
    const machine = law.machine(path)
    const held = stamps.get(path)
    if (!machine) {
      if (!held || compareClaims(claim, asClaim(path, held), false) > 0) stamps.set(path, stampFor(claim))
      continue
    }
    if (!claim.timed || held?.untimed || (held?.walked && compareClaims(claim, held.walked, false) < 0))
      return undefined
    const verdict = judge(machine, held, claim, ownerOf([...links.keys()], owners))
    if (verdict && verdict !== 'same') findings.push(verdict)
    if (!verdict) stamps.set(path, { ...stampFor(claim), walked: claim, untimed: false })
    else if (held) stamps.set(path, { ...held, walked: claim })
    else return undefined
  }
  return finish(law, stamps, links, findings)
}

/** A link never heard before may take over a field that decided earlier moves of a machine (`owner` exceptions). */
function outranks(law: KindLaw, record: RecordState, newcomer: string, owners: Ownership): boolean {
  const fields = [...record.stamps.keys()].flatMap(
    path => law.machine(path)?.exceptions?.flatMap(move => move.owner ?? []) ?? [],
  )
  return fields.some(field =>
    [...record.links.keys()].every(link => owners.rank(link, field) < owners.rank(newcomer, field)),
  )
}

/** The key of a saying that goes last in its link, or undefined where it does not. */
function placeLast(
  saying: Saying,
  id: string,
  last: WalkKey | undefined,
  coarse: boolean,
): WalkKey | undefined {
  const plain = walkKey(saying, id, saying.at, coarse)
  if (!last) return plain
  if (saying.sequence !== undefined) {
    // Numbered sayings raise each other's instants; only a higher number at a later instant is surely last.
    if (last[1] === Number.MIN_SAFE_INTEGER || saying.sequence <= last[1] || saying.at <= last[0])
      return undefined
    return plain
  }
  return compareKeys(plain, last) > 0 ? plain : undefined
}

const stampFor = ({ link, at, timed, rank, order, value }: Claim): Stamp => ({
  link,
  at,
  timed,
  rank,
  order,
  value,
})
const asClaim = (path: string, stamp: Stamp): Claim => ({ path, ...stamp })
