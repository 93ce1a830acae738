/**
 * The one session of PGlite, lent like a pool. Whoever says BEGIN keeps the turn until its end; a client that
 * only listens holds nothing. Notifications are passed to the clients that listened to their channel.
 */
import { EventEmitter } from 'node:events'
import type pg from 'pg'
import type { LentClient, LentPool, LentResult } from './lent-pool.js'
import { markTransaction, refuseInsideTransaction, type Watched } from './open-transaction.js'
import type { Turns } from './turns.js'

export interface Session {
  readonly client: pg.Client
  readonly turns: Turns
  /** Identity for the rule against statements past an open transaction. */
  readonly of: Watched
}

export function lendSession(session: Session): LentPool {
  const listeners = new Map<string, Set<PGliteLentClient>>()
  session.client.on('notification', notification => {
    for (const client of listeners.get(notification.channel) ?? []) client.emit('notification', notification)
  })
  const pool = new EventEmitter()
  const connect = async (): Promise<LentClient> => {
    refuseInsideTransaction(session.of)
    const client = new PGliteLentClient(session, listeners)
    pool.emit('connect', client)
    return client as unknown as LentClient
  }
  return Object.assign(pool, {
    // Both ends live in one process: a lost line is always noticed.
    options: { keepAlive: true },
    connect,
    async query(text: string, params?: readonly unknown[]): Promise<LentResult> {
      const client = await connect()
      try {
        return await client.query(text, params)
      } finally {
        client.release()
      }
    },
    async end() {
      pool.removeAllListeners()
    },
  }) as unknown as LentPool
}

class PGliteLentClient extends EventEmitter {
  readonly #session: Session
  readonly #listeners: Map<string, Set<PGliteLentClient>>
  #giveTurn: (() => void) | undefined
  #endMark: (() => void) | undefined
  #last: Promise<unknown> = Promise.resolve()

  constructor(session: Session, listeners: Map<string, Set<PGliteLentClient>>) {
    super()
    this.#session = session
    this.#listeners = listeners
  }

  /** Statements of one client run in the order they were given, awaited or not. */
  query(text: string, params: readonly unknown[] = []): Promise<LentResult> {
    if (!this.#endMark) {
      try {
        refuseInsideTransaction(this.#session.of)
      } catch (error) {
        return Promise.reject(error)
      }
      if (isBegin(text)) this.#endMark = markTransaction(this.#session.of)
    }
    const run = this.#last.then(() => this.#run(text, params))
    this.#last = run.catch(() => undefined)
    return run
  }

  async #run(text: string, params: readonly unknown[]): Promise<LentResult> {
    this.#giveTurn ??= await this.#session.turns.take()
    try {
      const result = await this.#session.client.query(text, [...params])
      const channel = listenedChannel(text)
      if (channel !== undefined) this.#listenTo(channel)
      return result
    } finally {
      if (this.#session.client.getTransactionStatus() === 'I') this.#giveUp()
    }
  }

  #listenTo(channel: string): void {
    const clients = this.#listeners.get(channel) ?? new Set()
    this.#listeners.set(channel, clients.add(this))
  }

  #giveUp(): void {
    this.#endMark?.()
    this.#endMark = undefined
    this.#giveTurn?.()
    this.#giveTurn = undefined
  }

  /** What was begun and not ended is rolled back, as when a connection is cut. */
  release(): void {
    for (const clients of this.#listeners.values()) clients.delete(this)
    this.removeAllListeners()
    void this.#last.then(async () => {
      if (!this.#giveTurn) return
      await this.#session.client.query('rollback').catch(() => undefined)
      this.#giveUp()
    })
  }
}

/** Leading comments and blanks of a statement; borrowers put a line on top of theirs. */
function withoutLeadingComments(text: string): string {
  let rest = text.trimStart()
  while (rest.startsWith('--') || rest.startsWith('/*')) {
    const end = rest.startsWith('--') ? rest.indexOf('\n') : rest.indexOf('*/') + 1
    if (end <= 0) return ''
    rest = rest.slice(end + 1).trimStart()
  }
  return rest
}

function isBegin(text: string): boolean {
  return /^(begin|start\s+transaction)\b/i.test(withoutLeadingComments(text))
}

function listenedChannel(text: string): string | undefined {
  const match = /^listen\s+("?)(\w{1,63})\1/i.exec(withoutLeadingComments(text))
  if (!match) return undefined
  return match[1] ? match[2] : match[2]?.toLowerCase()
}
