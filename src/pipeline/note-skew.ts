/** Shows how far each vendor's clock is off: sayings are placed by their system's own time. */
import type { Connection } from '../connector/types.js'
import { setConnectionSkew } from '../ledger/connection-states.js'
import type { Parts } from './parts.js'

/** A `Date` tells no more than the second: less than this is no news. */
const NEWS_MS = 1000

const noted = new WeakMap<Connection, number>()

export async function noteSkew({ ledger, clock, tenants }: Parts): Promise<void> {
  for (const { tenant, connections } of tenants()) {
    for (const { name, connection } of connections.values()) {
      const skew = connection.skew?.()
      if (
        skew === undefined ||
        Math.abs(skew - (noted.get(connection) ?? Number.POSITIVE_INFINITY)) < NEWS_MS
      )
        continue
      await setConnectionSkew(ledger, tenant, name, skew, clock.now())
      noted.set(connection, skew)
    }
  }
}
