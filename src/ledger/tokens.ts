/** Access tokens of connections, sealed, for all processes; named by a hash that holds tenant and connection. */
import type { Querying } from './engine/types.js'

export async function findToken(ledger: Querying, name: string): Promise<Buffer | undefined> {
  const { rows } = await ledger.query<{ sealed: Buffer }>(
    { name: 'find_token', text: 'select sealed from hrhub.tokens where name = $1' },
    [name],
  )
  return rows[0]?.sealed
}

export async function keepToken(
  ledger: Querying,
  name: string,
  sealed: Buffer,
  expiresAt: number,
): Promise<void> {
  await ledger.query(
    `insert into hrhub.tokens (name, sealed, expires_at) values ($1, $2, $3)
     on conflict (name) do update set sealed = excluded.sealed, expires_at = excluded.expires_at`,
    [name, sealed, new Date(expiresAt)],
  )
}
