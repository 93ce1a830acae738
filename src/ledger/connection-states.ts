/** Which connections are paused, and why. */
import type { Querying } from './engine/types.js'

export async function setConnectionState(
  ledger: Querying,
  tenant: string,
  connection: string,
  state: 'active' | 'paused',
  because: string | null,
  now: number,
): Promise<void> {
  await ledger.query(
    `insert into hrhub.connections as t (tenant, connection, state, because, updated_at) values ($1, $2, $3, $4, $5)
     on conflict (tenant, connection) do update set state = excluded.state, because = excluded.because, updated_at = excluded.updated_at`,
    [tenant, connection, state, because, new Date(now)],
  )
}

/** @param skewMs how far its clock is ahead of ours */
export async function setConnectionSkew(
  ledger: Querying,
  tenant: string,
  connection: string,
  skewMs: number,
  now: number,
): Promise<void> {
  await ledger.query(
    `insert into hrhub.connections as t (tenant, connection, state, skew_ms, updated_at) values ($1, $2, 'active', $3, $4)
     on conflict (tenant, connection) do update set skew_ms = excluded.skew_ms`,
    [tenant, connection, skewMs, new Date(now)],
  )
}

export interface ConnectionState {
  readonly tenant: string
  readonly connection: string
  readonly state: string
  readonly because: string | null
}

export async function connectionStates(ledger: Querying): Promise<ConnectionState[]> {
  return (
    await ledger.query<ConnectionState & Record<string, unknown>>(
      'select tenant, connection, state, because from hrhub.connections',
    )
  ).rows
}
