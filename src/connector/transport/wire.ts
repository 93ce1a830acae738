/**
 * What really went over the wire while a hook ran: the client an SDK gets records its exchanges for the call
 * at hand, whichever instance of the SDK is shared by how many calls.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import type { Exchange, HttpClient, OutgoingRequest } from './transport.js'

interface Recorded {
  readonly url: URL
  readonly method: string
  readonly exchange: Exchange
}

const recording = new AsyncLocalStorage<Recorded[]>()

export function recordedClient(client: HttpClient): HttpClient {
  return {
    async send(request) {
      const exchange = await client.send(request)
      recording.getStore()?.push({ url: request.url, method: request.method, exchange })
      return exchange
    },
    close: () => client.close(),
  }
}

export interface WireResult {
  /** The exchange of the request itself; undefined = it never went out. */
  readonly own: Exchange | undefined
  /** The last other exchange: a token call, say. */
  readonly other: Exchange | undefined
  readonly thrown: unknown
}

/** Runs a hook and tells what became of the request it was to send. */
export async function watchWire(request: OutgoingRequest, run: () => Promise<unknown>): Promise<WireResult> {
  const seen: Recorded[] = []
  let thrown: unknown
  await recording.run(seen, async () => {
    try {
      await run()
    } catch (error) {
      thrown = error
    }
  })
  const isOwn = (entry: Recorded) =>
    entry.method === request.method && entry.url.pathname === request.url.pathname
  return {
    own: seen.findLast(isOwn)?.exchange,
    other: seen.findLast(entry => !isOwn(entry))?.exchange,
    thrown,
  }
}
