/** What a row wants of the world: judged from the flow's words alone, `remove_when` first. */

/** there = created or updated; gone = removed; held = neither: nothing is created, changed or removed. */
export type Wants = 'there' | 'gone' | 'held'

/**
 * @param when undefined = the flow has no `when` (always); an absent operand counts as false
 * @param removeWhen undefined = the flow has none
 */
export function wantsOf(when: boolean | undefined, removeWhen: boolean | 'otherwise' | undefined): Wants {
  const there = when ?? true
  if (removeWhen === true) return 'gone'
  if (there) return 'there'
  return removeWhen === 'otherwise' ? 'gone' : 'held'
}
