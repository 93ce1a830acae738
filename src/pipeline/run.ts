/** The pipeline of one process: its stages wired, its timers under leases, its orderly end. */
import { randomUUID } from 'node:crypto'
import type { Channel } from '../channel/types.js'
import { forgetOld } from '../ledger/forget-old.js'
import { takeLease } from '../ledger/take-lease.js'
import { createDeliverer } from './deliver/deliver.js'
import { refreshPaused } from './deliver/pause.js'
import { finishErasures } from './erase/finish.js'
import type { Folded } from './fold/fold-batch.js'
import { createImporter, type Importer } from './import/importer.js'
import { mergeProposed } from './merge/decide.js'
import { noteSkew } from './note-skew.js'
import type { Parts } from './parts.js'
import { plantPolls, pollDue } from './poll.js'
import { createReceiver, type Receiver } from './receive.js'
import { refetchDue } from './refetch.js'
import { createRefolder, type Refolder } from './refold.js'
import { type Bell, createBell } from './ring.js'
import { attempt, type SweepResult, sweep, sweepWaits } from './sweep.js'

export interface Pipeline {
  readonly receiver: Receiver
  readonly refolder: Refolder
  readonly bell: Bell
  readonly importer: Importer
  /** Runs the sweep now, as the timer does. */
  sweep(): Promise<SweepResult>
  poll(): Promise<number>
  /** Resolves when nothing is under way in this process. */
  idle(): Promise<void>
  start(): Promise<void>
  stop(): Promise<void>
}

export interface PipelineOptions {
  readonly parts: Parts
  readonly channel: Channel
  readonly role: 'all' | 'api' | 'worker'
  /** Told what each fold changed, after its commit (the feed's sealer, live pages). */
  readonly onFolded?: (tenant: string, folded: Pick<Folded, 'due'>) => void
}

const SWEEP_MS = 5000
/** Hints and polls are looked for more often: HR sees a report within a second of its hint. */
const FETCH_MS = 500
/** A pause made elsewhere is obeyed within this. */
const PAUSED_MS = 2000
const LEASE_MS = 30_000
const FORGET_MS = 60 * 60_000
const SKEW_MS = 30_000
/** Rows one process works on at a time: calls are short and the vendors' limits are stricter. */
const ROOM = 512

export function createPipeline({ parts, channel, role, onFolded }: PipelineOptions): Pipeline {
  const holder = randomUUID()
  const delivers = role !== 'api'
  const background = new Set<Promise<unknown>>()
  const timers: NodeJS.Timeout[] = []
  let stopping = false

  const keep = (work: Promise<unknown>, event: string) => {
    const kept = work
      .catch(error => parts.log.error({ error: error instanceof Error ? error.stack : String(error) }, event))
      .finally(() => background.delete(kept))
    background.add(kept)
  }

  const deliverer = createDeliverer({
    parts,
    onSettled: ({ tenant, due, released, waited }) => {
      bell.ring(tenant, due)
      if (waited.length > 0) keep(sweepWaits(parts, refolder, bell, waited), 'waits.failed')
      if (released.length > 0) keep(refolder.refold(tenant, released), 'refold.failed')
      onFolded?.(tenant, { due })
    },
  })
  const bell = createBell({ parts, channel, deliverer, room: ROOM, delivers })

  function folded(tenant: string, result: Folded): void {
    bell.ring(tenant, result.due)
    if (result.released.length > 0) keep(refolder.refold(tenant, result.released), 'refold.failed')
    if (result.waited.length > 0) keep(sweepWaits(parts, refolder, bell, result.waited), 'waits.failed')
    if (result.result.merges) keep(mergeProposed({ parts, bell }), 'merge.failed')
    if (result.hints && delivers) keep(refetchDue(parts, refolder), 'refetch.failed')
    onFolded?.(tenant, result)
  }
  const refolder = createRefolder(parts, folded)
  const receiver = createReceiver(parts, folded, (tenant, ids) =>
    keep(refolder.refold(tenant, ids), 'refold.failed'),
  )
  const importer = createImporter({ parts, refolder, receiver, onFolded: folded })

  /** A timer that runs in one process at a time and never overlaps itself. */
  function every(ms: number, lease: string, work: () => Promise<unknown>): void {
    let running = false
    const timer = setInterval(() => {
      if (running || stopping) return
      running = true
      keep(
        (async () => {
          try {
            if ((await takeLease(parts.ledger, lease, holder, LEASE_MS)) !== undefined) await work()
          } finally {
            running = false
          }
        })(),
        `${lease}.failed`,
      )
    }, ms)
    timers.push(timer)
  }

  /** A timer of every process, under no lease. */
  function everywhere(ms: number, event: string, work: () => Promise<unknown>): void {
    timers.push(setInterval(() => void (stopping || keep(work(), event)), ms))
  }

  /** What walks behind: rows and messages that were lost, merges that a record at work had put off, erasures that can go on. */
  const walk = async (): Promise<SweepResult> => {
    const found = await sweep(parts, refolder, bell)
    await attempt(parts, 'merges', () => mergeProposed({ parts, bell }), 0)
    await attempt(parts, 'erasures', () => finishErasures(parts), undefined)
    return found
  }
  const forget = () => forgetOld(parts.ledger, parts.clock.now())

  return {
    receiver,
    refolder,
    bell,
    importer,
    sweep: walk,
    poll: () => pollDue(parts, refolder, () => stopping),
    async idle() {
      while (background.size > 0 || bell.load > 0) {
        await Promise.all(background)
        await bell.idle()
      }
    },
    async start() {
      await refreshPaused(parts)
      everywhere(PAUSED_MS, 'paused.failed', () => refreshPaused(parts))
      await bell.listen()
      if (!delivers) return
      await plantPolls(parts)
      await walk()
      every(SWEEP_MS, 'sweep', walk)
      everywhere(SKEW_MS, 'skew.failed', () => noteSkew(parts))
      keep(forget(), 'forget.failed')
      every(FORGET_MS, 'forget', forget)
      every(FETCH_MS, 'fetch', () => refetchDue(parts, refolder))
      let planted = parts.tenants()
      // A timer of its own: a long history of one system must not hold up the hints of another.
      every(FETCH_MS, 'poll', async () => {
        const tenants = parts.tenants()
        if (tenants !== planted) await plantPolls(parts)
        planted = tenants
        await pollDue(parts, refolder, () => stopping)
      })
    },
    async stop() {
      stopping = true
      for (const timer of timers) clearInterval(timer)
      await bell.stop()
      while (background.size > 0) await Promise.all(background)
    },
  }
}
