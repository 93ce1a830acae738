/** Two or more servers under the same load in turn: what disturbs the machine disturbs them alike. */
import type { Child } from './child.js'
import { median } from './figure.js'
import type { Drive, Driven } from './world.js'

export type World = Child<{ readonly url: string }>

export interface Side {
  readonly name: string
  readonly ready: { readonly url: string }
  readonly path: string
  readonly drive: Pick<Drive, 'type' | 'again'>
}

export interface Load {
  readonly seconds: number
  /** Events made for one drive: more than the fastest side takes in its time. */
  readonly most: number
  readonly connections: number
  readonly window?: number
  readonly rate?: number
}

/** Candidates that the events are about. */
export const REFS = 2000

export async function drive(world: World, side: Side, load: Load): Promise<Driven> {
  const driven = await world.ask<Driven>({
    ...load,
    ...side.drive,
    url: side.ready.url,
    path: side.path,
    run: side.name.replaceAll(/\W/g, ''),
    refs: REFS,
  } satisfies Drive)
  if (driven.failed > 0) throw new Error(`${side.name}: ${driven.failed} requests failed`)
  return driven
}

/** Rounds of all sides one after the other. @returns by side, what each round gave */
export async function rounds(
  world: World,
  sides: readonly Side[],
  load: Load,
  count: number,
): Promise<Map<string, Driven[]>> {
  const results = new Map<string, Driven[]>(sides.map(side => [side.name, []]))
  for (let round = 0; round < count; round++)
    for (const side of sides) results.get(side.name)?.push(await drive(world, side, load))
  return results
}

/** Median over the rounds of `of` over `against`, each within its own round. */
export function ratio(
  results: ReadonlyMap<string, readonly Driven[]>,
  of: string,
  against: string,
  value: (driven: Driven) => number,
): number {
  const one = results.get(of) ?? []
  const other = results.get(against) ?? []
  return median(
    one.flatMap((driven, i) => {
      const base = other[i]
      return base ? [value(driven) / value(base)] : []
    }),
  )
}

export const medianOf = (
  results: ReadonlyMap<string, readonly Driven[]>,
  of: string,
  value: (driven: Driven) => number,
): number => median((results.get(of) ?? []).map(value))
