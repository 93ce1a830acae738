/**
 * Proofs, read from what vendors recorded themselves: that a planned fault was really met and what the hub did about
 * it, how soon a state was elsewhere, what of a report arrived. Undefined = not so (yet).
 */
import { isObject, type JsonObject } from '../../kernel/json.js'
import type { CallbackRecord } from '../callbacks.js'
import type { Effect, Exchange } from '../types.js'
import { listIn } from './access.js'
import { ehrState } from './held.js'

/** Times are kept in whole milliseconds, the end of a call as a rounded sum. */
const GRAIN_MS = 2

const endOf = (call: Exchange) => call.at + call.tookMs
const taken = (status: number) => status >= 200 && status < 300

/**
 * The line was cut after the work; then the same call came under the same token, and what it makes was made once.
 * @returns ms from the cut to the repeat
 */
export function cutAfterWork(
  exchanges: readonly Exchange[],
  effects: readonly Effect[],
  operation: string,
  about: string,
): number | undefined {
  const calls = exchanges.filter(one => one.operation === operation && one.body.includes(about))
  const cut = calls.find(one => one.fault === 'cut' && one.status === 0)
  if (cut === undefined) return undefined
  const token = cut.headers['idempotency-key']
  const again = calls.find(
    one => one.at >= cut.at && taken(one.status) && one.headers['idempotency-key'] === token,
  )
  const [made, ...more] = effects.filter(
    one => one.operation === operation && one.verb === 'create' && JSON.stringify(one.body).includes(about),
  )
  if (again === undefined || made === undefined || more.length > 0) return undefined
  // Made by the call that was cut, not by its repeat.
  return made.at <= endOf(cut) + GRAIN_MS ? again.at - endOf(cut) : undefined
}

/**
 * A 429 that named a wait, and the same call no earlier than that.
 * @returns ms from the refusal to the repeat
 */
export function waitedAfter429(
  exchanges: readonly Exchange[],
  operation: string,
  waitMs: number,
): number | undefined {
  const refused = exchanges.find(
    one => one.operation === operation && one.fault === 'throttled' && one.status === 429,
  )
  if (refused === undefined) return undefined
  const again = exchanges
    .slice(exchanges.indexOf(refused) + 1)
    .find(one => one.method === refused.method && one.path === refused.path)
  if (again === undefined || !taken(again.status)) return undefined
  const waited = again.at - endOf(refused)
  return waited + GRAIN_MS >= waitMs ? waited : undefined
}

/** Callbacks of this event that were taken, and came once more all the same. */
export const doubled = (records: readonly CallbackRecord[], event: string): readonly CallbackRecord[] =>
  records.filter(
    one => one.event === event && one.attempts.filter(attempt => taken(attempt.status)).length > 1,
  )

/** Two callbacks about one thing, both taken, of which the later one was sent first. */
export function overtaken(
  records: readonly CallbackRecord[],
  key: string,
): { readonly first: string; readonly late: string } | undefined {
  const sent = records.filter(one => one.key === key && taken(one.attempts[0]?.status ?? 0))
  const sentAt = (one: CallbackRecord) => one.attempts[0]?.at ?? 0
  for (const [index, late] of sent.entries()) {
    const first = sent.slice(index + 1).find(newer => sentAt(newer) < sentAt(late))
    if (first) return { first: stateIn(first), late: stateIn(late) }
  }
  return undefined
}

/** The first of the events in a callback of the AI tool. */
function eventIn(record: CallbackRecord): JsonObject {
  const [event] = isObject(record.body) ? listIn(record.body as JsonObject, 'events') : []
  return event ?? {}
}
const stateIn = (record: CallbackRecord) => String(eventIn(record)['state'])

/** Ms from the AI tool's having a state to the EHR's holding it, each by its own record. */
export function lagOf(
  said: readonly CallbackRecord[],
  held: readonly Effect[],
  session: string,
  interview: string,
  state: string,
): number | undefined {
  const from = said.find(one => one.key === session && stateIn(one) === state)
  const to = held.find(
    one => one.id === interview && isObject(one.body) && ehrState(one.body as JsonObject) === state,
  )
  return from && to && to.at - Number(eventIn(from)['updated_ms'])
}

export interface ReportAtEhr {
  readonly dimensions: number
  readonly quotes: number
  readonly emotions: number
  /** Links to clips. */
  readonly clips: readonly string[]
  readonly custom: number
}

/** The AI tool's report, whole in the EHR: each dimension with its mark and what was said, the curve, the clips. */
export function reportAtEhr(
  said: JsonObject,
  stored: JsonObject,
  customFields: readonly JsonObject[],
): ReportAtEhr | undefined {
  const dimensions = listIn(stored, 'dimensions')
  const evidence = new Set(dimensions.flatMap(one => listOf(one['evidence'])))
  const quotes = listIn(said, 'quotes').map(one => one['text'])
  const custom = new Map(customFields.map(one => [String(one['code']), one['value']]))
  const whole =
    dimensions.length === listIn(said, 'dims').length &&
    quotes.every(quote => evidence.has(quote)) &&
    JSON.stringify(stored['emotion']) === JSON.stringify(said['emotion_curve']) &&
    tenths(stored['overall'], 10) === tenths(said['total'], 1) &&
    custom.get('ai_overall') === stored['overall'] &&
    dimensions.every(one => custom.get(`ai_dim_${String(one['code'])}`) === one['score'])
  if (!whole) return undefined
  return {
    dimensions: dimensions.length,
    quotes: quotes.length,
    emotions: listOf(stored['emotion']).length,
    clips: listIn(stored, 'media').map(one => String(one['url'])),
    custom: customFields.length,
  }
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
/** Compared in whole tenths of a hundred: 8.41 of 10 is 84.1 of 100. */
const tenths = (value: unknown, times: number) => Math.round(Number(value) * times * 10)
