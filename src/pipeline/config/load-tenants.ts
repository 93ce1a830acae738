/**
 * The integrators' folders, read, checked and compiled: one configuration per tenant, and every problem of all
 * of them at once. A tenant with an error has no configuration; the running hub keeps the one it has.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Problem } from '../../kernel/errors.js'
import { isObject } from '../../kernel/json.js'
import type { Sealer } from '../../kernel/seal.js'
import { normalized } from '../fold/identity-keys.js'
import { Catalog } from './catalog.js'
import { type HookOf, hookMaker, takeHooks } from './hooks.js'
import { type OpeningOptions, openConnections } from './open-connections.js'
import { hasErrors, inOrder } from './problem-order.js'
import { type ReadTenant, readTenant } from './read-tenant.js'
import { readShelf } from './shelf.js'
import { foldersIn, problemAt, readSource } from './source-file.js'
import type { TenantConfig } from './types.js'

export interface LoadOptions extends OpeningOptions {
  /** Folders, one tenant each; `tenants/*` = each folder in it. */
  readonly projects: readonly string[]
  /** The folder whose connectors/, mappings/ and tables/ come besides; a file of the same name in a project wins. */
  readonly shipped: string
  env(name: string): string | undefined
  /** Text of a mounted file, for `${file:/path}`; default: from disk. */
  readFile?(path: string): Promise<string>
  readonly sealer: Pick<Sealer, 'blind'>
  /** Default: `hk_` and a keyed hash of the names, unless the connection says `hook:`. */
  readonly hookOf?: HookOf
  /** check-only: values missing outside are warnings; the connections must not be used, only closed. */
  readonly connections: 'open' | 'check-only'
  /**
   * Of what ships, `used` loads and checks what the folders use; `all` everything.
   * Default: `used` to open, `all` to check.
   */
  readonly library?: 'used' | 'all'
}

export interface LoadedTenants {
  /** Tenants without an error; close them with `closeTenant` when they are replaced. */
  readonly tenants: readonly TenantConfig[]
  readonly problems: readonly Problem[]
  /** What each tenant sees of connectors, tables and mappings, by tenant; with errors too. */
  readonly catalogs: ReadonlyMap<string, Catalog>
}

export async function loadTenants(options: LoadOptions): Promise<LoadedTenants> {
  const { folders, problems } = await findProjects(options.projects)
  const library = options.library ?? (options.connections === 'open' ? 'used' : 'all')
  const wanted = library === 'all' ? undefined : await connectorsNamed(folders)
  const shipped = new Catalog(await readShelf(options.shipped, { wanted }))
  const outside = {
    env: options.env,
    readFile: options.readFile ?? (path => readFile(path, 'utf8')),
    missing: options.connections === 'open' ? 'error' : 'warning',
  } as const
  const read = await Promise.all(folders.map(folder => readTenant(folder, shipped, outside, options.shipped)))
  const catalogs = new Map<string, Catalog>()
  for (const one of read) {
    if (catalogs.has(one.tenant))
      one.connections?.list.add('CONFIG_NAME_TAKEN', ['tenant'], `there are two tenants \`${one.tenant}\``)
    else catalogs.set(one.tenant, one.catalog)
  }
  const hookOf = options.hookOf ?? hookMaker(options.sealer)
  takeHooks(read, hookOf)
  const tenants = read.flatMap(one => {
    const found = one.problems()
    problems.push(...found)
    return hasErrors(found) ? [] : [configOf(one, hookOf, options)]
  })
  problems.push(...shipped.problems(library))
  return { tenants, problems: inOrder(problems), catalogs }
}

/** The table of phone numbers and addresses that many share: an agency's, `hr@…`; each with the reason. */
const IGNORED = 'ignored_identities'

function configOf(read: ReadTenant, hookOf: HookOf, options: LoadOptions): TenantConfig {
  const planned = read.connections?.connections.values() ?? []
  const name = (connection: Parameters<typeof hookOf>[1]) => hookOf(read.tenant, connection)
  return {
    tenant: read.tenant,
    hash: read.hash,
    ownershipHash: read.ownership.hash,
    connections: openConnections(read.tenant, planned, name, options),
    ...read.indexes,
    rank: read.ownership.rank,
    ignoredIdentities: new Set(Object.keys(read.catalog.tables[IGNORED] ?? {}).map(normalized)),
  }
}

/** Connectors that some connection names; what is wrong in the files is told when they are read in full. */
async function connectorsNamed(folders: readonly string[]): Promise<ReadonlySet<string>> {
  const sources = await Promise.all(
    folders.map(folder => readSource(join(folder, 'connections.yaml'), 'connections')),
  )
  const names = new Set<string>()
  for (const source of sources) {
    const value = 'yaml' in source ? source.yaml.value : undefined
    const list = isObject(value) ? value['connections'] : undefined
    for (const entry of Array.isArray(list) ? list : [])
      if (isObject(entry) && typeof entry['connector'] === 'string') names.add(entry['connector'])
  }
  return names
}

async function findProjects(
  projects: readonly string[],
): Promise<{ folders: readonly string[]; problems: Problem[] }> {
  const problems: Problem[] = []
  const found = await Promise.all(
    projects.map(async project => {
      if (!project.endsWith('/*')) return [project]
      const parent = project.slice(0, -2)
      const names = await foldersIn(parent)
      if (names.length === 0)
        problems.push(problemAt(parent, 'CONFIG_FILE_MISSING', `there is no folder in ${parent}`))
      return names.map(name => join(parent, name))
    }),
  )
  return { folders: [...new Set(found.flat())], problems }
}
