/**
 * Looks a thing up: by our reference after an unknown end, or by what we know of it to adopt it. An answer
 * that cannot be had is `unsure`, never "not there".
 */
import type { Json } from '../kernel/json.js'
import type { Caller } from './caller.js'
import { holds, type Scope } from './expressions.js'
import type { LookupSlot } from './manifest/connector.js'
import { idOf, keepOf } from './operation/outcome.js'
import { firstCursor, readPage } from './pages.js'
import type { LookupResult } from './types.js'

/** Pages read before a look-up gives up; then it is unsure, not absent. */
const MAX_PAGES = 50

/** @param scope the effect's; `sent` is the mapped value that is looked for, once an answer is there */
export async function lookUp(caller: Caller, slot: LookupSlot, scope: Scope): Promise<LookupResult> {
  let cursor: Json | undefined = firstCursor(slot.paging)
  for (let page = 0; page < MAX_PAGES; page++) {
    const { outcome, items, scope: after, next } = await readPage(caller, slot, 'lookup', scope, cursor)
    if (outcome.is === 'absent') return { found: 'none' }
    if (outcome.is !== 'accepted') return { found: 'unsure', outcome }
    for (const item of items) {
      const here: Scope = { ...after, sent: scope['body'], item }
      if (slot.where && !holds(slot.where, here)) continue
      const id = idOf(slot.take?.id, here)
      if (id === undefined) continue
      return { found: 'one', id, keep: keepOf(slot.take, here), item, ours: slot.byReference }
    }
    if (next === undefined) return { found: 'none' }
    if (page === MAX_PAGES - 1)
      return {
        found: 'unsure',
        outcome: {
          ...outcome,
          is: 'unknown',
          code: 'CONNECTOR_ANSWER_UNUSABLE',
          detail: `lookup: more than ${MAX_PAGES} pages`,
        },
      }
    cursor = next
  }
  return { found: 'none' }
}
