/**
 * Which connection a reference of a mapping (`of: connector.resource`) leads to. Mappings name connectors, for they are
 * written before anyone names connections; the check and the fold look in the same order, so that what was checked is
 * what happens.
 */

interface Named {
  readonly name: string
  /** Name of its connector. */
  readonly connector: string
}

/** Several connections of that connector, none of them speaking and none of them so named. */
export const UNCLEAR = 'unclear'

/**
 * The one that speaks, where it is of that connector; else the one so named; else the only one of that connector.
 * @param system what stands before the dot of `of`
 * @returns the connection's name; undefined: there is none
 */
export function connectionNamed(
  system: string,
  speaking: Named | undefined,
  connections: Iterable<Named>,
): { readonly name: string } | typeof UNCLEAR | undefined {
  if (speaking?.connector === system) return speaking
  const all = [...connections]
  const named = all.find(one => one.name === system)
  if (named) return named
  const [first, second] = all.filter(one => one.connector === system)
  return second ? UNCLEAR : first
}
