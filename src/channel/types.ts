/**
 * What the pipeline knows of the channel: it carries ids of rows that are due, wakes somebody, and may lose
 * everything at any moment. Truth, retries and order are the ledger's.
 */

/** The part of a pino logger that the channel writes to. */
export interface Log {
  debug(data: object, text: string): void
  info(data: object, text: string): void
  warn(data: object, text: string): void
  error(data: object, text: string): void
}

export interface RingOptions {
  /** Milliseconds to wait before the ring is heard. */
  readonly delayMs?: number
}

export interface ListenOptions {
  /** Batches handled at a time by this process. */
  readonly concurrency: number
}

/** Ends listening and waits for the handlers that run. */
export type Stop = () => Promise<void>

export interface Channel {
  readonly carrier: 'redis' | 'postgres'
  /**
   * Wakes a listener for these ids. Call it after the commit that made them due. Never rejects for a channel that
   * is away: the ids are counted as lost and the sweep finds them.
   */
  ring(ids: readonly string[], options?: RingOptions): Promise<void>
  /**
   * Hands batches of ids to `handler` until stopped. Ids may come twice, late or never; a handler that throws is
   * logged and its batch is not repeated.
   */
  listen(handler: (ids: readonly string[]) => Promise<void>, options: ListenOptions): Promise<Stop>
  /** Asks the carrier, within a second. `degraded` means slower, never wrong. */
  health(): Promise<'ok' | 'degraded'>
  /** Ids whose ring could not be handed over since the start. */
  readonly lost: number
  close(): Promise<void>
}
