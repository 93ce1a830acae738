/**
 * An effect once begun is brought to its end before anything else is decided about its row. This is the
 * whole reasoning, pure: what is known of a call, what an answer or a look-up teaches, what may be done next.
 * It runs as a model against five kinds of vendor in tests/laws.
 */
import type { OutcomeKind, Verb } from '../../connector/types.js'

export type Doubt =
  /** Nothing of it can have happened: never sent, or proven not to be there. */
  | { readonly know: 'nothing-left' }
  /**
   * Bytes left and no usable answer came. `noes` = look-ups that count and said "not there". `first` = when bytes may
   * first have left, where that is known: a vendor remembers the token from then. `barred` = a repeat was turned away.
   */
  | {
      readonly know: 'maybe'
      readonly since: number
      readonly first?: number
      readonly noes: number
      readonly askAt: number
      readonly barred?: true
    }
  /** The vendor says there is one already: it must be found and adopted. */
  | { readonly know: 'exists'; readonly askAt: number; readonly noes?: number }

export const SURE: Doubt = { know: 'nothing-left' }

/** What the vendor and its manifest allow for the call under way. */
export interface Means {
  readonly verb: Verb
  readonly repeatable: boolean
  readonly tokenWindow: number | undefined
  readonly lookup: { readonly afterMs: number } | undefined
  readonly onUnknown: 'park' | 'repeat'
}

export type Move =
  | { readonly do: 'send' }
  | { readonly do: 'look' }
  | { readonly do: 'wait'; readonly until: number }
  | { readonly do: 'park'; readonly because: 'unknown' | 'exists' }

/** A token is not trusted in the last tenth of its window: a call may take that long to arrive. */
const TRUSTED_SHARE = 0.9

export function nextMove(doubt: Doubt, begunAt: number, means: Means, now: number): Move {
  if (doubt.know === 'nothing-left') return { do: 'send' }
  if (doubt.know === 'exists')
    return means.lookup && (doubt.noes ?? 0) < MOST_NOES
      ? askWhen(doubt.askAt, now)
      : { do: 'park', because: 'exists' }
  if (!doubt.barred && knowsRepeats(doubt, begunAt, means, now)) return { do: 'send' }
  if (means.lookup && means.verb === 'create') return askWhen(doubt.askAt, now)
  const blindly = !doubt.barred && means.onUnknown === 'repeat'
  return blindly ? { do: 'send' } : { do: 'park', because: 'unknown' }
}

/** The vendor does a repeat no second time: by the nature of the call, or because it remembers the token. */
function knowsRepeats(
  doubt: Doubt & { readonly know: 'maybe' },
  begunAt: number,
  means: Means,
  now: number,
): boolean {
  const { repeatable, tokenWindow } = means
  return (
    repeatable || (tokenWindow !== undefined && now - (doubt.first ?? begunAt) < tokenWindow * TRUSTED_SHARE)
  )
}

/**
 * What a "no" to a call says of the calls before it whose answers never came. A change or removal by id ends with it:
 * the thing is known, and what it holds is not. A create is another matter, for its first call may have made a thing
 * that nobody knows of:
 * - a vendor that knows repeats looks for the first before it judges the second, and would have answered as it did
 *   the first: its "no" is the answer to both;
 * - 401 and 403 are said before anybody looks (a token revoked, a right withdrawn meanwhile): they say nothing of it;
 * - a repeat sent blindly (`on_unknown: repeat`) is judged by itself: its "no" says nothing of the first either.
 * @returns 'end' where the "no" is the effect's end; else the doubt that stays: to be looked up, or left to a person
 */
export function afterRefusal(
  doubt: Doubt,
  is: 'refused' | 'absent' | 'misconfigured',
  begunAt: number,
  means: Means,
  sentAt: number,
): Doubt | 'end' {
  if (doubt.know !== 'maybe' || means.verb !== 'create') return 'end'
  if (is !== 'misconfigured' && knowsRepeats(doubt, begunAt, means, sentAt)) return 'end'
  return { ...doubt, barred: true }
}

/** What the vendor says exists and never shows is asked about so often, with growing pauses; then a person looks. */
const MOST_NOES = 8

function askWhen(askAt: number, now: number): Move {
  return now >= askAt ? { do: 'look' } : { do: 'wait', until: askAt }
}

/** A process that died with the row in its hands may have sent: an expired lease is unknown, never free. */
export function afterLostLease(doubt: Doubt, now: number): Doubt {
  return doubt.know === 'nothing-left' ? { know: 'maybe', since: now, noes: 0, askAt: now } : doubt
}

/** What an outcome that is no end teaches. An earlier doubt is not lifted by a later "could not reach". */
export function afterOutcome(
  doubt: Doubt,
  is: OutcomeKind,
  verb: Verb,
  now: number,
  sentAt: number = now,
): Doubt {
  if (is === 'unknown') {
    const maybe = { know: 'maybe', since: now, noes: 0, askAt: now } as const
    if (doubt.know === 'nothing-left') return { ...maybe, first: sentAt }
    return doubt.know === 'maybe' && doubt.first !== undefined ? { ...maybe, first: doubt.first } : maybe
  }
  if (is === 'exists' && verb === 'create') return { know: 'exists', askAt: now }
  return doubt
}

/**
 * What a look-up that found nothing teaches. Early answers count only when they say yes: a search index lags and
 * a slow call may still arrive. Two noes, `after` apart, prove absence.
 */
export function afterMiss(doubt: Doubt, lookup: { readonly afterMs: number }, now: number): Doubt {
  if (doubt.know === 'nothing-left') return doubt
  if (doubt.know === 'exists') {
    const noes = (doubt.noes ?? 0) + 1
    return { ...doubt, noes, askAt: now + Math.max(lookup.afterMs, 1000) * 2 ** (noes - 1) }
  }
  if (now < doubt.since + lookup.afterMs) return { ...doubt, askAt: doubt.since + lookup.afterMs }
  const noes = doubt.noes + 1
  return noes >= 2 ? SURE : { ...doubt, noes, askAt: now + Math.max(lookup.afterMs, 1) }
}

/** A look-up that itself failed teaches nothing; ask again later. */
export function afterUnsure(doubt: Doubt, waitMs: number, now: number): Doubt {
  return doubt.know === 'nothing-left' ? doubt : { ...doubt, askAt: now + waitMs }
}
