/**
 * Whose ids in the target system an `.out` mapping asks for (`external:`): which references lead there, so that
 * those records are loaded, and of which kind they are, so that it can be told whether anything brings the ids.
 */
import { parsePath } from '../../mapping/path.js'
import type { OutMapping, ReadPath } from '../../mapping/types.js'
import { kindAtEnd, referredKind } from './kinds.js'

/** References to follow from the record to the one whose id is wanted; empty = the record itself. */
type Route = readonly string[]

/**
 * Reads that load the records meant. Their `id` never changes, so they wake no one.
 * @param each the list of the flow's `each`, if any: `item` is an entry of it
 */
export function externalReads(
  mapping: OutMapping,
  kind: string,
  each: { readonly list: string } | undefined,
): readonly ReadPath[] {
  return mapping.externals.flatMap(({ of }) => {
    const route = routeOf(of, mapping, kind, each?.list)
    return route && route.length > 0 ? [{ via: route, path: 'id' }] : []
  })
}

/** Where the ids come from that a mapping asks for: references to follow, then the resource that holds that kind. */
export function externalRoutes(
  mapping: OutMapping,
  kind: string,
  eachList: string | undefined,
): readonly { readonly via: Route; readonly kind: string; readonly resource: string | undefined }[] {
  return mapping.externals.flatMap(({ of, resource }) => {
    const via = routeOf(of, mapping, kind, eachList)
    const end = via && kindAtEnd(kind, via)
    return via && end !== undefined ? [{ via, kind: end, resource }] : []
  })
}

/** The kind whose id is wanted; undefined where the path alone does not say. */
export function externalKind(
  of: string,
  mapping: OutMapping,
  kind: string,
  eachList: string | undefined,
): string | undefined {
  const route = routeOf(of, mapping, kind, eachList)
  return route && kindAtEnd(kind, route)
}

function routeOf(
  of: string,
  mapping: OutMapping,
  kind: string,
  eachList: string | undefined,
): Route | undefined {
  if (of === 'self') return []
  const parsed = parsePath(of)
  if (!('steps' in parsed)) return undefined
  const names = parsed.steps.flatMap(step => (step.step === 'name' ? [step.name] : []))
  const [first, ...rest] = names
  if (first === 'record' || first === 'source') return follow(kind, rest)
  const direct = follow(kind, names)
  if (direct) return direct
  const inEntry = first === 'item' || first === 'parent' ? rest : names
  // Inside `each` of the mapping a path begins at an entry: the list is among what the mapping reads.
  const lists = [eachList, ...mapping.reads.filter(({ via }) => via.length === 0).map(({ path }) => path)]
  for (const list of lists) {
    const route = list === undefined ? undefined : follow(kind, [...list.split('.'), ...inEntry])
    if (route) return route
  }
  return undefined
}

/** Names along fields and references: a new step of the route begins behind each reference. */
function follow(kind: string, names: readonly string[]): Route | undefined {
  const via: string[] = []
  let at = kind
  let path = ''
  for (const name of names) {
    path = path === '' ? name : `${path}.${name}`
    const next = referredKind(at, path)
    if (next === undefined) continue
    via.push(path)
    at = next
    path = ''
  }
  return path === '' && via.length > 0 ? via : undefined
}
