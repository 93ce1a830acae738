/** Pauses and resumes connections: while paused nothing is claimed for them, and nothing is lost. */
import { setConnectionState } from '../../ledger/connection-states.js'
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
