/**
 * The composition root: every part is built once, here, and handed down. Reads like a table of contents; what a
 * part does is in its own room.
 */
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pino } from 'pino'
import { openChannel } from './channel/open-channel.js'
import type { Channel } from './channel/types.js'
import { type HubSettings, packageRoot } from './config.js'
import { type Clock, systemClock } from './kernel/clock.js'
import { HubError, type Problem } from './kernel/errors.js'
import { createSealer, type Sealer } from './kernel/seal.js'
import { createTally } from './kernel/tally.js'
import { openBlobs } from './ledger/blobs.js'
import { endLeases } from './ledger/end-leases.js'
import { openLedger } from './ledger/engine/open-ledger.js'
import type { Ledger } from './ledger/engine/types.js'
import { openInstance, rekeyInstance } from './ledger/instance.js'
import { migrate } from './ledger/migrate.js'
import { MIGRATIONS } from './ledger/migrations/all.js'
import { type Sealer as FeedSealer, runSealer } from './ledger/run-sealer.js'
import type { Catalog } from './pipeline/config/catalog.js'
import { loadTenants } from './pipeline/config/load-tenants.js'
import type { TenantConfig } from './pipeline/config/types.js'
import type { Log, Parts } from './pipeline/parts.js'
import { createPipeline, type Pipeline } from './pipeline/run.js'
import { sharedTokens } from './pipeline/shared-tokens.js'
import { takeUpFlows } from './pipeline/start-flows.js'

export interface Hub {
  readonly settings: HubSettings
  readonly ledger: Ledger
  readonly channel: Channel
  readonly pipeline: Pipeline
  readonly parts: Parts
  readonly sealer: Sealer
  readonly feed: FeedSealer | undefined
  readonly log: Log
  /** What a tenant sees of connectors, tables and mappings. */
  catalogOf(tenant: string): Catalog | undefined
  /** Told the newest feed position after each publication. */
  onPublished(listener: (position: number) => void): () => void
  /** Reads the folder again; on an error the hub keeps its last good configuration. @returns every problem */
  reload(): Promise<readonly Problem[]>
  stop(): Promise<void>
}

export interface HubOptions {
  readonly settings: HubSettings
  readonly role?: 'all' | 'api' | 'worker'
  readonly clock?: Clock
  readonly log?: Log
}

/** The folder has problems: each is printed, nothing is started. */
export class ConfigurationError extends Error {
  readonly problems: readonly Problem[]
  constructor(problems: readonly Problem[]) {
    super(`${problems.length} problem${problems.length === 1 ? '' : 's'} in the project folder`)
    this.problems = problems
  }
}

/** As long as a row can be at work. */
const CLOSE_OLD_MS = 120_000

/** @throws ConfigurationError with every problem of the folder; HubError where a store cannot be opened */
export async function startHub({
  settings,
  role = 'all',
  clock = systemClock,
  log = createLog(settings),
}: HubOptions): Promise<Hub> {
  const sealer = createSealer(masterKeys(settings))
  const tokens = sharedTokens(sealer, clock)
  const blobs = openBlobs(join(settings.dataFolder, 'blobs'))
  const load = () =>
    loadTenants({
      projects: settings.projects,
      shipped: packageRoot(),
      env: settings.env,
      clock,
      sealer,
      log,
      tokens,
      files: hash => blobs.get(hash),
      connections: 'open',
    })
  const errors = (problems: readonly Problem[]) => problems.filter(problem => problem.severity === 'error')
  const open = () =>
    openLedger({
      clock,
      log,
      ...(settings.databaseUrl
        ? // The same flows run watched on PGlite and in the tests of both.
          { url: settings.databaseUrl, watched: false }
        : { folder: settings.dataFolder, prepared: join(packageRoot(), 'dist', 'new-ledger') }),
    })
  // The embedded database takes as long to open as the folder to compile, in a thread of its own: both at once. A
  // new one is made only when the folder is known to be good.
  const early = hasEmbedded(settings) ? open() : undefined
  early?.catch(() => undefined)
  const closeEarly = async () => void (await early?.then(opened => opened.close()).catch(() => undefined))
  let loaded = await load().catch(async error => {
    await closeEarly()
    throw error
  })
  if (errors(loaded.problems).length > 0) {
    await closeEarly()
    throw new ConfigurationError(loaded.problems)
  }

  const ledger = await (early ?? open())
  await migrate(ledger, MIGRATIONS)
  tokens.share(ledger)
  // The folder's lock let nobody else in: leases of a killed process hold nothing up.
  if (ledger.engine === 'pglite') await endLeases(ledger, clock.now())
  const instance = await openInstance(ledger, sealer.fingerprint, clock.now())
  if (!sealer.knows(instance.keyFingerprint)) {
    await ledger.close()
    throw new HubError('LEDGER_FOREIGN', { detail: 'the ledger was made under another HRHUB_KEY' })
  }
  // Rotated: from now on the ledger is the first key's, so that the others can go one day.
  await rekeyInstance(ledger, instance.keyFingerprint, sealer.fingerprint)
  const channel = await openChannel({
    log,
    // A Redis may serve several hubs: one must not hear the other's rings.
    ...(settings.redisUrl
      ? { redisUrl: settings.redisUrl, prefix: `hrhub-${instance.id}` }
      : { pool: ledger.pool, prefix: 'hrhub' }),
  })
  const listeners = new Set<(position: number) => void>()
  const feed =
    role === 'api'
      ? undefined
      : runSealer(ledger, position => {
          for (const listener of listeners) listener(position)
        })

  const parts: Parts = {
    ledger,
    clock,
    sealer,
    log,
    instance: `${instance.id}/${instance.epoch}`,
    publicUrl: settings.publicUrl,
    blobs,
    attempts: createTally(),
    paused: new Set(),
    tenants: () => loaded.tenants,
    config(tenant): TenantConfig {
      const found = loaded.tenants.find(one => one.tenant === tenant)
      if (!found) throw new HubError('CONFIG_TENANT_UNKNOWN', { detail: `there is no tenant ${tenant}` })
      return found
    },
  }
  const closing = new Map<NodeJS.Timeout, readonly TenantConfig[]>()
  // Calls under way are never cut by a reload: a message that was cut may have been sent.
  const closeLater = (tenants: readonly TenantConfig[]) => {
    const timer = setTimeout(() => {
      closing.delete(timer)
      void closeConnections(tenants).catch(error => log.warn({ err: error }, 'connections.close-failed'))
    }, CLOSE_OLD_MS)
    closing.set(timer, tenants)
  }
  const noteFlows = async () => {
    for (const config of loaded.tenants) await takeUpFlows(parts, config)
  }
  await noteFlows()
  const pipeline = createPipeline({ parts, channel, role, onFolded: () => feed?.poke() })
  await pipeline.start()

  return {
    settings,
    ledger,
    channel,
    pipeline,
    parts,
    sealer,
    feed,
    log,
    catalogOf: tenant => loaded.catalogs.get(tenant),
    onPublished(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    async reload() {
      const next = await load()
      if (errors(next.problems).length > 0) {
        await closeConnections(next.tenants)
        return next.problems
      }
      closeLater(loaded.tenants)
      loaded = next
      await noteFlows()
      return next.problems
    },
    async stop() {
      await pipeline.stop()
      await feed?.stop()
      for (const [timer, tenants] of closing) {
        clearTimeout(timer)
        await closeConnections(tenants)
      }
      await closeConnections(loaded.tenants)
      await channel.close()
      await ledger.close()
    },
  }
}

const hasEmbedded = ({ databaseUrl, dataFolder }: HubSettings) =>
  databaseUrl === undefined && existsSync(join(dataFolder, 'ledger', 'PG_VERSION'))

async function closeConnections(tenants: readonly TenantConfig[]): Promise<void> {
  for (const config of tenants)
    for (const { connection } of config.connections.values()) await connection.close()
}

export function createLog(settings: Pick<HubSettings, 'logLevel'>): Log {
  return pino({ level: settings.logLevel, base: null })
}

/** Embedded, the key is made at the first start and kept beside the ledger; elsewhere it must be given. */
export function masterKeys(settings: HubSettings): readonly string[] {
  if (settings.keys && settings.keys.length > 0) return settings.keys
  if (settings.databaseUrl)
    throw new HubError('CONFIG_KEY_MISSING', { detail: 'HRHUB_KEY is required with DATABASE_URL' })
  const file = join(settings.dataFolder, 'key')
  if (existsSync(file)) return [readFileSync(file, 'utf8').trim()]
  mkdirSync(settings.dataFolder, { recursive: true })
  const key = randomBytes(32).toString('base64')
  writeFileSync(file, `${key}\n`, { mode: 0o600 })
  return [key]
}
