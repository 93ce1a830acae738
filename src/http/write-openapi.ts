/**
 * The OpenAPI document as text, from the routes alone: no ledger, no folder. `npm run generate` writes it to
 * openapi/hub.json; a test holds what is committed against what this makes.
 */
import { buildApp } from './app.js'
import type { ServedHub } from './served.js'

/** Two spaces, a line at the end; the order is that of the routes. */
export async function openApiText(): Promise<string> {
  const app = await buildApp(documentedHub(), { processMetrics: false })
  try {
    return `${JSON.stringify(app.swagger(), null, 2)}\n`
  } finally {
    await app.close()
  }
}

/** Routes only read these when they are called; the document calls none. */
function documentedHub(): ServedHub {
  const parts = { clock: { now: () => 0 }, ledger: {} }
  return { parts, pipeline: { receiver: {}, bell: {}, refolder: {} }, channel: {}, log: {} } as ServedHub
}
