/**
 * HTTP/1.1 as far as the bench needs it, over bare sockets: requests are bytes made beforehand, answers and calls are
 * read by their content-length. The world around a server must cost next to nothing on the same two processors; a
 * full client and server cost it a tenth of a millisecond an event.
 */
import { connect, createServer, type Server, type Socket } from 'node:net'

const END_OF_HEAD = Buffer.from('\r\n\r\n')
const LENGTH = /\r\ncontent-length: *(\d+)/i

interface Message {
  readonly head: string
  readonly body: Buffer
}

/** Cuts what a socket brings into messages. @throws Error where one has no content-length */
function reader(take: (message: Message) => void): (chunk: Buffer) => void {
  let held: Buffer = Buffer.alloc(0)
  return chunk => {
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk])
    for (;;) {
      const end = held.indexOf(END_OF_HEAD)
      if (end < 0) return
      const head = held.toString('latin1', 0, end)
      const length = LENGTH.exec(head)?.[1]
      if (length === undefined) throw new Error(`the bench reads only messages of a told length:\n${head}`)
      const from = end + END_OF_HEAD.length
      const to = from + Number(length)
      if (held.length < to) return
      const message = { head, body: held.subarray(from, to) }
      held = held.subarray(to)
      take(message)
    }
  }
}

/** The bytes of a POST. */
export function postOf(url: URL, headers: Readonly<Record<string, string>>, body: string): Buffer {
  const lines = Object.entries({
    host: url.host,
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`)
  return Buffer.from(`POST ${url.pathname} HTTP/1.1\r\n${lines.join('')}\r\n${body}`)
}

export interface Caller {
  /** One at a time. @param done told whether the answer was of the 200s; a cut line is none */
  post(request: Buffer, done: (ok: boolean) => void): void
  end(): void
}

/** A connection that is kept; made anew where the server closed it. */
export function callerOf(url: URL): Caller {
  let socket: Socket | undefined
  let waiting: ((ok: boolean) => void) | undefined
  const answer = (ok: boolean) => {
    const done = waiting
    waiting = undefined
    done?.(ok)
  }
  const open = () => {
    const fresh = connect({ host: url.hostname, port: Number(url.port), noDelay: true })
    fresh.on(
      'data',
      reader(({ head }) => answer(head[9] === '2')),
    )
    fresh.on('error', () => undefined)
    fresh.on('close', () => {
      if (socket === fresh) socket = undefined
      answer(false)
    })
    return fresh
  }
  return {
    post(request, done) {
      waiting = done
      socket ??= open()
      socket.write(request)
    },
    end: () => void socket?.destroy(),
  }
}

/** A server that answers every request with 200 and what `take` gives. */
export function sinkOf(take: (body: Buffer) => string): Server {
  return createServer({ noDelay: true }, socket => {
    socket.on('error', () => undefined)
    socket.on(
      'data',
      reader(({ body }) => {
        const answer = take(body)
        socket.write(
          `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(answer)}\r\n\r\n${answer}`,
        )
      }),
    )
  })
}
