/** What every stage of the pipeline is given; built once by src/hub.ts. */
import type { Clock } from '../kernel/clock.js'
import type { Sealer } from '../kernel/seal.js'
import type { Tally } from '../kernel/tally.js'
import type { BlobStore } from '../ledger/blobs.js'
import type { Ledger } from '../ledger/engine/types.js'
import type { TenantConfig } from './config/types.js'

export interface Log {
  debug(fields: object, event: string): void
  info(fields: object, event: string): void
  warn(fields: object, event: string): void
  error(fields: object, event: string): void
}

export interface Parts {
  readonly ledger: Ledger
  readonly clock: Clock
  readonly sealer: Sealer
  readonly log: Log
  /** Identity of this ledger; effect tokens are derived from it, so a clone's tokens differ. */
  readonly instance: string
  /** Where vendors reach us, for return addresses; undefined = not known. */
  readonly publicUrl: string | undefined
  readonly blobs: BlobStore
  tenants(): readonly TenantConfig[]
  /** @throws HubError `CONFIG_TENANT_UNKNOWN` */
  config(tenant: string): TenantConfig
  /** Calls of this process to vendors, by connection and outcome; for metrics. */
  readonly attempts?: Tally
  /** Connections that an operator or a failed check has paused, `tenant/connection`. */
  readonly paused: Set<string>
}
