/**
 * The shape of `pg.Pool` as far as libraries use it. On Postgres a real pool stands behind it, on PGlite
 * pglite-pool.ts; the shape is all that a borrower may rely on.
 */
export interface LentResult {
  // biome-ignore lint/suspicious/noExplicitAny: rows are whatever the borrower's own SQL returns
  rows: any[]
  rowCount?: number | null
}

export interface Notification {
  channel: string
  payload?: string
}

export interface LentClient {
  query(text: string, params?: readonly unknown[]): Promise<LentResult>
  on(event: 'notification', listener: (notification: Notification) => void): this
  on(event: 'error', listener: (error: Error) => void): this
  on(event: 'end', listener: () => void): this
  removeListener(event: 'notification', listener: (notification: Notification) => void): this
  removeAllListeners(event?: string): this
  release(destroy?: boolean): void
}

export interface LentPool {
  /** Notifications reach a lost connection never: `keepAlive` says that a lost one is noticed. */
  readonly options: { readonly keepAlive?: boolean }
  query(text: string, params?: readonly unknown[]): Promise<LentResult>
  connect(): Promise<LentClient>
  end(): Promise<void>
  on(event: 'error', listener: (error: Error) => void): this
  on(event: 'connect', listener: (client: LentClient) => void): this
  removeAllListeners(event?: string): this
}
