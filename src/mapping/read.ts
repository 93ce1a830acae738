/** Getters for resolved paths, on plain JSON and through references between records. */
import { generateGet } from './generate.js'
import type { Step } from './path.js'
import { recordMember } from './resolve.js'
import type { Known } from './schema.js'
import type { RecordView } from './types.js'

/** Distinguishes a record from JSON, which holds no functions. */
export function isView(value: unknown): value is RecordView {
  return typeof value === 'object' && value !== null && typeof (value as RecordView).follow === 'function'
}

/** The data behind a root that may be a record. */
export const dataOf = (value: unknown): unknown => (isView(value) ? value.data : value)

/** Reads steps in one record. */
export function viewGetter(steps: readonly Step[], schema: Known): (view: RecordView) => unknown {
  const [first, ...rest] = steps
  const member = first?.step === 'name' ? recordMember(schema, first.name) : undefined
  if (member) {
    const get = generateGet(rest)
    return view => get(view[member])
  }
  if (!first) return view => view.id
  const get = generateGet(steps)
  return view => get(view.data)
}

export type Follow = (id: string) => RecordView | undefined

/**
 * Goes on from an id (or a list of ids) into the records they name. A reference that leads nowhere is absent.
 * @param hops the steps in each further record
 */
export function followGetter(
  hops: readonly (readonly Step[])[],
): (value: unknown, follow: Follow) => unknown {
  const [steps, ...further] = hops
  const get = viewGetter(steps ?? [], undefined)
  const next = further.length > 0 ? followGetter(further) : undefined
  const one = (id: unknown, follow: Follow): unknown => {
    if (typeof id !== 'string') return undefined
    const view = follow(id)
    if (!view) return undefined
    const value = get(view)
    return next ? next(value, other => view.follow(other)) : value
  }
  return (value, follow) => {
    if (!Array.isArray(value)) return one(value, follow)
    return value.map(id => one(id, follow)).filter(found => found !== undefined)
  }
}
