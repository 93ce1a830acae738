/** A record's reduced state as it lies in the ledger, and back. Stamps carry the ownership they were made under. */
import { isObject, type Json, type JsonObject } from '../../kernel/json.js'
import type { LinkRow, RecordRow } from '../../ledger/schema.js'
import type { Claim } from '../../model/claims.js'
import type { Finding, LinkState, RecordState, Stamp } from '../../model/reduce.js'

type StampTuple = readonly [
  link: string,
  at: number,
  timed: 0 | 1,
  rank: number,
  order: number,
  value: Json,
  walked?: Json,
  untimed?: 0 | 1,
]

export function stampsToJson(stamps: ReadonlyMap<string, Stamp>, ownership: string): Json {
  const s: Record<string, Json> = {}
  for (const [path, stamp] of stamps) {
    const { link, at, timed, rank, order, value, walked, untimed } = stamp
    const base = [link, at, timed ? 1 : 0, rank, order, value] as const
    s[path] = walked ? [...base, walked as unknown as JsonObject, untimed ? 1 : 0] : base
  }
  return { o: ownership, s }
}

/** @returns undefined where the stamps were made under another ownership: the record must be reduced again */
export function stampsFromJson(json: Json, ownership: string): Map<string, Stamp> | undefined {
  if (!isObject(json) || json['o'] !== ownership || !isObject(json['s'])) return undefined
  return new Map(
    Object.entries(json['s'] as Record<string, unknown>).map(([path, tuple]) => {
      const [link, at, timed, rank, order, value, walked, untimed] = tuple as StampTuple
      const stamp: Stamp = { link, at, timed: timed === 1, rank, order, value }
      return [
        path,
        walked === undefined
          ? stamp
          : { ...stamp, walked: walked as unknown as Claim, untimed: untimed === 1 },
      ]
    }),
  )
}

export function linkStateOf(row: LinkRow): LinkState {
  const image = isObject(row.image) ? (row.image as Record<string, Json>) : {}
  return {
    image: new Map(Object.entries(image)),
    ...lastOf(row.last),
  }
}

export function imageToJson(state: LinkState): Json {
  const image: Record<string, Json> = {}
  for (const [path, value] of state.image) if (value !== null) image[path] = value
  return image
}

/** @returns undefined where it must be reduced from the sayings */
export function stateOf(
  row: RecordRow,
  links: readonly LinkRow[],
  ownership: string,
): RecordState | undefined {
  const stamps = stampsFromJson(row.stamps, ownership)
  if (!stamps) return undefined
  return {
    data: row.data,
    gone: row.gone,
    stamps,
    links: new Map(links.map(link => [link.id, linkStateOf(link)])),
    findings: (row.findings ?? []) as unknown as Finding[],
  }
}

/** `[at, sequence, said, id, coarse]` as it lies in the ledger. */
function lastOf(json: Json): Pick<LinkState, 'last' | 'coarse'> {
  if (!Array.isArray(json)) return { last: undefined, coarse: true }
  const [at, sequence, said, id, coarse] = json as unknown as readonly [number, number, 0 | 1, string, 0 | 1]
  return { last: [at, sequence, said, id], coarse: coarse === 1 }
}

export function lastToJson({ last, coarse }: LinkState): Json {
  return last ? [...last, coarse ? 1 : 0] : null
}
