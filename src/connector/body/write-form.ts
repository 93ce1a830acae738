/** `application/x-www-form-urlencoded`: lists repeat their name, objects are JSON, null is left out. */
import { isObject, type Json, type JsonObject } from '../../kernel/json.js'

export function writeForm(value: Json): string {
  const form = new URLSearchParams()
  if (isObject(value))
    for (const [name, member] of Object.entries(value as JsonObject))
      for (const entry of entriesOf(member)) form.append(name, scalar(entry))
  return form.toString()
}

/** What one name of a form holds; nothing for null. */
export function entriesOf(member: Json): readonly Json[] {
  if (member === null) return []
  return Array.isArray(member) ? (member as readonly Json[]).filter(entry => entry !== null) : [member]
}

export function scalar(value: Json): string {
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value)
}
