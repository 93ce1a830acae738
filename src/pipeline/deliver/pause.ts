/** Pauses and resumes connections: while paused nothing is claimed for them, and nothing is lost. */
import { connectionStates, setConnectionState } from '../../ledger/connection-states.js'
import type { Parts } from '../parts.js'

export async function pauseConnection(
  parts: Parts,
  tenant: string,
  connection: string,
  because: string,
): Promise<void> {
  await setConnectionState(parts.ledger, tenant, connection, 'paused', because, parts.clock.now())
  parts.paused.add(`${tenant}/${connection}`)
  parts.log.warn({ tenant, connection, because }, 'connection.paused')
}

export async function resumeConnection(parts: Parts, tenant: string, connection: string): Promise<void> {
  await setConnectionState(parts.ledger, tenant, connection, 'active', null, parts.clock.now())
  parts.paused.delete(`${tenant}/${connection}`)
  parts.log.info({ tenant, connection }, 'connection.resumed')
}

/** Takes over what another process or an operator paused or resumed; every process looks for itself. */
export async function refreshPaused(parts: Parts): Promise<void> {
  const paused = new Set(
    (await connectionStates(parts.ledger)).flatMap(({ tenant, connection, state }) =>
      state === 'paused' ? [`${tenant}/${connection}`] : [],
    ),
  )
  for (const name of parts.paused) if (!paused.has(name)) parts.paused.delete(name)
  for (const name of paused) parts.paused.add(name)
}
