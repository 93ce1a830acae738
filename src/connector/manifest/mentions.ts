/** Whether a word stands anywhere in the texts of a manifest: cheap, and wrong only by a word too many. */
import { isObject } from '../../kernel/json.js'

/** @param word a name as expressions write it, found as a whole word; each text by itself, for its lines are its own */
export function mentions(value: unknown, word: string): boolean {
  const whole = new RegExp(`\\b${word}\\b`)
  const look = (part: unknown): boolean => {
    if (typeof part === 'string') return whole.test(part)
    if (Array.isArray(part)) return part.some(look)
    return isObject(part) && Object.entries(part).some(([name, member]) => whole.test(name) || look(member))
  }
  return look(value)
}
