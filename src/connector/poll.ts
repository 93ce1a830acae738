/**
 * Polls a list: one page per call, the state after it handed back to be kept in the commit that stores the
 * page. `since` is the greatest update time the vendor showed; the window of a run stays the same over its
 * pages, and overlaps the one before.
 */

import type { Clock } from '../kernel/clock.js'
import { HubError } from '../kernel/errors.js'
import { isObject, type Json } from '../kernel/json.js'
import type { Caller } from './caller.js'
import { attempt, type Scope } from './expressions.js'
import type { PollSlot } from './manifest/connector.js'
import { firstCursor, readPage } from './pages.js'
import type { Item, PollPage, PollState } from './types.js'

/** Where a run over several pages stands; kept as the cursor of the state. */
interface Run {
  readonly since: number | undefined
  readonly until: number
  /** The window ends before now (`at_most`): another one follows. */
  readonly cut: boolean
  /** Greatest update time shown so far. */
  readonly shown: number | undefined
  /** When the page before was read, for cursors that die. */
  readonly at: number
  readonly page: Json | undefined
}

/** @throws HubError of the outcome's code where the vendor gave no page */
export async function pollPage(
  caller: Caller,
  slot: PollSlot,
  resource: string,
  state: PollState,
  scope: Scope,
  clock: Clock,
): Promise<PollPage> {
  const sentAt = clock.now()
  const run = running(slot, state, sentAt) ?? begin(slot, state, sentAt)
  const page = await readPage(
    caller,
    slot,
    'poll',
    { ...scope, since: iso(run.since), until: iso(run.until), sent_at: iso(sentAt) },
    run.page ?? firstCursor(slot.paging),
  )
  if (page.outcome.is !== 'accepted' && page.outcome.is !== 'absent')
    throw new HubError(page.outcome.code ?? 'CONNECTOR_ANSWER_FAILED', {
      detail: page.outcome.detail,
      ...(page.outcome.wait !== undefined && { wait: page.outcome.wait }),
    })
  let shown = run.shown
  for (const item of page.items) {
    const at = slot.at && instant(attempt(slot.at, { ...page.scope, item }))
    if (at !== undefined) shown = Math.max(shown ?? at, at)
  }
  const items: readonly Item[] = page.items.map(body => ({
    resource,
    event: undefined,
    body,
    refetch: undefined,
  }))
  if (page.next !== undefined) {
    const cursor = { ...run, shown, at: sentAt, page: page.next }
    return { sentAt, items, more: true, state: { since: state.since, cursor: compact(cursor) } }
  }
  // A window cut short by at_most goes on at its end; else what the vendor showed, or the moment the run began.
  const since = run.cut || !slot.at ? run.until : (shown ?? state.since)
  return { sentAt, items, more: run.cut, state: { since, cursor: undefined } }
}

function begin(slot: PollSlot, state: PollState, now: number): Run {
  const earliest = slot.atMostMs === undefined ? undefined : now - slot.atMostMs
  const since = state.since === undefined ? earliest : state.since - slot.overlapMs
  const until =
    slot.atMostMs === undefined || since === undefined ? now : Math.min(now, since + slot.atMostMs)
  return { since, until, cut: until < now, shown: undefined, at: now, page: undefined }
}

function running(slot: PollSlot, state: PollState, now: number): Run | undefined {
  const cursor = state.cursor
  if (!isObject(cursor) || typeof cursor['until'] !== 'number' || typeof cursor['at'] !== 'number')
    return undefined
  if (slot.paging?.diesAfterMs !== undefined && now - cursor['at'] > slot.paging.diesAfterMs) return undefined
  const number = (value: unknown) => (typeof value === 'number' ? value : undefined)
  return {
    since: number(cursor['since']),
    until: cursor['until'],
    cut: cursor['cut'] === true,
    shown: number(cursor['shown']),
    at: cursor['at'],
    page: cursor['page'] as Json | undefined,
  }
}

const iso = (ms: number | undefined): string | undefined =>
  ms === undefined ? undefined : new Date(ms).toISOString()

const compact = (run: Run): Json => JSON.parse(JSON.stringify(run)) as Json

/** ISO text, epoch seconds or milliseconds. */
export function instant(value: Json | undefined): number | undefined {
  if (typeof value === 'number' || (typeof value === 'string' && /^\d{9,14}$/.test(value))) {
    const number = Number(value)
    return number > 1e11 ? number : number * 1000
  }
  // Without a zone a text is no instant: it would be read in the host's.
  if (typeof value !== 'string' || !/(?:Z|[+-]\d{2}:?\d{2})$/.test(value)) return undefined
  const at = Date.parse(value)
  return Number.isNaN(at) ? undefined : at
}
