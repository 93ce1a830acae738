/**
 * Closing without waiting for lines that say nothing: a request under way when the close began leaves its line idle
 * afterwards, and a kept-alive line would hold the close until its timeout. So would one that was opened ahead, as
 * `fetch` does after a stream was cut, and never said a word: to Node it is waiting for its first request.
 */
import type { Socket } from 'node:net'
import type { App } from './served.js'

const LOOK_MS = 100

/** What is answered is answered; lines that are idle then are closed. */
export function closeIdleLines(app: App): void {
  const unused = new Set<Socket>()
  app.server.on('connection', (line: Socket) => {
    unused.add(line)
    line.once('close', () => unused.delete(line))
  })
  app.server.on('request', ({ socket }) => unused.delete(socket))
  app.addHook('preClose', done => {
    if (app.server.listening) {
      const timer = setInterval(() => {
        app.server.closeIdleConnections()
        for (const line of unused) if (line.bytesRead === 0) line.destroy()
      }, LOOK_MS)
      app.server.once('close', () => clearInterval(timer))
    }
    done()
  })
}
