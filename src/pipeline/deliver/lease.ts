/**
 * How long a claim holds: longer than the longest call of its connection, for whoever comes after takes an open effect
 * to be unknown; and not much longer, for a process that died with rows in its hands holds them up so long. Work of
 * many calls goes on under a claim of its own as soon as the next call might outlast this one.
 */
import type { TenantConfig } from '../config/types.js'

/** Enough for the usual connection: calls of 20 s, each after as long a wait for its place. */
const LEAST_MS = 120_000

/** True where another call might still be under way when the claim has run out. */
export const mayOutlast = (until: number, now: number, longestMs: number | undefined): boolean =>
  now + (longestMs ?? 0) > until

export function leaseMs(config: TenantConfig, connection: string): number {
  return Math.max(LEAST_MS, config.connections.get(connection)?.connection.longestMs ?? 0)
}
