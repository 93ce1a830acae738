/**
 * A wait past `wait_for` is shown: a message or a delivery that waits for a thing nobody brings is stuck for a
 * reason that only a person can find. It goes on waiting all the same, and the finding goes when the wait ends.
 */
import { noteFindings } from '../ledger/findings.js'
import { clearOverdue, findOverdue, OVERDUE, type OverdueWait } from '../ledger/overdue-waits.js'
import type { Parts } from './parts.js'

/** Of messages, and of flows that say nothing else. */
const WAIT_FOR_MS = 24 * 60 * 60_000
const MOST = 500

export async function showOverdue(parts: Parts): Promise<void> {
  const { ledger, clock } = parts
  const now = clock.now()
  const tenants = new Map(parts.tenants().map(config => [config.tenant, config]))
  const patience = ({ tenant, flow }: OverdueWait) =>
    (flow === null ? undefined : tenants.get(tenant)?.outbound.get(flow)?.waitFor) ?? WAIT_FOR_MS
  const shortest = Math.min(
    WAIT_FOR_MS,
    ...[...tenants.values()].flatMap(({ outbound }) => [...outbound.values()].map(flow => flow.waitFor)),
  )
  await clearOverdue(ledger, now)
  const found = await findOverdue(ledger, now - shortest, [...tenants.keys()], MOST)
  const overdue = found.filter(wait => now - wait.since >= patience(wait))
  for (const tenant of new Set(overdue.map(wait => wait.tenant)))
    await noteFindings(
      ledger,
      tenant,
      overdue.flatMap(wait =>
        wait.tenant === tenant
          ? [
              {
                code: OVERDUE,
                about: wait.who,
                connection: wait.connection,
                detail: { flow: wait.flow, for: [...new Set(wait.what.map(placeOf))] },
              },
            ]
          : [],
      ),
      now,
    )
}

/** Where the thing is expected, without its id: `feishu.event`. The names of waits are those of fold/types.ts. */
function placeOf(what: string): string {
  const [kind, ...parts] = what.split('\n')
  return (kind === 'record' ? parts.slice(1, 3) : parts.slice(0, 2)).join('.')
}
