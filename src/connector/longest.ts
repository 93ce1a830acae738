/**
 * How long a connection may take over one call of a delivery, or one look-up: what a lease must outlive. A call may wait
 * for a place as long as it may then take.
 */
import { SHORT_WAIT } from './limits.js'
import type { Connector, LookupSlot, Slot } from './manifest/connector.js'

export function longestMs(connector: Connector): number {
  const { timeoutMs } = connector.limits
  const looks = Object.values(connector.resources).map(({ lookup }) => callsOfLookup(lookup))
  // A call that is turned away with 401 or 403 is followed by the connection's own check.
  const calls = Math.max(1 + stepsOf(connector.check), ...looks)
  // The token is fetched, or was refused and the same bytes go out again.
  const renewal = connector.auth.size > 0 || connector.hooks ? 2 * timeoutMs : 0
  return calls * (SHORT_WAIT + 2 * timeoutMs) + renewal
}

const stepsOf = (slot: Slot | undefined): number => slot?.steps.length ?? 0
/** Of one page: what is looked for by its own reference stands on the first. */
const callsOfLookup = (slot: LookupSlot | undefined): number => stepsOf(slot) + (slot?.hydrate ? 1 : 0)
