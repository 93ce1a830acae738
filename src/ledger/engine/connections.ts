/** What an engine gives the ledger: connections to borrow one at a time, and the pool shape for libraries. */
import type pg from 'pg'
import type { LentPool } from './lent-pool.js'

export interface Held {
  query(query: pg.QueryConfig): Promise<pg.QueryResult>
  /** Whether statements may be sent before the answers of those before them: they are run in order all the same. */
  readonly pipelined: boolean
  /** Whether the connection is known to be dead. */
  isBroken(): boolean
  release(): void
}

export interface Connections {
  readonly engine: 'pglite' | 'postgres'
  /** Whether a statement past its own open transaction is refused (open-transaction.ts). */
  readonly watched: boolean
  /** @throws HubError `LEDGER_AWAY` */
  acquire(): Promise<Held>
  readonly lent: LentPool
  dump(file: string): Promise<void>
  upkeep(): Promise<void>
  close(): Promise<void>
}
