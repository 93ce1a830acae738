/**
 * The law of records: a record is a pure function of the set of its sayings and the current ownership.
 * Any order of arrival, any repeat: same record. `fold-in-place.ts` is its shortcut and must always agree with it.
 */
import type { Json, JsonObject } from '../kernel/json.js'
import { type Claim, compareClaims, type Image, walk } from './claims.js'
import type { KindDefinition } from './kind.js'
import { assemble, GONE, type LeafNode, leafTree, withoutKeys } from './leaves.js'
import { isCoarse, type Placed, placeInLink, type Saying, sayingId, type WalkKey } from './saying.js'
import { isLegalMove, type StateMachine } from './state-machine.js'

/** A kind ready for reducing: its leaves and machines. Made once per kind. */
export interface KindLaw {
  readonly kind: string
  readonly tree: LeafNode
  machine(path: string): StateMachine | undefined
  derive(data: JsonObject): JsonObject
}

export interface Ownership {
  /** Authority of a link for a leaf, now. */
  rank(link: string, path: string): number
}

/** Who won a leaf and by what; persisted with the record so that one more saying can be folded in place. */
export interface Stamp {
  readonly link: string
  readonly at: number
  readonly timed: boolean
  readonly rank: number
  readonly order: number
  readonly value: Json
  /** Fields with an order: the greatest claim that was walked, legal or not, and whether any had no time. */
  readonly walked?: Claim
  readonly untimed?: boolean
}

export interface LinkState {
  readonly image: Image
  /** Place of the last saying of this link; undefined before the first. */
  readonly last: WalkKey | undefined
  /** Every saying of its own so far has whole seconds. */
  readonly coarse: boolean
}

export interface Finding {
  readonly code: 'STATE_MOVE_ILLEGAL'
  readonly path: string
  readonly link: string
  readonly at: number
  readonly from: string
  readonly to: string
}

export interface RecordState {
  readonly data: JsonObject
  readonly gone: boolean
  readonly stamps: ReadonlyMap<string, Stamp>
  readonly links: ReadonlyMap<string, LinkState>
  readonly findings: readonly Finding[]
}

const laws = new WeakMap<KindDefinition, KindLaw>()

export function lawOf(kind: KindDefinition): KindLaw {
  const known = laws.get(kind)
  if (known) return known
  const law: KindLaw = {
    kind: kind.kind,
    tree: leafTree(kind.schema as never),
    machine: path => kind.machines[withoutKeys(path)],
    derive: kind.derive ?? (() => ({})),
  }
  laws.set(kind, law)
  return law
}

export function claimOf(law: KindLaw, placed: Placed, path: string, value: Json, owners: Ownership): Claim {
  const machine = law.machine(path)
  const { at } = placed
  return {
    path,
    value,
    link: placed.saying.link,
    at: machine ? Math.floor(at / 1000) * 1000 : at,
    timed: placed.saying.timed,
    rank: owners.rank(placed.saying.link, path),
    order: (machine && typeof value === 'string' ? machine.order[value] : undefined) ?? 0,
  }
}

/** Reduces the whole set. The sayings may come in any order and as often as they like. */
export function reduce(law: KindLaw, sayings: Iterable<Saying>, owners: Ownership): RecordState {
  const byLink = new Map<string, Map<string, Saying>>()
  for (const saying of sayings) {
    const known = byLink.get(saying.link) ?? new Map<string, Saying>()
    byLink.set(saying.link, known.set(sayingId(saying), saying))
  }
  const claims = new Map<string, Claim[]>()
  const links = new Map<string, LinkState>()
  for (const [link, set] of byLink) {
    const image: Image = new Map()
    let last: WalkKey | undefined
    for (const placed of placeInLink(set)) {
      last = placed.key
      for (const [path, value] of walk(placed, image)) {
        const list = claims.get(path)
        const claim = claimOf(law, placed, path, value, owners)
        if (list) list.push(claim)
        else claims.set(path, [claim])
      }
    }
    links.set(link, { image, last, coarse: isCoarse(set.values()) })
  }
  const stamps = new Map<string, Stamp>()
  const findings: Finding[] = []
  for (const [path, list] of claims) {
    const machine = law.machine(path)
    const stamp = machine
      ? walkMachine(machine, list, ownerOf([...links.keys()], owners), findings)
      : greatest(list)
    if (stamp) stamps.set(path, stamp)
  }
  return finish(law, stamps, links, findings)
}

function stampOf({ link, at, timed, rank, order, value }: Claim): Stamp {
  return { link, at, timed, rank, order, value }
}

function greatest(list: readonly Claim[]): Stamp | undefined {
  let winner: Claim | undefined
  for (const claim of list) if (!winner || compareClaims(claim, winner, false) > 0) winner = claim
  return winner && stampOf(winner)
}

/** Whether a link has the greatest authority of all links for a field. */
export function ownerOf(links: readonly string[], owners: Ownership) {
  return (link: string, field: string) => {
    const mine = owners.rank(link, field)
    return links.every(other => owners.rank(other, field) <= mine)
  }
}

function walkMachine(
  machine: StateMachine,
  list: readonly Claim[],
  owns: (link: string, field: string) => boolean,
  findings: Finding[],
): Stamp | undefined {
  const untimed = list.some(claim => !claim.timed)
  const sorted = [...list].sort((a, b) => compareClaims(a, b, untimed))
  let current: Claim | undefined
  for (const claim of sorted) {
    const finding = judge(machine, current, claim, owns)
    if (finding === 'same') continue
    if (finding) findings.push(finding)
    else current = claim
  }
  const walked = sorted.at(-1)
  return current && walked ? { ...stampOf(current), walked, untimed } : undefined
}

/** Undefined = the move is made; 'same' = nothing moves (also an empty state, which no machine knows). */
export function judge(
  machine: StateMachine,
  current: Pick<Claim, 'value'> | undefined,
  claim: Claim,
  owns: (link: string, field: string) => boolean,
): Finding | 'same' | undefined {
  const to = claim.value
  if (typeof to !== 'string' || current?.value === to) return 'same'
  const from = current?.value
  if (typeof from !== 'string') return undefined
  if (isLegalMove(machine, from, to, field => owns(claim.link, field))) return undefined
  return { code: 'STATE_MOVE_ILLEGAL', path: claim.path, link: claim.link, at: claim.at, from, to }
}

export function finish(
  law: KindLaw,
  stamps: ReadonlyMap<string, Stamp>,
  links: ReadonlyMap<string, LinkState>,
  findings: readonly Finding[],
): RecordState {
  const said = assemble(
    law.tree,
    (function* () {
      for (const [path, stamp] of stamps) yield [path, stamp.value] as const
    })(),
  )
  return {
    data: { ...said, ...law.derive(said) },
    gone: stamps.get(GONE)?.value === true,
    stamps,
    links,
    findings: [...findings].sort(
      (a, b) => a.at - b.at || (a.path < b.path ? -1 : a.path > b.path ? 1 : a.to < b.to ? -1 : 1),
    ),
  }
}
