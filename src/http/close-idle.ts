/**
 * Closing without waiting for lines that say nothing: a request under way when the close began leaves its line idle
 * afterwards, and a kept-alive line would hold the close until its timeout.
 */
import type { App } from './served.js'

const LOOK_MS = 100

/** What is answered is answered; lines that are idle then are closed. */
export function closeIdleLines(app: App): void {
  app.addHook('preClose', done => {
    if (app.server.listening) {
      const timer = setInterval(() => app.server.closeIdleConnections(), LOOK_MS)
      app.server.once('close', () => clearInterval(timer))
    }
    done()
  })
}
