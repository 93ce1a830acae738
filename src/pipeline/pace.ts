/**
 * Work that can wait lets live traffic go first: before each portion it looks whether callbacks wait for their commit
 * in this process, or rows are late anywhere, and waits while they do, up to a limit, so that it ends all the same.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { findDue } from '../ledger/claim-due.js'
import type { Parts } from './parts.js'
import type { Receiver } from './receive.js'

/** Due for longer than this: the hub is behind its deliveries. */
const LATE_MS = 2000
const LOOK_MS = 100
/** A hub that is behind all day still gets a portion through now and then. */
const MOST_WAIT_MS = 30_000

export interface Traffic {
  readonly parts: Pick<Parts, 'ledger' | 'clock' | 'paused' | 'tenants'>
  readonly receiver: Pick<Receiver, 'load'>
  /** Ends the waiting: the process stops. */
  readonly signal?: AbortSignal | undefined
}

/** @returns milliseconds that it waited */
export async function letLiveGoFirst(traffic: Traffic, most = MOST_WAIT_MS): Promise<number> {
  const began = performance.now()
  while (await isBusy(traffic)) {
    if (traffic.signal?.aborted || performance.now() - began >= most) break
    await pause(LOOK_MS)
  }
  return performance.now() - began
}

async function isBusy({ parts, receiver }: Traffic): Promise<boolean> {
  if (receiver.load > 0) return true
  const { ledger, clock, paused, tenants } = parts
  const names = tenants().map(config => config.tenant)
  return (await findDue(ledger, clock.now() - LATE_MS, 1, [...paused], names)).length > 0
}
