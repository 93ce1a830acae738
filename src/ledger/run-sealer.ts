/**
 * The sealer of this process: publishes as soon as it is told of changes, looks by itself for those of other
 * processes, and seals every second. Several may run; locks in the ledger let one at a time work.
 */
import type { Ledger } from './engine/types.js'
import { publishChanges } from './publish-changes.js'
import { sealChanges } from './seal-changes.js'

const LOOK_MS = 250
/** Told again and again, it publishes what came in this time together: under load a run for each commit is waste. */
const GATHER_MS = 20
const SEAL_MS = 1_000
const AFTER_FAILURE_MS = 1_000

export interface Sealer {
  /** Changes were committed: publish them now. */
  poke(): void
  /** Waits for what runs. */
  stop(): Promise<void>
}

/** @param published told the newest position after each run that published something */
export function runSealer(ledger: Ledger, published: (last: number) => void = () => undefined): Sealer {
  let stopped = false
  let poked = false
  let unsealed = true
  let sealedAt = 0
  let wake = () => {}

  async function step(): Promise<void> {
    const { last, more } = await publishChanges(ledger)
    if (last !== undefined) {
      unsealed = true
      published(last)
    }
    if (more) poked = true
    if (!unsealed || performance.now() - sealedAt < SEAL_MS) return
    sealedAt = performance.now()
    unsealed = (await sealChanges(ledger)) > 0
  }

  const pause = (ms: number) =>
    new Promise<void>(resolve => {
      const timer = setTimeout(resolve, ms)
      timer.unref()
      wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })

  const gather = () => new Promise<void>(resolve => setTimeout(resolve, GATHER_MS).unref())

  const running = (async () => {
    while (!stopped) {
      poked = false
      let wait = LOOK_MS
      try {
        await step()
      } catch (error) {
        wait = AFTER_FAILURE_MS
        poked = false
        ledger.log.warn({ err: error }, 'the sealer failed; the feed is late until it is tried again')
      }
      if (stopped) break
      if (poked) await gather()
      else await pause(wait)
    }
  })()

  return {
    poke() {
      poked = true
      wake()
    },
    async stop() {
      stopped = true
      wake()
      await running
    },
  }
}
