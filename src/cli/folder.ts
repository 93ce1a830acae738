/**
 * The integrator's folder as commands without a hub see it: read and checked, nothing opened for good. Its hooks
 * are named under the hub's own key where there is one, so that what is printed is what vendors must be given.
 */
import { randomBytes } from 'node:crypto'
import type { HubSettings } from '../config.js'
import { packageRoot } from '../config.js'
import type { ReadFile } from '../connector/body/assemble.js'
import { systemClock } from '../kernel/clock.js'
import { HubError } from '../kernel/errors.js'
import { createSealer } from '../kernel/seal.js'
import type { Catalog } from '../pipeline/config/catalog.js'
import { type LoadedTenants, loadTenants } from '../pipeline/config/load-tenants.js'
import { closeTenant } from '../pipeline/config/open-connections.js'
import type { TenantConfig } from '../pipeline/config/types.js'
import type { Log } from '../pipeline/parts.js'

const SILENT: Log = { debug() {}, info() {}, warn() {}, error() {} }

export interface FolderOptions {
  readonly projects: readonly string[]
  readonly connections: 'open' | 'check-only'
  /** Of what ships: what the folders use (default), or all. */
  readonly library?: 'used' | 'all'
  /** Keys under which hooks are named; undefined = hooks are not shown. */
  readonly keys?: readonly string[] | undefined
  /** Reads a stored file by its hash, for calls that carry files. */
  readonly files?: ReadFile
}

/** Reads the folders, hands them to `work`, closes what was opened. */
export async function withFolder<T>(
  settings: Pick<HubSettings, 'env'>,
  { projects, connections, keys, library = 'used', files }: FolderOptions,
  work: (loaded: LoadedTenants) => Promise<T>,
): Promise<T> {
  const sealer = createSealer(keys && keys.length > 0 ? keys : [randomBytes(32).toString('base64')])
  const loaded = await loadTenants({
    projects,
    shipped: packageRoot(),
    env: settings.env,
    clock: systemClock,
    log: SILENT,
    sealer,
    connections,
    library,
    ...(files && { files }),
  })
  try {
    return await work(loaded)
  } finally {
    await Promise.all(loaded.tenants.map(closeTenant))
  }
}

/** @throws HubError `CLI_TENANT_UNCLEAR`, `CONFIG_TENANT_UNKNOWN` */
export function pickTenant<T>(
  all: ReadonlyMap<string, T>,
  wanted: string | undefined,
): { readonly tenant: string; readonly of: T } {
  const [only, ...others] = wanted === undefined ? all : [...all].filter(([name]) => name === wanted)
  if (only && others.length === 0) return { tenant: only[0], of: only[1] }
  if (others.length > 0)
    throw new HubError('CLI_TENANT_UNCLEAR', {
      detail: `there are the tenants ${[...all.keys()].join(', ')}`,
    })
  throw new HubError('CONFIG_TENANT_UNKNOWN', { detail: `there is no tenant ${wanted ?? ''}`.trimEnd() })
}

export const byTenant = (tenants: readonly TenantConfig[]): ReadonlyMap<string, TenantConfig> =>
  new Map(tenants.map(config => [config.tenant, config]))

/** A mapping no flow uses says by itself what it is for: an answer, where only that compiles. */
export function mappingUse(catalog: Catalog, name: string): 'in' | 'answer' | 'out' {
  const use = catalog.useOf(name)
  if (use === 'out' || catalog.mapping(name, 'in')) return use
  return catalog.readsAnswer(name) && catalog.mapping(name, 'answer') ? 'answer' : 'in'
}
