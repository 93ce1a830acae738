/**
 * Values as text. Objects of outside data may have members called `toString`, so they are never converted by the
 * language itself.
 */

/** A text, number or truth as text; undefined for anything else. */
export function scalarText(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? `${value}`
    : undefined
}

/** Anything as written in a file, for a message. */
export function shownText(value: unknown): string {
  return scalarText(value) ?? JSON.stringify(value) ?? 'nothing'
}
