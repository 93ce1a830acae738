/**
 * The line between `pg` and the thread: a stream that looks like a socket and carries whole requests. So both
 * engines share one driver, with the same parameters, values, prepared statements and errors.
 */
import { Duplex } from 'node:stream'
import type { Thread } from './pglite-thread.js'

/** Messages of the protocol that end a request: Query, Sync, Flush. https://www.postgresql.org/docs/current/protocol-message-formats.html */
const ENDS = new Set(['Q', 'S', 'H'].map(letter => letter.charCodeAt(0)))
const TERMINATE = 'X'.charCodeAt(0)

export class PGliteWire extends Duplex {
  readonly #thread: Thread
  #waiting: Buffer[] = []
  #started = false

  constructor(thread: Thread) {
    super()
    this.#thread = thread
  }

  // The part of a socket that `pg` calls.
  connect(): void {
    setImmediate(() => this.emit('connect'))
  }
  setNoDelay(): this {
    return this
  }
  setKeepAlive(): this {
    return this
  }
  ref(): this {
    return this
  }
  unref(): this {
    return this
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    this.#take([chunk], done)
  }

  override _writev(chunks: { chunk: Buffer }[], done: (error?: Error | null) => void): void {
    this.#take(
      chunks.map(entry => entry.chunk),
      done,
    )
  }

  override _final(done: (error?: Error | null) => void): void {
    this.push(null)
    done()
  }

  #take(chunks: readonly Buffer[], done: (error?: Error | null) => void): void {
    this.#waiting.push(...chunks)
    const type = lastType(chunks, this.#started)
    if (type === TERMINATE) {
      this.#waiting = []
      done()
      return
    }
    if (this.#started && !ENDS.has(type)) {
      done()
      return
    }
    this.#started = true
    const bytes = Buffer.concat(this.#waiting)
    this.#waiting = []
    this.#thread.ask({ is: 'wire', bytes }).then(
      report => {
        if (report.is === 'wire') this.push(Buffer.from(report.bytes.buffer))
        done()
      },
      error => done(error instanceof Error ? error : new Error('the thread of the database failed')),
    )
  }
}

/** Type of the last message; `pg` writes whole messages, one or several in a chunk. */
function lastType(chunks: readonly Buffer[], started: boolean): number {
  const chunk = chunks.at(-1)
  if (!chunk || !started) return -1
  let at = 0
  let type = -1
  while (at + 5 <= chunk.length) {
    type = chunk[at] ?? -1
    at += 1 + chunk.readInt32BE(at + 1)
  }
  return type
}
