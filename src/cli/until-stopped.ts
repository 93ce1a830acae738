/**
 * Runs something until the process is told to stop, then ends it in order and within ten seconds: on SIGINT and
 * SIGTERM, also where they come while it is still starting. SIGHUP reads the folder again; an error nobody caught is
 * logged and ends it with 70.
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

export interface Start<T extends Running> {
  /**
   * Never cut in two, for half of a new ledger is none: told to stop meanwhile, what it makes is closed at once.
   * @param stopAsked whether it was told to stop
   */
  start(stopAsked: () => boolean): Promise<T>
  /** Only where nobody asked for a stop before. */
  started?(running: T): void
}

const STOP_MS = 10_000
/** A Ctrl-C under npm comes twice: from the terminal, and passed on by npm. */
const SAME_MS = 500
/** EX_SOFTWARE of sysexits.h. */
const FAILED = 70

/** @throws whatever the start throws */
export async function untilStopped<T extends Running>(
  { start, started }: Start<T>,
  signals: Signals = process,
): Promise<Exit> {
  let running: T | undefined
  let asked: Exit | undefined
  let askedAt = 0
  let stop: (exit: Exit) => void = () => undefined
  const stopped = new Promise<Exit>(resolve => {
    stop = resolve
  })

  const ask = (exit: Exit) => {
    // Who asks twice is in a hurry.
    if (asked !== undefined) {
      if (exit !== 0 || performance.now() - askedAt > SAME_MS) signals.exit(exit === 0 ? 1 : exit)
      return
    }
    asked = exit
    askedAt = performance.now()
    stop(exit)
  }
  const onDefect = (error: unknown) => {
    if (running) {
      running.log.error({ error: stackOf(error) }, 'hub.defect')
      return ask(FAILED)
    }
    // Nothing stands yet that could be ended in order, nor a log to say it in.
    console.error(stackOf(error))
    signals.exit(FAILED)
  }
  const onHangUp = () => {
    const now = running
    void now?.reload?.().catch((error: unknown) => now.log.error({ error: stackOf(error) }, 'reload.failed'))
  }
  const listeners = [
    ['SIGINT', () => ask(0)],
    ['SIGTERM', () => ask(0)],
    ['SIGHUP', onHangUp],
    ['uncaughtException', onDefect],
    ['unhandledRejection', onDefect],
  ] as const
  for (const [name, listener] of listeners) signals.on(name, listener)
  try {
    running = await start(() => asked !== undefined)
    if (asked === undefined) started?.(running)
    return await end(running, await stopped, signals)
  } finally {
    for (const [name, listener] of listeners) signals.off(name, listener)
  }
}

async function end({ log, close }: Running, exit: Exit, signals: Signals): Promise<Exit> {
  const deadline = setTimeout(() => {
    log.error({ ms: STOP_MS }, 'stop.late')
    signals.exit(FAILED)
  }, STOP_MS)
  deadline.unref()
  try {
    await close()
    return exit
  } catch (error) {
    log.error({ error: stackOf(error) }, 'stop.failed')
    return FAILED
  } finally {
    clearTimeout(deadline)
  }
}

const stackOf = (error: unknown) => (error instanceof Error ? (error.stack ?? error.message) : String(error))
