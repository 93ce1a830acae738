/** Turns the ends of work into settlements: pure bookkeeping over row, memo and outcome. */
import type { Outcome } from '../../connector/types.js'
import { newId } from '../../kernel/ids.js'
import { type JsonObject, sameJson } from '../../kernel/json.js'
import type { Claimed } from '../../ledger/claim-due.js'
import type { KeptLink } from '../../ledger/keep-links.js'
import type { SettledRow } from '../../ledger/settle-deliveries.js'
import type { TenantConfig } from '../config/types.js'
import { afterEnd, type End } from '../effect/row.js'
import type { Parts } from '../parts.js'
import { acceptedInputs } from './answers.js'
import type { Driven } from './drive-effect.js'
import { type EffectMemo, sealEffect } from './effect-memo.js'
import { isHalfMade, leftBehind, marked } from './half-made.js'
import { replaceMark, viewFor } from './prepare.js'
import { retryAt, triesAreOver } from './retry.js'
import type { Settlement } from './settle.js'
import { WITHIN } from './within.js'
import type { Work } from './work.js'

const nothing = {
  step: undefined,
  effect: undefined,
  attempts: [],
  link: undefined,
  made: false,
  unlink: undefined,
  waits: [],
  inputs: [],
  answers: [],
  ended: undefined,
} as const

/** The row as it stands, to be changed where its work changed it. Rests: wanted beyond what we saw means due again. */
export function settledRow(parts: Parts, row: Claimed, change: Partial<SettledRow>): SettledRow {
  return {
    tenant: row.tenant,
    id: row.id,
    claim: row.claim,
    state: 'delivered',
    because: null,
    done: row.done,
    external_id: row.external_id,
    due_at: null,
    open: row.open,
    tries: row.tries,
    fingerprint: row.fingerprint,
    sent: row.sent,
    keep: row.keep,
    last_error: row.last_error,
    updated_at: parts.clock.now(),
    wants: row.wants,
    above: null,
    ...change,
  }
}

export function settlement(
  config: TenantConfig,
  row: SettledRow,
  more: Partial<Settlement> = {},
): Settlement {
  return { ...nothing, config, row, ...more }
}

export const errorOf = (
  outcome: Pick<Outcome, 'is' | 'code' | 'detail' | 'status'>,
  at: number,
): JsonObject => ({
  outcome: outcome.is,
  code: outcome.code ?? null,
  detail: outcome.detail,
  status: outcome.status ?? null,
  at: new Date(at).toISOString(),
})

export function settleDriven(work: Work, driven: Driven, jitter: number): Settlement {
  const { parts, config, row } = work
  const now = parts.clock.now()
  const { attempts } = driven
  const memo = excused(driven)
  const effect = (state: string, ended: boolean): Settlement['effect'] => ({
    tenant: row.tenant,
    delivery: row.id,
    n: memo.n,
    state,
    doubt: { ...memo.doubt },
    progress: ended ? null : sealEffect(parts.sealer, row.tenant, row.id, memo),
    ended_at: ended ? now : null,
  })
  const tries = row.tries + attempts.length
  const open = (state: string, because: string, dueAt: number | null, outcome: Outcome | undefined) =>
    settlement(
      config,
      settledRow(parts, row, {
        state,
        because,
        due_at: dueAt,
        open: true,

        tries,
        fingerprint: null,
        last_error: outcome ? errorOf(outcome, now) : row.last_error,
      }),
      {
        effect: effect('open', false),
        attempts,
        unlink: lostThing(work, undefined, undefined),
      },
    )
  const schedule = config.connections.get(row.connection)?.connection.retryMs
  const counted = tries - (memo.excused ?? 0)
  const age = now - memo.begunAt
  switch (driven.to) {
    case 'later':
      return triesAreOver(age, 0)
        ? open('parked', memo.doubt.know === 'exists' ? 'exists' : 'unknown', null, undefined)
        : open('unknown', 'look-up', driven.at, undefined)
    case 'more': {
      const sure = memo.doubt.know === 'nothing-left'
      return open(sure ? 'waiting' : 'unknown', sure ? 'due' : 'look-up', now, undefined)
    }
    case 'again': {
      const sure = memo.doubt.know === 'nothing-left'
      const state = sure ? 'waiting' : 'unknown'
      const late = triesAreOver(age, counted, schedule)
      if (late && sure) return giveUp(work, driven, effect)
      if (late) return open('parked', 'unknown', null, driven.outcome)
      // Throttled costs no attempt: their word, not our failure.
      const growing = driven.outcome?.is === 'throttled' ? row.tries : tries
      const due = retryAt(now, schedule ? counted : growing, driven.waitMs, jitter, schedule)
      return open(state, 'retry', due, driven.outcome)
    }
    case 'park':
      return open('parked', driven.because, null, driven.outcome)
    case 'misconfigured':
      return open('waiting', 'paused', now, driven.outcome)
    case 'lost':
      return settlement(config, settledRow(parts, row, { claim: 'lost' }), { attempts })
    case 'accepted':
    case 'adopted':
    case 'absent':
    case 'refused':
      return settleEnd(work, driven, effect)
    default:
      return driven satisfies never
  }
}

/** A try that ended with a time to come back at is none of a schedule's: theirs, or our own limit. */
function excused({ memo, ...driven }: Driven): EffectMemo {
  const named = driven.to === 'again' && driven.outcome?.is === 'throttled' && driven.waitMs !== undefined
  return named ? { ...memo, excused: (memo.excused ?? 0) + 1 } : memo
}

/**
 * Not reached within the window, and nothing of it can have happened: the effect is dropped, and a change of the
 * record or a redrive begins anew. What had begun with earlier steps, or may begin only once, goes on by redrive.
 */
function giveUp(
  work: Work,
  { memo, attempts, outcome }: Driven & { readonly to: 'again' },
  effect: (state: string, ended: boolean) => Settlement['effect'],
): Settlement {
  const { parts, config, flow, row } = work
  const keeps = flow.once !== undefined || Object.keys(memo.progress.steps).length > 0
  return settlement(
    config,
    settledRow(parts, row, {
      state: 'parked',
      because: 'not reached',
      open: keeps,
      tries: keeps ? row.tries + attempts.length : 0,
      above: keeps ? null : memo.wanted,
      fingerprint: null,
      last_error: outcome ? errorOf(outcome, parts.clock.now()) : row.last_error,
    }),
    {
      effect: keeps ? effect('open', false) : effect('dropped', true),
      attempts,
      unlink: lostThing(work, undefined, undefined),
      ended:
        !keeps && memo.progress.verb === 'create'
          ? { connection: flow.connection, resource: flow.resource }
          : undefined,
    },
  )
}

function settleEnd(
  work: Work,
  driven: Driven & { readonly to: 'accepted' | 'adopted' | 'absent' | 'refused' },
  effect: (state: string, ended: boolean) => Settlement['effect'],
): Settlement {
  const { parts, config, flow, row } = work
  const { memo } = driven
  const now = parts.clock.now()
  const left = leftBehind(driven)
  const end: End =
    driven.to === 'accepted'
      ? { end: 'accepted', id: driven.id ?? row.external_id ?? undefined }
      : driven.to === 'adopted'
        ? { end: 'adopted', id: driven.id }
        : { end: driven.to, made: left?.id }
  const after = afterEnd(
    {
      wanted: row.wanted,
      done: row.done,
      externalId: row.external_id ?? undefined,
      fingerprint: undefined,
      half: isHalfMade(row.keep),
    },
    {
      verb: memo.progress.verb,
      wanted: memo.wanted,
      fingerprint: memo.fingerprint,
      replacing: memo.replacing,
    },
    end,
    flow.ifGone,
  )
  const outcome = 'outcome' in driven ? driven.outcome : undefined
  const whole = (driven.to === 'accepted' || driven.to === 'adopted') && memo.progress.verb !== 'delete'
  const made = whole || left !== undefined
  const withinKeep = memo.within === undefined ? {} : { [WITHIN]: memo.within }
  const taken = 'keep' in driven ? driven.keep : left?.keep
  const keep = marked(
    made ? { ...row.keep, ...taken, ...replaceKeep(work), ...withinKeep } : { ...row.keep },
    after.half,
  )
  const id = after.externalId
  const settled = settledRow(parts, row, {
    state: after.state,
    because: after.because ?? null,
    done: after.done,
    external_id: id ?? null,
    open: false,
    tries: 0,
    fingerprint: after.fingerprint ?? null,
    sent:
      (whole && driven.to === 'accepted') || left !== undefined
        ? parts.sealer.seal(
            Buffer.from(JSON.stringify(memo.progress.body)),
            `${row.tenant}/deliveries/${row.id}`,
          )
        : row.sent,
    keep: Object.keys(keep).length > 0 ? keep : null,
    last_error: outcome ? errorOf(outcome, now) : null,
    above: after.state === 'dead' ? row.wanted : after.state === 'parked' ? null : after.done,
  })
  const brought = whole ? acceptedInputs(work, driven, id) : { inputs: [], answers: [] }
  return settlement(config, settled, {
    effect: effect(left ? 'half-made' : driven.to === 'adopted' ? 'exists' : driven.to, true),
    attempts: driven.attempts,
    link: made && id !== undefined ? linkToKeep(work, id, settled.keep) : undefined,
    made: made && id !== undefined && id !== row.external_id,
    unlink: lostThing(work, after.unlink, id),
    inputs: brought.inputs,
    answers: brought.answers,
    ended:
      memo.progress.verb === 'create' ? { connection: flow.connection, resource: flow.resource } : undefined,
  })
}

/** Undefined where it stands like that already: most calls update a thing, and its link stays as it is. */
function linkToKeep(
  { parts, flow, row, loaded }: Work,
  id: string,
  keep: JsonObject | null,
): KeptLink | undefined {
  // Begun before its record was merged, and brought to its end since.
  const record = loaded.survivors.get(row.record) ?? row.record
  const stands = loaded.links
    .get(record)
    ?.some(
      link =>
        link.external_id === id &&
        link.connection === flow.connection &&
        link.resource === flow.resource &&
        link.kind === flow.kind &&
        link.state === 'active' &&
        link.delivery === row.id &&
        sameJson(link.keep, keep),
    )
  if (stands) return undefined
  return {
    tenant: row.tenant,
    id: newId('link', parts.clock),
    connection: flow.connection,
    resource: flow.resource,
    external_id: id,
    kind: flow.kind,
    record,
    delivery: row.id,
    keep,
    created_at: parts.clock.now(),
  }
}

/**
 * The link of the thing that is no longer there after this, if any. What died with the thing it was inside of is gone
 * whatever comes of its successor: the row forgets it with this settlement, so nobody would know of it later.
 */
export function lostThing(
  { flow, row, orphan }: Work,
  unlink: 'retired' | 'gone' | undefined,
  id: string | undefined,
): Settlement['unlink'] {
  const { connection, resource, kind } = flow
  if (unlink && row.external_id !== null)
    return { connection, resource, kind, externalId: row.external_id, as: unlink }
  return orphan === undefined || id === orphan
    ? undefined
    : { connection, resource, kind, externalId: orphan, as: 'gone' }
}

function replaceKeep(work: Work): JsonObject {
  const view = work.flow.replaceWhen.length > 0 ? viewFor(work.row, work.loaded) : undefined
  return view ? { replace: replaceMark(work.flow, view) } : {}
}
