/**
 * Runs operator verbs where the ledger is: in the running hub of an embedded folder, through its door; else here,
 * over the ledger that the settings name. One helper decides, so that no command opens a folder twice.
 */

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pino } from 'pino'
import type { HubSettings } from '../../config.js'
import { startHub } from '../../hub.js'
import { systemClock } from '../../kernel/clock.js'
import { CODES, type Code, HubError } from '../../kernel/errors.js'
import { isObject, type Json } from '../../kernel/json.js'
import { createSealer } from '../../kernel/seal.js'
import { openBlobs } from '../../ledger/blobs.js'
import { openLedger } from '../../ledger/engine/open-ledger.js'
import { readInstance } from '../../ledger/instance.js'
import { MIGRATIONS } from '../../ledger/migrations/all.js'
import { appliedMigrations } from '../../ledger/schema-version.js'
import type { Parts } from '../../pipeline/parts.js'
import { byTenant, withFolder } from '../folder.js'
import { projectsOf, withProjects } from '../invocation.js'
import { existingKeys } from '../keys-at-hand.js'
import { createDisk } from './disk.js'
import { type LedgerState, ledgerState } from './ledger-state.js'
import type { OperatorMeans } from './means.js'
import { type RunningHub, readRunning } from './running.js'
import { type ResultOf, runVerb, VERBS, type VerbName, type WordsOf } from './verbs.js'

/** Asks for verbs one after another over one opened ledger. */
export type Ask = <V extends VerbName>(verb: V, words: WordsOf<V>) => Promise<ResultOf<V>>

/** A door answers its ping at once, or is not there. */
const PING_MS = 3_000
/** The longest verb is a backup: about a second per 100 MB. */
const VERB_MS = 30 * 60_000

/** Commands report what matters themselves; the log tells only what went wrong. */
const log = pino({ level: 'error', base: null }, pino.destination({ fd: 2, sync: true }))

/** @throws HubError `LEDGER_FOLDER_LOCKED`, `CLI_HUB_SILENT`, `CLI_SCHEMA_OLD`, `LEDGER_FOREIGN` */
export async function operate<T>(
  settings: HubSettings,
  needs: 'ledger' | 'hub',
  work: (ask: Ask) => Promise<T>,
): Promise<T> {
  const running = await runningHub(settings)
  if (running) return work((verb, words) => askDoor(running, verb, words))
  const open = needs === 'hub' ? withHub : withLedger
  return open(settings, means =>
    work((verb, words) => {
      if (VERBS[verb].needs === 'hub' && needs !== 'hub')
        throw new HubError('HUB_DEFECT', { detail: `${verb} was asked without a hub` })
      return runVerb(means, { verb, words: words as Json }) as Promise<never>
    }),
  )
}

/** The hub that runs on the embedded folder; undefined where none answers, or the ledger is not embedded. */
export async function runningHub(settings: HubSettings): Promise<RunningHub | undefined> {
  if (settings.databaseUrl !== undefined) return undefined
  const running = readRunning(settings.dataFolder)
  if (!running) return undefined
  // A killed hub leaves its file: then nobody answers, and the folder's lock says whether it is free.
  const answer = await post(running, 'ping', {}, PING_MS).catch(nobody)
  return answer === undefined ? undefined : running
}

function nobody(error: unknown): undefined {
  if (error instanceof HubError && error.code === 'CLI_HUB_SILENT') return undefined
  throw error
}

async function askDoor<V extends VerbName>(
  running: RunningHub,
  verb: V,
  words: WordsOf<V>,
): Promise<ResultOf<V>> {
  return (await post(running, verb, words as Json, VERB_MS)) as ResultOf<V>
}

async function post(running: RunningHub, verb: VerbName, words: Json, timeoutMs: number): Promise<unknown> {
  const response = await fetch(running.door, {
    method: 'POST',
    headers: { authorization: `Bearer ${running.key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ verb, words }),
    signal: AbortSignal.timeout(timeoutMs),
  }).catch((cause: unknown) => {
    throw new HubError('CLI_HUB_SILENT', { detail: `process ${running.pid} does not answer`, cause })
  })
  // Another process may have the port by now, and answer in its own way.
  const body: unknown = await response.json().catch((cause: unknown) => {
    throw new HubError('CLI_HUB_SILENT', {
      detail: `it is not the hub that answers at ${running.door}`,
      cause,
    })
  })
  if (response.ok && isObject(body)) return body['result'] ?? true
  const code = isObject(body) && isCode(body['code']) ? body['code'] : 'HUB_DEFECT'
  const detail = isObject(body) ? String(body['detail'] ?? '') : ''
  throw new HubError(response.status === 401 ? 'CLI_HUB_SILENT' : code, { detail })
}

const isCode = (code: unknown): code is Code => typeof code === 'string' && Object.hasOwn(CODES, code)

/** For doctor: of any ledger, also one of an older version or another key. */
export async function stateOfLedger(settings: HubSettings): Promise<LedgerState> {
  const running = await runningHub(settings)
  if (running) return askDoor(running, 'state', {})
  return withLedger(settings, ({ parts }) => ledgerState(parts), { whatever: true })
}

/** A command looks for a ledger and its key; only a start makes them. */
function keysOfLedger(settings: HubSettings, restoreFrom?: string): readonly string[] {
  const { databaseUrl, dataFolder } = settings
  const made =
    databaseUrl !== undefined || restoreFrom !== undefined || existsSync(join(dataFolder, 'ledger'))
  if (!made) throw new HubError('CLI_SCHEMA_OLD', { detail: `there is no ledger in ${dataFolder} yet` })
  const keys = existingKeys(settings)
  if (keys) return keys
  throw new HubError('CONFIG_KEY_MISSING', {
    detail: databaseUrl === undefined ? `there is no ${join(dataFolder, 'key')}` : 'HRHUB_KEY is not set',
  })
}

async function withHub<T>(settings: HubSettings, work: (means: OperatorMeans) => Promise<T>): Promise<T> {
  keysOfLedger(settings)
  const hub = await startHub({ settings: withProjects(settings), role: 'api', log })
  try {
    return await work(meansOf(hub))
  } finally {
    await hub.stop()
  }
}

/** Means over a hub, the one of this process or the one that serves. */
export function meansOf({
  parts,
  pipeline,
  settings,
}: Pick<OperatorMeans & { pipeline: object }, 'parts' | 'pipeline'> & {
  readonly settings: HubSettings
}): OperatorMeans {
  return {
    parts,
    pipeline,
    config: async tenant => parts.tenants().find(one => one.tenant === tenant),
    disk: createDisk(settings),
  }
}

export interface LedgerOptions {
  /** doctor and restored look at a ledger whatever it is. */
  readonly whatever?: boolean
  /** A backup that an empty data folder starts from. */
  readonly restoreFrom?: string | undefined
}

export async function withLedger<T>(
  settings: HubSettings,
  work: (means: OperatorMeans) => Promise<T>,
  { whatever = false, restoreFrom }: LedgerOptions = {},
): Promise<T> {
  const keys = keysOfLedger(settings, restoreFrom)
  const sealer = createSealer(keys)
  const ledger = await openLedger({
    clock: systemClock,
    log,
    ...(settings.databaseUrl === undefined
      ? { folder: settings.dataFolder, ...(restoreFrom === undefined ? {} : { restoreFrom }) }
      : { url: settings.databaseUrl }),
  })
  try {
    const parts: Parts = {
      ledger,
      clock: systemClock,
      sealer,
      log,
      instance: '',
      publicUrl: settings.publicUrl,
      blobs: openBlobs(join(settings.dataFolder, 'blobs')),
      paused: new Set(),
      tenants: () => [],
      config(tenant) {
        throw new HubError('CONFIG_TENANT_UNKNOWN', { detail: `the folder of ${tenant} is not loaded` })
      },
    }
    if (!whatever) await refuseStrangers(parts)
    const config = (tenant: string) => folderOf(settings, tenant)
    return await work({ parts, pipeline: undefined, config, disk: createDisk(settings) })
  } finally {
    await ledger.close()
  }
}

async function refuseStrangers({ ledger, sealer }: Parts): Promise<void> {
  const applied = await appliedMigrations(ledger)
  const missing = Object.keys(MIGRATIONS).filter(name => !applied.includes(name))
  if (missing.length > 0)
    throw new HubError('CLI_SCHEMA_OLD', { detail: `the ledger lacks ${missing.join(', ')}` })
  const instance = await readInstance(ledger)
  if (instance && !sealer.knows(instance.keyFingerprint))
    throw new HubError('LEDGER_FOREIGN', { detail: 'the ledger was made under another HRHUB_KEY' })
}

/** Only names are taken from it: a folder with problems leaves them out, nothing more. */
async function folderOf(settings: HubSettings, tenant: string) {
  return withFolder(settings, { projects: projectsOf(settings), connections: 'check-only' }, async loaded =>
    byTenant(loaded.tenants).get(tenant),
  )
}
