/** Reads one thing by its id: the refetch of a hint, or the `read` of what we made ourselves. */
import type { Clock } from '../kernel/clock.js'
import type { Json, JsonObject } from '../kernel/json.js'
import type { Caller } from './caller.js'
import { attempt, holds } from './expressions.js'
import type { ReadSlot } from './manifest/connector.js'
import type { Fetched, Item } from './types.js'

export async function fetchThing(
  caller: Caller,
  slot: ReadSlot,
  resource: string,
  id: string,
  event: Json | undefined,
  settings: JsonObject,
  clock: Clock,
): Promise<Fetched> {
  const sentAt = clock.now()
  const { outcome, scope } = await caller.perform(slot, {
    verb: 'read',
    scope: { settings, id, event, sent_at: new Date(sentAt).toISOString() },
  })
  if (outcome.is !== 'accepted') return { sentAt, outcome, item: undefined, done: false }
  const thing = (slot.item ? attempt(slot.item, scope) : outcome.answer) ?? null
  const body: Json = slot.envelope ? { id, fetched_at: new Date(sentAt).toISOString(), body: thing } : thing
  const item: Item = { resource, event: undefined, body, refetch: undefined }
  return { sentAt, outcome, item, done: slot.until !== undefined && holds(slot.until, scope) }
}
