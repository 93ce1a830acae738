/**
 * State machines as tables: the order of the words, which of them end, and which moves the table allows beyond
 * "forward". A machine judges moves; it never sees clocks or ranks (reduce.ts puts the claims in order).
 */
export interface StateMachine {
  /** Place of each word; equal places are told apart by time alone (started ⇄ interrupted). */
  readonly order: Readonly<Record<string, number>>
  /** Words that nothing leaves, but for `exceptions`. */
  readonly ends: readonly string[]
  /** An end may be reached from words placed below this; default: from every word that is no end. */
  readonly endsBefore?: Readonly<Record<string, string>>
  /** Moves allowed although they go back. `owner` = only by the system that owns this field. */
  readonly exceptions?: readonly { readonly from: string; readonly to: string; readonly owner?: string }[]
  /** Every move is legal: the words have an order but the business goes back and forth. */
  readonly free?: boolean
}

/** @param owns whether the claiming system owns a field (`owner` of an exception) */
export function isLegalMove(
  machine: StateMachine,
  from: string,
  to: string,
  owns: (field: string) => boolean,
): boolean {
  if (from === to || machine.free) return true
  const exception = machine.exceptions?.find(move => move.from === from && move.to === to)
  if (exception) return exception.owner === undefined || owns(exception.owner)
  if (machine.ends.includes(from)) return false
  const place = (word: string) => machine.order[word] ?? -1
  if (machine.ends.includes(to)) {
    const before = machine.endsBefore?.[to]
    return before === undefined || place(from) < place(before)
  }
  return place(to) >= place(from)
}

/** Words in their order from a list; `together` puts words on one place. */
export function inOrder(
  words: readonly string[],
  together: readonly (readonly string[])[] = [],
): Record<string, number> {
  const order: Record<string, number> = {}
  for (const [index, word] of words.entries()) order[word] = index
  for (const group of together) for (const word of group) order[word] = order[group[0] ?? word] ?? 0
  return order
}
