/**
 * Brings one effect as far as it can be brought now: sends, asks, goes from step to step. Every move comes from
 * effect/doubt.ts; this file only does it and writes down what it learned before the next.
 */
import { finishedStep, takenBySteps } from '../../connector/steps.js'
import type {
  Connection,
  LookupResult,
  Next,
  Outcome,
  PreparedCall,
  ResourceAbility,
} from '../../connector/types.js'
import { isHubError } from '../../kernel/errors.js'
import { isObject, type Json, type JsonObject } from '../../kernel/json.js'
import type { AttemptRow } from '../../ledger/schema.js'
import {
  afterMiss,
  afterOutcome,
  afterRefusal,
  afterUnsure,
  type Means,
  nextMove,
  SURE,
} from '../effect/doubt.js'
import { passes } from './again.js'
import type { EffectMemo } from './effect-memo.js'
import { mayOutlast } from './lease.js'

export interface Drive {
  readonly tenant: string
  readonly delivery: string
  readonly tries: number
  readonly connection: Connection
  readonly ability: ResourceAbility
  readonly now: () => number
  /** When the claim runs out. */
  readonly until: number
  /** Persists the memo before the call it holds is made; false = the row is somebody else's by now. */
  readonly save: (memo: EffectMemo) => Promise<boolean>
}

export type Driven = { readonly memo: EffectMemo; readonly attempts: readonly AttemptRow[] } & (
  | {
      readonly to: 'accepted'
      readonly id: string | undefined
      readonly keep: JsonObject | undefined
      readonly answer: Json | undefined
      /** When the call began that did it; where that is not certain, when the effect began. */
      readonly appliedAt: number
    }
  | { readonly to: 'adopted'; readonly id: string; readonly keep: JsonObject | undefined }
  | { readonly to: 'absent' | 'refused'; readonly outcome: Outcome }
  | { readonly to: 'again'; readonly outcome: Outcome | undefined; readonly waitMs: number | undefined }
  | { readonly to: 'later'; readonly at: number }
  /** There is more to do than this claim may outlive: it goes on at once, under another. */
  | { readonly to: 'more' }
  | { readonly to: 'park'; readonly because: string; readonly outcome: Outcome | undefined }
  | { readonly to: 'misconfigured'; readonly outcome: Outcome }
  /** Somebody else has the row: nothing more is sent, and theirs is the settle. */
  | { readonly to: 'lost' }
)

/** A look-up that fails teaches nothing; it is asked again soon at first, later at an eighth of the effect's age. */
const UNSURE_WAIT_MS = 5000
const UNSURE_SHARE = 1 / 8
const UNSURE_LONGEST_MS = 60 * 60_000

/** @param worked calls were made under this claim already; the first of a claim is always made */
export async function driveEffect(drive: Drive, begun: EffectMemo, worked = false): Promise<Driven> {
  const attempts: AttemptRow[] = []
  let memo = begun
  let last: Outcome | undefined
  let appliedAt = begun.begunAt
  for (let calls = worked ? 1 : 0; ; calls++) {
    const current = await currentCall(drive, memo)
    if ('to' in current && current.to === 'accepted') return { ...current, appliedAt, memo, attempts }
    if ('to' in current) return { ...current, memo, attempts } as Driven
    memo = current.memo
    const { call } = current
    const means = meansOf(drive, memo, call)
    const move = nextMove(memo.doubt, memo.begunAt, means, drive.now())
    if (move.do === 'wait') return { to: 'later', at: move.until, memo, attempts }
    if (move.do === 'park') return { to: 'park', because: move.because, outcome: last, memo, attempts }
    if (calls > 0 && mayOutlast(drive.until, drive.now(), drive.connection.longestMs))
      return { to: 'more', memo, attempts }
    if (move.do === 'look') {
      const looked = await look(drive, memo)
      memo = looked.memo
      if (looked.found) {
        const { id, keep } = looked.found
        // Found by our token: it is the very thing we sent. Found as somebody's: what it holds is not known.
        const ours = looked.found.ours && begun.doubt.know !== 'exists' && memo.doubt.know !== 'exists'
        if (!ours) return { to: 'adopted', id, keep, memo, attempts }
        // The call in doubt has its answer; what is to follow it is still to be done.
        memo = finished(memo, call.step, { status: null, body: null, id, keep: keep ?? null })
      }
      continue
    }
    const startedAt = drive.now()
    last = await drive.connection.send(call, memo.progress)
    attempts.push(attemptOf(drive, memo, call.step, attempts.length, startedAt, last))
    if (last.is === 'accepted') {
      // Nothing of it had arrived before: hours of retries are no time at which that system was told.
      const first = Object.keys(memo.progress.steps).length === 0
      if (first && memo.doubt.know === 'nothing-left') appliedAt = startedAt
      memo = finished(memo, call.step, finishedStep(last))
      continue
    }
    if (last.is === 'refused' || last.is === 'absent') {
      const doubt = afterRefusal(memo.doubt, last.is, memo.begunAt, means, startedAt)
      if (doubt !== 'end') {
        memo = { ...memo, doubt }
        continue
      }
    }
    memo = { ...memo, doubt: afterOutcome(memo.doubt, last.is, memo.progress.verb, drive.now(), startedAt) }
    if (last.is === 'exists' && memo.doubt.know === 'exists') continue
    if (last.is === 'unknown' && canLookNow(drive, memo, means)) continue
    return { ...fateOf(last), memo, attempts } as Driven
  }
}

const finished = (memo: EffectMemo, step: string, answer: Json): EffectMemo => ({
  ...memo,
  doubt: SURE,
  call: undefined,
  progress: { ...memo.progress, steps: { ...memo.progress.steps, [step]: answer } },
})

const meansOf = (drive: Drive, { progress }: EffectMemo, call: PreparedCall): Means => ({
  verb: progress.verb,
  repeatable: call.repeatable,
  tokenWindow: call.tokenWindow,
  // A look-up finds the thing; once that is made, it says nothing of the steps that follow.
  lookup: takenBySteps(progress).id === undefined ? drive.ability.lookup : undefined,
  onUnknown: drive.ability.onUnknown,
})

/**
 * 401 or 403, and the connection's own check passes: it was this thing alone. That ends the effect, unless an earlier
 * call of it is in doubt: then the doubt is followed up, and nothing is sent by the way.
 */
export async function driveForbidden(
  drive: Drive,
  driven: Driven & { readonly to: 'misconfigured' },
): Promise<Driven> {
  const { memo, attempts, outcome } = driven
  if (!memo.call) return { ...driven, to: 'refused' }
  const means = meansOf(drive, memo, memo.call)
  const doubt = afterRefusal(memo.doubt, 'misconfigured', memo.begunAt, means, drive.now())
  if (doubt === 'end') return { ...driven, to: 'refused' }
  const after = await driveEffect(
    { ...drive, tries: drive.tries + attempts.length },
    { ...memo, doubt },
    true,
  )
  const known = after.to === 'park' ? { ...after, outcome: after.outcome ?? outcome } : after
  return { ...known, attempts: [...attempts, ...after.attempts] }
}

/** An unknown is asked about at once: an early yes ends the doubt, an early no only waits. */
function canLookNow(drive: Drive, memo: EffectMemo, means: Means): boolean {
  const move = nextMove(memo.doubt, memo.begunAt, means, drive.now())
  return move.do === 'look' || move.do === 'park'
}

function fateOf(outcome: Outcome) {
  switch (outcome.is) {
    case 'absent':
    case 'refused':
      return { to: outcome.is, outcome } as const
    case 'misconfigured':
      return { to: 'misconfigured', outcome } as const
    case 'exists':
      return { to: 'refused', outcome } as const
    case 'accepted':
    case 'throttled':
    case 'unreachable':
    case 'unknown':
      return { to: 'again', outcome, waitMs: outcome.wait } as const
    default:
      return outcome.is satisfies never
  }
}

async function currentCall(drive: Drive, memo: EffectMemo) {
  if (memo.call) return { memo, call: memo.call }
  let next: Next
  try {
    next = drive.connection.next(memo.progress)
  } catch (error) {
    if (!isHubError(error) || error.kind === 'defect') throw error
    return { to: 'park' as const, because: 'binding', outcome: failure(error.code, error.message) }
  }
  if (next.next === 'done')
    return { to: 'accepted' as const, id: next.id, keep: next.keep, answer: next.answer }
  const planned = { ...memo, call: next.call }
  try {
    return (await drive.save(planned)) ? { memo: planned, call: next.call } : { to: 'lost' as const }
  } catch (error) {
    if (!passes(error)) throw error
    // Nothing of it was sent. What the steps before it came to goes into the settlement, which is patient.
    return { to: 'more' as const }
  }
}

const failure = (code: Outcome['code'], detail: string): Outcome => ({
  is: 'misconfigured',
  code,
  detail,
  status: undefined,
  answer: undefined,
  wait: undefined,
  id: undefined,
  keep: undefined,
  tookMs: 0,
})

async function look(
  drive: Drive,
  memo: EffectMemo,
): Promise<{ memo: EffectMemo; found: (LookupResult & { found: 'one' }) | undefined }> {
  const result = await drive.connection.lookup(memo.progress.resource, memo.progress)
  const now = drive.now()
  if (result.found === 'one') return { memo, found: result }
  if (result.found === 'unsure') {
    const patience = Math.min(UNSURE_LONGEST_MS, (now - memo.begunAt) * UNSURE_SHARE)
    const wait = result.outcome.wait ?? Math.max(UNSURE_WAIT_MS, patience)
    return {
      memo: { ...memo, doubt: afterUnsure(memo.doubt, wait, now) },
      found: undefined,
    }
  }
  const lookup = drive.ability.lookup ?? { afterMs: 0 }
  return { memo: { ...memo, doubt: afterMiss(memo.doubt, lookup, now) }, found: undefined }
}

function attemptOf(
  drive: Drive,
  memo: EffectMemo,
  step: string,
  index: number,
  at: number,
  outcome: Outcome,
): AttemptRow {
  return {
    tenant: drive.tenant,
    delivery: drive.delivery,
    n: memo.n,
    try: drive.tries + index + 1,
    step,
    at,
    took_ms: Math.round(outcome.tookMs),
    outcome: outcome.is,
    code: outcome.code ?? null,
    status: outcome.status ?? null,
    detail: outcome.detail.slice(0, 2000),
  }
}

/** The object an answer carries, for mappings that read it. */
export function asObject(value: Json | undefined): JsonObject | undefined {
  return isObject(value) ? (value as JsonObject) : undefined
}
