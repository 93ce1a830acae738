/**
 * Waits until the process is told to stop, then ends it in order: SIGINT and SIGTERM within ten seconds, SIGHUP
 * reads the folder again, an error nobody caught is logged and ends it with 70.
 */
import type { Log } from '../pipeline/parts.js'
import type { Exit } from './terminal.js'

/** The part of `process` that matters here, so that a test can send its own signals. */
export interface Signals {
  on(name: string, listener: (reason: unknown) => void): unknown
  off(name: string, listener: (reason: unknown) => void): unknown
  exit(code: number): void
}

export interface Running {
  readonly log: Log
  close(): Promise<void>
  reload?(): Promise<void>
}

const STOP_MS = 10_000
/** EX_SOFTWARE of sysexits.h. */
const FAILED = 70

export function untilStopped({ log, close, reload }: Running, signals: Signals = process): Promise<Exit> {
  return new Promise(resolve => {
    let stopping = false

    async function stop(exit: Exit): Promise<void> {
      // Who asks twice is in a hurry.
      if (stopping) return signals.exit(exit === 0 ? 1 : exit)
      stopping = true
      const deadline = setTimeout(() => {
        log.error({ ms: STOP_MS }, 'stop.late')
        signals.exit(FAILED)
      }, STOP_MS)
      deadline.unref()
      let code = exit
      try {
        await close()
      } catch (error) {
        log.error({ error: stackOf(error) }, 'stop.failed')
        code = FAILED
      }
      clearTimeout(deadline)
      for (const [name, listener] of listeners) signals.off(name, listener)
      resolve(code)
    }

    const onStop = () => void stop(0)
    const onDefect = (error: unknown) => {
      log.error({ error: stackOf(error) }, 'hub.defect')
      void stop(FAILED)
    }
    const onHangUp = () =>
      void reload?.().catch((error: unknown) => log.error({ error: stackOf(error) }, 'reload.failed'))
    const listeners = [
      ['SIGINT', onStop],
      ['SIGTERM', onStop],
      ['SIGHUP', onHangUp],
      ['uncaughtException', onDefect],
      ['unhandledRejection', onDefect],
    ] as const
    for (const [name, listener] of listeners) signals.on(name, listener)
  })
}

const stackOf = (error: unknown) => (error instanceof Error ? (error.stack ?? error.message) : String(error))
