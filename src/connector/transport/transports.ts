/** The registry of transports: a new one is an adapter of its own and a row here. */
import { createHttpClient, httpHouse } from './http.js'
import { smtp } from './smtp.js'
import type { TransportKind } from './transport.js'

const http: TransportKind = {
  document: undefined,
  onUnknown: 'park',
  open(options) {
    const client = createHttpClient({ connections: options.concurrency })
    return { send: request => client.send(request), house: httpHouse, client, close: () => client.close() }
  },
}

export const TRANSPORTS: Readonly<Record<string, TransportKind>> = { http, smtp }
