/**
 * A person answers what the hub could not find out: the call in doubt is done, or is to be sent again. The answer
 * becomes knowledge of the effect, and the row goes on by the same road as if the vendor had said it.
 */
import { HubError } from '../kernel/errors.js'
import type { Json } from '../kernel/json.js'
import { openEffects, saveProgress } from '../ledger/begin-effects.js'
import type { Tx } from '../ledger/engine/types.js'
import { decideDelivery, lockDelivery } from '../ledger/operate-deliveries.js'
import type { DeliveryRow } from '../ledger/schema.js'
import { takeChangeNumbers } from '../ledger/write-fold.js'
import { type EffectMemo, openEffect, sealEffect } from './deliver/effect-memo.js'
import { SURE } from './effect/doubt.js'
import type { Parts } from './parts.js'
import type { Bell } from './ring.js'

export interface Release {
  /** done = it arrived; again = it did not, the same bytes go out once more. */
  readonly as: 'done' | 'again'
  /** The id of what was made over there. */
  readonly externalId: string | undefined
}

/** Parked because the vendor lost the thing: `again` makes it anew, `done` leaves it so. */
const GONE = 'gone at the vendor'

/**
 * @throws HubError `PIPELINE_DELIVERY_UNKNOWN`, `PIPELINE_DELIVERY_BUSY`, `PIPELINE_EFFECT_CERTAIN` (nothing is in
 *   doubt), `PIPELINE_RELEASE_ID_MISSING` (the thing must be found again later)
 */
export async function releaseDelivery(
  { parts, bell }: { readonly parts: Parts; readonly bell: Bell },
  tenant: string,
  id: string,
  release: Release,
): Promise<void> {
  const now = parts.clock.now()
  const connection = await parts.ledger.transaction(async tx => {
    const row = await lockDelivery(tx, tenant, id)
    if (!row) throw new HubError('PIPELINE_DELIVERY_UNKNOWN', { detail: `there is no delivery ${id}` })
    if (row.claim !== null) throw new HubError('PIPELINE_DELIVERY_BUSY', { detail: `${id} is at work` })
    const due = row.open
      ? await releaseEffect(tx, parts, row, release)
      : await releaseGone(tx, row, release, now)
    return due ? row.connection : undefined
  })
  if (connection !== undefined) bell.ring(tenant, [{ id, connection, due_at: now }])
  parts.log.info({ tenant, delivery: id, as: release.as }, 'delivery.released')
}

async function releaseGone(tx: Tx, row: DeliveryRow, { as }: Release, now: number): Promise<boolean> {
  if (row.state !== 'parked' || row.because !== GONE)
    throw new HubError('PIPELINE_EFFECT_CERTAIN', { detail: `${row.id} is ${row.state}` })
  const again = as === 'again'
  await decideDelivery(
    tx,
    {
      ...row,
      state: again ? 'waiting' : 'cancelled',
      because: again ? 'due' : GONE,
      due_at: again ? now : null,
      done: again ? row.done : row.wanted,
    },
    now,
  )
  return again
}

async function releaseEffect(tx: Tx, parts: Parts, row: DeliveryRow, release: Release): Promise<boolean> {
  const [effect] = await openEffects(tx, row.tenant, [row.id])
  if (!effect) throw new HubError('PIPELINE_EFFECT_CERTAIN', { detail: `${row.id} has no effect under way` })
  const memo = openEffect(parts.sealer, effect)
  if (memo.doubt.know === 'nothing-left' || !memo.call)
    throw new HubError('PIPELINE_EFFECT_CERTAIN', { detail: `effect ${memo.n} of ${row.id} is not in doubt` })
  const answered =
    release.as === 'again' ? { ...memo, doubt: SURE } : finished(parts, row, memo, release.externalId)
  await saveProgress(tx, [
    {
      tenant: row.tenant,
      delivery: row.id,
      n: memo.n,
      progress: sealEffect(parts.sealer, row.tenant, row.id, answered),
      doubt: { ...answered.doubt },
      claim: row.claim,
    },
  ])
  const now = parts.clock.now()
  // Adopted, not made: what it holds is not known, so the record's state goes out once more after this end.
  const [wanted = row.wanted] =
    release.as === 'done' && memo.doubt.know === 'exists' ? await takeChangeNumbers(tx, 1) : []
  await decideDelivery(tx, { ...row, state: 'waiting', because: 'due', due_at: now, wanted }, now)
  return true
}

/** The step in doubt counts as answered; the effect goes on to its next step, or to its end. */
function finished(
  parts: Parts,
  row: DeliveryRow,
  memo: EffectMemo,
  externalId: string | undefined,
): EffectMemo {
  const step = memo.call?.step ?? ''
  const ability = parts.config(row.tenant).connections.get(row.connection)?.connection.resource(row.resource)
  const needsId =
    memo.progress.verb === 'create' && ability?.verbs.some(verb => verb === 'update' || verb === 'delete')
  if (needsId && externalId === undefined && !Object.values(memo.progress.steps).some(hasId))
    throw new HubError('PIPELINE_RELEASE_ID_MISSING', {
      detail: `${row.connection}.${row.resource} is changed by its id later`,
    })
  const answer: Json = { status: null, body: null, id: externalId ?? null, keep: null }
  return {
    ...memo,
    doubt: SURE,
    call: undefined,
    fingerprint: memo.doubt.know === 'exists' ? undefined : memo.fingerprint,
    progress: { ...memo.progress, steps: { ...memo.progress.steps, [step]: answer } },
  }
}

const hasId = (answer: Json) =>
  typeof answer === 'object' && answer !== null && 'id' in answer && typeof answer.id === 'string'
