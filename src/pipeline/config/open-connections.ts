/** Connections put to work: hooks named, settings split into what mappings may read and what stays secret. */
import type { TokenStore } from '../../connector/auth/token-store.js'
import type { ReadFile } from '../../connector/body/assemble.js'
import type { Limiter } from '../../connector/limits.js'
import { openConnection } from '../../connector/open-connection.js'
import type { Clock } from '../../kernel/clock.js'
import type { Log } from '../parts.js'
import type { PlannedConnection } from './connections.js'
import { openSettings } from './settings.js'
import type { ConnectionConfig, TenantConfig } from './types.js'

export interface OpeningOptions {
  readonly clock: Clock
  readonly log: Log
  readonly tokens?: TokenStore
  readonly limiter?: Limiter
  /** Reads a stored file by its hash, for calls that carry files. */
  readonly files?: ReadFile
}

/** Where a connector takes no callbacks, nothing larger than this is read from its hook. */
const DEFAULT_MAX_BYTES = 1024 * 1024

/** @param planned connections without a problem */
export function openConnections(
  tenant: string,
  planned: Iterable<PlannedConnection>,
  hookOf: (connection: PlannedConnection) => string,
  { clock, log, tokens, limiter, files }: OpeningOptions,
): ReadonlyMap<string, ConnectionConfig> {
  const opened = new Map<string, ConnectionConfig>()
  for (const plan of planned) {
    const { name, connector, settings, allowPrivate, acceptUnsigned } = plan
    if (!connector) continue
    const connection = openConnection(connector, {
      tenant,
      name,
      settings,
      allowPrivate,
      acceptUnsigned,
      clock,
      log: entry => log.debug(entry, 'connector.attempt'),
      ...(tokens && { tokens }),
      ...(limiter && { limiter }),
      ...(files && { files }),
    })
    opened.set(name, {
      name,
      connector: connector.name,
      hook: hookOf(plan),
      maxBytes: connector.callback?.maxBytes ?? DEFAULT_MAX_BYTES,
      settings: openSettings(connector, settings),
      connection,
    })
  }
  return opened
}

/** Ends sockets and timers of a configuration that is no longer used. */
export async function closeTenant({ connections }: Pick<TenantConfig, 'connections'>): Promise<void> {
  await Promise.all([...connections.values()].map(({ connection }) => connection.close()))
}
