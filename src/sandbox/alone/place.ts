/** Values at the places a draft names (`body.data.items`, `body["odd name"].id`). */
import { isObject, type Json } from '../../kernel/json.js'

/** Names from the root inwards; the root itself (`body`) is left out. */
export function stepsOf(path: string): readonly string[] {
  return [...path.matchAll(/\["((?:[^"\\]|\\.)*)"\]|([^.[\]]+)/g)]
    .map(([, quoted, plain]) =>
      quoted === undefined ? (plain ?? '') : (JSON.parse(`"${quoted}"`) as string),
    )
    .slice(1)
}

/** The value with another at a place; objects on the way are made. */
export function placed(value: Json, steps: readonly string[], inner: Json): Json {
  const [first, ...rest] = steps
  if (first === undefined) return inner
  const object = isObject(value) ? (value as Record<string, Json>) : {}
  return { ...object, [first]: placed(object[first] ?? null, rest, inner) }
}
