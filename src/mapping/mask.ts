/**
 * Shows a value to a person without showing whom it is about. Marked data keeps its first and last character;
 * unmarked text that looks like a phone number, an id card or an address is treated as if it were marked.
 */
const SHOWN = 60
/** Digits with separators, as phones and id cards are written; dates are let through below. */
const LOOKS_NUMBERED = /\d(?:[\s-]?\d){6}/
const LOOKS_DATED = /^\d{4}-\d\d-\d\d|^\d{10}(?:\d{3})?$|^\d{4}\/\d\d?\/\d\d?/

/** @param personal the value comes from or goes to a field marked `x-personal` */
export function showValue(value: unknown, personal: boolean): string {
  if (value === undefined) return 'nothing'
  if (value === null || typeof value === 'boolean') return String(value)
  if (Array.isArray(value)) return `a list of ${value.length}`
  if (typeof value === 'object') return value instanceof Date ? value.toISOString() : 'an object'
  const text = String(value)
  if (personal || looksPersonal(text)) return JSON.stringify(masked(text))
  const cut = text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text
  return typeof value === 'string' ? JSON.stringify(cut) : cut
}

function looksPersonal(text: string): boolean {
  return text.includes('@') || (LOOKS_NUMBERED.test(text.slice(0, 200)) && !LOOKS_DATED.test(text))
}

function masked(text: string): string {
  const letters = [...text.slice(0, 200)]
  return letters.length < 3 ? '***' : `${letters[0]}***${letters.at(-1)}`
}
