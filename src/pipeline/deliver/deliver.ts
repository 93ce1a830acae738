/**
 * DELIVER: claimed rows brought to their next rest. Each row is a straight line of code; what touches the ledger
 * goes through batchers, so hundreds of rows share their commits.
 */
import { randomUUID } from 'node:crypto'
import type { OutcomeKind } from '../../connector/types.js'
import { createBatcher } from '../../kernel/batcher.js'
import { type HubError, isHubError } from '../../kernel/errors.js'
import { beginEffects, type SavedProgress, saveProgress } from '../../ledger/begin-effects.js'
import { type Claimed, claimDue } from '../../ledger/claim-due.js'
import { moveDeliveries } from '../../ledger/flows.js'
import type { EffectRow } from '../../ledger/schema.js'
import type { TenantConfig, VendorFlow } from '../config/types.js'
import { afterLostLease, SURE } from '../effect/doubt.js'
import { withRaces } from '../fold/run-fold.js'
import type { Parts } from '../parts.js'
import { adopt } from './adopt.js'
import { againUntil, passes } from './again.js'
import { settleDefect } from './defect.js'
import { deliverToHub } from './deliver-to-hub.js'
import { type Drive, driveEffect, driveForbidden } from './drive-effect.js'
import { type EffectMemo, openEffect, sealEffect, tokenOf } from './effect-memo.js'
import { leaseMs } from './lease.js'
import { linkedRow } from './linked-row.js'
import { type LoadedRows, loadRows } from './load-rows.js'
import { pauseConnection } from './pause.js'
import { type Prepared, prepare } from './prepare.js'
import { connectionOf, filled, progressOf } from './progress.js'
import { restingRow } from './resting-row.js'
import { type Settlement, type SettleResult, settleBatch } from './settle.js'
import { lostThing, settleDriven, settledRow, settlement } from './settlement.js'
import { withoutThing } from './within.js'
import type { Work } from './work.js'

const UNANSWERED: ReadonlySet<OutcomeKind> = new Set(['unreachable', 'unknown', 'throttled'])
/** Rows in one settling transaction; more only makes the first wait for the last. */
const MOST = 256

export interface Deliverer {
  /**
   * Claims what is due of these and works on it. Resolves when all of it rests.
   * @param connection whose rows these are
   * @param rested told of rows as they come to rest, and of those that were not ours to work on
   */
  deliver(
    tenant: string,
    connection: string,
    ids: readonly string[],
    rested: (rows: number) => void,
  ): Promise<void>
}

export interface DelivererOptions {
  readonly parts: Parts
  /** After each commit: rows due again, messages released. */
  readonly onSettled: (result: SettleResult) => void
}

export function createDeliverer({ parts, onSettled }: DelivererOptions): Deliverer {
  const { ledger } = parts
  const halve = (error: unknown) => !(isHubError(error) && error.kind === 'unreachable')
  const begins = createBatcher<EffectRow & { claim: string }, boolean>({
    most: MOST,
    halve,
    flush: async rows => {
      const ours = await beginEffects(ledger, rows)
      return rows.map(row => ours.has(row.delivery))
    },
  })
  const saves = createBatcher<SavedProgress, boolean>({
    most: MOST,
    halve,
    flush: async rows => {
      const ours = await saveProgress(ledger, rows)
      return rows.map(row => ours.has(row.delivery))
    },
  })
  const settles = createBatcher<Settlement, undefined>({
    most: MOST,
    halve,
    flush: async batch => {
      for (const result of await withRaces(ledger, tx => settleBatch(tx, parts, batch))) onSettled(result)
      return batch.map(() => undefined)
    },
  })

  async function deliver(
    tenant: string,
    connection: string,
    ids: readonly string[],
    rested: (rows: number) => void,
  ): Promise<void> {
    const config = parts.config(tenant)
    const paused = [...parts.paused].flatMap(name =>
      name.startsWith(`${tenant}/`) ? [name.slice(tenant.length + 1)] : [],
    )
    const rows = await claimDue(ledger, tenant, ids, {
      claim: randomUUID(),
      now: parts.clock.now(),
      leaseMs: leaseMs(config, connection),
      paused,
    })
    if (rows.length < ids.length) rested(ids.length - rows.length)
    if (rows.length === 0) return
    // Their calls go out in this order where the vendor takes few at once.
    rows.sort((a, b) => a.wanted - b.wanted)
    await workOnAll(config, rows, rested)
  }

  /** A batch that cannot be loaded is halved until the row that is to blame stands alone. */
  async function workOnAll(
    config: TenantConfig,
    rows: readonly Claimed[],
    rested: (rows: number) => void,
  ): Promise<void> {
    let loaded: LoadedRows
    try {
      loaded = await loadRows(parts, config, rows)
    } catch (error) {
      if (passes(error)) throw error
      if (rows.length > 1) {
        const middle = rows.length >> 1
        await workOnAll(config, rows.slice(0, middle), rested)
        return workOnAll(config, rows.slice(middle), rested)
      }
      for (const row of rows) await settleDefect(parts, row, error)
      return rested(rows.length)
    }
    await Promise.all(rows.map(row => guarded(config, row, loaded).finally(() => rested(1))))
  }

  async function guarded(config: TenantConfig, row: Claimed, loaded: LoadedRows): Promise<void> {
    try {
      const settled = await workOn(config, row, loaded)
      const step = row.change === null ? undefined : { flow: row.flow, record: row.record }
      const until = row.lease_until ?? 0
      await againUntil(parts.clock, until, () => settles.add({ ...settled, step }))
    } catch (error) {
      await settleDefect(parts, row, error)
    }
  }

  async function workOn(config: TenantConfig, claimed: Claimed, loaded: LoadedRows): Promise<Settlement> {
    const flow = config.outbound.get(claimed.flow)
    if (!flow)
      return settlement(
        config,
        settledRow(parts, claimed, {
          state: claimed.open ? 'parked' : 'cancelled',
          because: 'the flow is gone',
        }),
      )
    if (flow.to === 'hub') return deliverToHub(parts, config, flow, claimed, loaded)
    if (claimed.open) return resumeWhereBegun({ parts, config, flow, row: claimed, loaded })
    const row = linkedRow(flow, await moved(flow, claimed), loaded)
    const work: Work = { parts, config, flow, row, loaded }
    const now = parts.clock.now()
    const prepared = prepare(config, flow, row, loaded, now)
    if (prepared.do === 'begin') return begin(work, prepared)
    if (prepared.do === 'adopt') return adopt(work, prepared.body)
    return settlement(config, restingRow(parts, row, prepared, now), {
      waits: prepared.do === 'link' ? prepared.waits : [],
    })
  }

  /** The flow may lead elsewhere by now: what was begun ends where it began. */
  async function resumeWhereBegun(work: Work): Promise<Settlement> {
    const { config, row } = work
    if (!config.connections.has(row.connection))
      return settlement(config, settledRow(parts, row, { state: 'parked', because: 'the flow is gone' }))
    return resume({ ...work, flow: { ...work.flow, connection: row.connection, resource: row.resource } })
  }

  async function moved(flow: VendorFlow, row: Claimed): Promise<Claimed> {
    if (row.connection === flow.connection && row.resource === flow.resource) return row
    await moveDeliveries(ledger, row.tenant, flow, row.id)
    const { connection, resource } = flow
    return { ...row, connection, resource, external_id: null, fingerprint: null, sent: null, keep: null }
  }

  async function resume(work: Work): Promise<Settlement> {
    const stored = work.loaded.effects.get(work.row.id)
    if (!stored)
      return settlement(
        work.config,
        settledRow(parts, work.row, {
          state: 'waiting',
          because: 'due',
          open: false,
          due_at: parts.clock.now(),
        }),
      )
    const memo = filled(work, openEffect(parts.sealer, stored))
    const { external_id: id } = work.row
    return drive(
      memo.progress.verb === 'create' && id !== null ? bereft(work, id) : work,
      work.row.lost ? { ...memo, doubt: afterLostLease(memo.doubt, parts.clock.now()) } : memo,
    )
  }

  async function begin(known: Work, prepared: Prepared & { readonly do: 'begin' }): Promise<Settlement> {
    const work = prepared.orphan === undefined ? known : bereft(known, prepared.orphan)
    const { row, config } = work
    const now = parts.clock.now()
    const n = row.effect + 1
    const token = tokenOf(parts.sealer, parts.instance, row.tenant, row.id, n)
    const bare: EffectMemo = {
      n,
      wanted: row.wanted,
      begunAt: now,
      config: config.hash,
      progress: progressOf(work, prepared, token),
      call: undefined,
      fingerprint: prepared.fingerprint,
      replacing: prepared.replacing,
      within: prepared.within,
      doubt: SURE,
    }
    const first = firstCall(work, bare)
    // Nothing has begun: the row is free to be judged anew when the record or the mapping is mended.
    if ('error' in first)
      return settlement(
        config,
        restingRow(parts, row, { do: 'park', error: first.error, wants: prepared.wants }, now),
        { unlink: lostThing(work, undefined, undefined) },
      )
    const memo = { ...bare, call: first.call }
    const ours = await begins.add({
      tenant: row.tenant,
      delivery: row.id,
      n,
      verb: prepared.decision.verb,
      wanted: row.wanted,
      token,
      progress: sealEffect(parts.sealer, row.tenant, row.id, memo),
      doubt: { ...memo.doubt },
      state: 'open',
      config: config.hash,
      begun_at: now,
      ended_at: null,
      claim: row.claim ?? '',
    })
    const begun = { ...work, row: { ...row, effect: n, open: true, wants: prepared.wants } }
    // Somebody else has the row by now: nothing was sent, and their settle will decide. Ours writes to no row.
    if (!ours) return settlement(config, settledRow(parts, begun.row, { claim: 'lost' }))
    return drive(begun, memo)
  }

  /** The first call is written down with the effect. */
  function firstCall(work: Work, memo: EffectMemo): { call: EffectMemo['call'] } | { error: HubError } {
    try {
      const next = connectionOf(work.config, work.flow).connection.next(memo.progress)
      return { call: next.next === 'call' ? next.call : undefined }
    } catch (error) {
      if (!isHubError(error) || error.kind === 'defect') throw error
      return { error }
    }
  }

  async function drive(work: Work, memo: EffectMemo): Promise<Settlement> {
    const { row, config, flow } = work
    const { connection } = connectionOf(config, flow)
    const ability = connection.resource(flow.resource)
    if (!ability)
      return settlement(config, settledRow(parts, row, { state: 'parked', because: 'the resource is gone' }))
    const means: Drive = {
      tenant: row.tenant,
      delivery: row.id,
      tries: row.tries,
      connection,
      ability,
      now: () => parts.clock.now(),
      until: row.lease_until ?? Number.POSITIVE_INFINITY,
      save: changed =>
        saves.add({
          tenant: row.tenant,
          delivery: row.id,
          n: changed.n,
          progress: sealEffect(parts.sealer, row.tenant, row.id, changed),
          doubt: { ...changed.doubt },
          claim: row.claim,
        }),
    }
    const driven = await driveEffect(means, memo)
    for (const attempt of driven.attempts) {
      parts.attempts?.add(flow.connection, attempt.outcome)
      parts.log.info(
        {
          delivery: row.id,
          flow: row.flow,
          connection: flow.connection,
          verb: memo.progress.verb,
          step: attempt.step,
          outcome: attempt.outcome,
          code: attempt.code,
          status: attempt.status,
          took_ms: attempt.took_ms,
        },
        'delivery.attempted',
      )
    }
    if (driven.to === 'misconfigured') {
      // 401/403: the whole connection, or this thing alone? Its own check tells.
      const check = await connection.check()
      if (check.is === 'accepted')
        return settleDriven(work, await driveForbidden(means, driven), Math.random())
      // A check that got no answer says nothing about the credentials.
      if (UNANSWERED.has(check.is))
        return settleDriven(work, { ...driven, to: 'again', waitMs: check.wait }, Math.random())
      await pauseConnection(parts, row.tenant, flow.connection, check.detail)
    }
    return settleDriven(work, driven, Math.random())
  }

  return { deliver }
}

const bereft = (work: Work, orphan: string): Work => ({ ...work, row: withoutThing(work.row), orphan })
