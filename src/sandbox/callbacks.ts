/**
 * Callbacks as a vendor sends them: real HTTP to one address, signed per attempt, retried on the vendor's own
 * schedule. In order per thing unless told otherwise; faults double, delay, lose, reorder or forge them.
 */
import { setMaxListeners } from 'node:events'
import { Agent, request } from 'undici'
import type { Json } from '../kernel/json.js'
import type { Faults, Forgery } from './misbehaviour.js'

export interface CallbackDraft {
  readonly id: string
  readonly event: string
  /** The thing it is about; callbacks about one thing go out one after the other. */
  readonly key: string
  readonly body: Json
  readonly at: number
}
export interface CallbackWire {
  readonly body: string
  readonly headers: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, string>>
}
export interface CallbackAnswer {
  readonly status: number
  readonly body: string
  readonly tookMs: number
}

/** How a vendor calls back. */
export interface CallbackScheme {
  /** Milliseconds from one try to the next; after the last the vendor gives up. */
  readonly schedule: readonly number[]
  /** How long the vendor waits for an answer, ms. */
  readonly timeout: number
  /**
   * The exact bytes of one attempt.
   * @param how `at`: ms since the epoch to sign with (already an hour back when forged old); `forge`: leave the
   * signature out (`missing`) or make it with another secret (`wrong`)
   */
  encode(
    draft: CallbackDraft,
    how: { readonly at: number; readonly forge: Forgery | undefined },
  ): CallbackWire
  /** Whether the answer counts as taken; default any 2xx. */
  accepted?(answer: CallbackAnswer, draft: CallbackDraft): boolean
}

export interface CallbackAttempt {
  readonly at: number
  /** 0: no answer. */
  readonly status: number
  readonly tookMs: number
}
export interface CallbackRecord extends CallbackDraft {
  state: 'queued' | 'delivered' | 'retrying' | 'failed' | 'lost' | 'no_target'
  attempts: CallbackAttempt[]
  /** When the next try is due, ms since the epoch. */
  dueAt: number | null
}
export interface CallbackState {
  target: string | null
  records: CallbackRecord[]
}

export interface Callbacks {
  /** Where callbacks go; null = nowhere yet, they are noted as `no_target`. */
  target(url: string | null): void
  /** Keeps it as queued: after a kill it goes out at the next start. */
  enqueue(draft: CallbackDraft): CallbackRecord
  /** Lets a queued one go. Resolves when the first try is over. Never rejects. */
  send(record: CallbackRecord): Promise<void>
  /** Sends one again as the vendor's console would, with its old id. */
  resend(id: string): Promise<void>
  readonly records: readonly CallbackRecord[]
  /** Resolves when nothing is on its way or waiting for a retry. */
  idle(): Promise<void>
  close(): Promise<void>
}

export interface CallbackOptions {
  readonly scheme: CallbackScheme
  readonly state: CallbackState
  readonly faults: Faults
  readonly now: () => number
  /** Multiplies the schedule; tests use 0.001. */
  readonly scale: number
  readonly changed: () => void
  /** Told when the scheme itself fails: a bug of the simulator. */
  readonly broke: (text: string) => void
}

const HOUR = 3_600_000
/** Ended records beyond this are forgotten, oldest first. */
const RECORDS_KEPT = 2000
const REORDER_WITHIN = 2000
/** A repeat is an attempt of its own: where attempts are signed with their second, it has another one. */
const NEXT_SECOND = 1000

export function createCallbacks(options: CallbackOptions): Callbacks {
  const { scheme, state, faults, now, changed } = options
  const agent = new Agent({ connections: 16, keepAliveTimeout: 5000 })
  const stop = new AbortController()
  setMaxListeners(0, stop.signal)
  const lanes = new Map<string, Promise<void>>()
  const timers = new Set<NodeJS.Timeout>()
  const held: (() => void)[] = []
  let busy = 0
  const idleWaiters: (() => void)[] = []

  function enter() {
    busy++
  }
  function leave() {
    busy--
    if (busy > 0) return
    for (const waiter of idleWaiters.splice(0)) waiter()
  }
  /** @returns a function that brings it forward to now */
  function later(ms: number, run: () => void): () => void {
    enter()
    const fire = () => {
      if (!timers.delete(timer)) return
      clearTimeout(timer)
      run()
      leave()
    }
    const timer = setTimeout(fire, ms)
    timers.add(timer)
    return fire
  }

  async function post(
    draft: CallbackDraft,
    forge: Forgery | undefined,
    aheadMs: number,
  ): Promise<CallbackAttempt & { ok: boolean }> {
    const at = now() + aheadMs
    const begun = performance.now()
    const took = () => Math.round(performance.now() - begun)
    const wire = scheme.encode(draft, { at: forge === 'old' ? at - HOUR : at, forge })
    const url = new URL(state.target ?? '')
    for (const [name, value] of Object.entries(wire.query ?? {})) url.searchParams.set(name, value)
    try {
      const answer = await request(url, {
        method: 'POST',
        body: wire.body,
        headers: { 'content-type': 'application/json; charset=utf-8', ...wire.headers },
        dispatcher: agent,
        signal: AbortSignal.any([stop.signal, AbortSignal.timeout(scheme.timeout)]),
      })
      const body = await answer.body.text()
      const seen = { status: answer.statusCode, body, tookMs: took() }
      const ok = scheme.accepted?.(seen, draft) ?? (seen.status >= 200 && seen.status < 300)
      return { at, status: seen.status, tookMs: seen.tookMs, ok }
    } catch {
      // A vendor sees only that no answer came; why is the network's business.
      return { at, status: 0, tookMs: took(), ok: false }
    }
  }

  async function attempt(record: CallbackRecord, forge?: Forgery, aheadMs = 0): Promise<void> {
    if (stop.signal.aborted) return
    if (state.target === null) {
      record.state = 'no_target'
      return changed()
    }
    enter()
    const result = await post(record, forge, aheadMs).catch((error: unknown) => {
      options.broke(`callback ${record.event}: ${String(error)}`)
      return undefined
    })
    if (result === undefined) record.state = 'failed'
    else if (!stop.signal.aborted) {
      const { ok, ...seen } = result
      record.attempts.push(seen)
      const wait = scheme.schedule[record.attempts.length - 1]
      if (ok) record.state = 'delivered'
      else if (forge !== undefined || wait === undefined) record.state = 'failed'
      else record.state = 'retrying'
      record.dueAt = null
      if (record.state === 'retrying' && wait !== undefined) schedule(record, wait * options.scale)
      changed()
      for (const release of held.splice(0)) release()
    }
    leave()
  }
  function schedule(record: CallbackRecord, ms: number) {
    record.dueAt = now() + ms
    later(ms, () => void attempt(record))
  }

  async function deliver(record: CallbackRecord): Promise<void> {
    const fault = faults.takeForCallback(record.event)
    if (fault === undefined) return attempt(record)
    switch (fault.kind) {
      case 'lose':
        record.state = 'lost'
        return changed()
      case 'double':
        await attempt(record)
        return attempt(record, undefined, NEXT_SECOND)
      case 'delay':
        return schedule(record, fault.ms)
      case 'forge':
        return attempt(record, fault.how)
      case 'reorder':
        held.push(later(fault.within ?? REORDER_WITHIN, () => void attempt(record)))
        return
      default:
        throw new Error(`no such fault: ${(fault satisfies never as { kind: string }).kind}`)
    }
  }

  for (const record of state.records) {
    if (record.state === 'queued') schedule(record, 0)
    else if (record.state === 'retrying') schedule(record, Math.max(0, (record.dueAt ?? 0) - now()))
  }

  return {
    records: state.records,
    target(url) {
      state.target = url
      changed()
    },
    enqueue(draft) {
      const record: CallbackRecord = { ...draft, state: 'queued', attempts: [], dueAt: null }
      state.records.push(record)
      if (state.records.length > RECORDS_KEPT) state.records.shift()
      return record
    },
    send(record) {
      enter()
      const turn = (lanes.get(record.key) ?? Promise.resolve()).then(() => deliver(record)).finally(leave)
      lanes.set(record.key, turn)
      void turn.finally(() => {
        if (lanes.get(record.key) === turn) lanes.delete(record.key)
      })
      return turn
    },
    async resend(id) {
      const record = state.records.find(candidate => candidate.id === id)
      if (record) await attempt(record)
    },
    idle: () => (busy === 0 ? Promise.resolve() : new Promise(done => idleWaiters.push(done))),
    async close() {
      stop.abort()
      for (const timer of timers) clearTimeout(timer)
      for (const waiter of idleWaiters.splice(0)) waiter()
      await agent.destroy()
    },
  }
}

export function emptyCallbacks(): CallbackState {
  return { target: null, records: [] }
}
