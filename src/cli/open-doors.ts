/**
 * Opens a hub to the world: the API, the first admin key and, on an embedded folder, the door through which
 * commands beside the running hub reach it.
 */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Hub } from '../hub.js'
import { createKey, ensureAdminKey, openKey, tenantsWithoutAdmin } from '../pipeline/keys.js'
import type { Doors, OpenApi, SandboxDoor } from './invocation.js'
import { openOperatorDoor } from './operator/door.js'
import { meansOf } from './operator/operate.js'
import { removeRunning, writeRunning } from './operator/running.js'

export interface OpenedDoors {
  readonly api: OpenApi
  /** Made at this very start, to be shown once. */
  readonly adminKey: string | undefined
  /** Tenants that still need an admin key; nobody asks a worker. */
  readonly withoutAdmin: readonly string[]
  /** Nothing comes in any more; the hub itself goes on. */
  close(): Promise<void>
}

const adminKeyFile = (dataFolder: string) => join(dataFolder, 'admin-key')

/** @param keys whether the door takes keys: a worker's does not, so nobody needs one there */
export async function openDoors(hub: Hub, openApi: Doors['api'], keys = true): Promise<OpenedDoors> {
  const { settings, parts } = hub
  const embedded = settings.databaseUrl === undefined
  const adminKey = keys ? await ensureAdminKey({ parts, settings }) : undefined
  if (adminKey !== undefined && embedded) keepAdminKey(settings.dataFolder, adminKey)
  const withoutAdmin = keys ? await tenantsWithoutAdmin(parts) : []
  const api = await openApi(hub)
  if (!embedded) return { api, adminKey, withoutAdmin, close: () => api.close() }
  const operator = await openOperatorDoor(meansOf(hub))
  writeRunning(settings.dataFolder, {
    pid: process.pid,
    started: new Date(Date.now() - process.uptime() * 1000).toISOString(),
    address: keys ? api.address : null,
    door: operator.address,
    key: operator.key,
  })
  return {
    api,
    adminKey,
    withoutAdmin,
    async close() {
      removeRunning(settings.dataFolder)
      await Promise.all([api.close(), operator.close()])
    },
  }
}

/** The sandbox drives the API itself, so it needs a key at every start, not only at the first. */
export async function openSandboxDoor(hub: Hub, openApi: Doors['api']): Promise<SandboxDoor> {
  const doors = await openDoors(hub, openApi)
  const adminKey = doors.adminKey ?? (await knownAdminKey(hub)) ?? (await madeAdminKey(hub))
  return { url: doors.api.address, adminKey, close: doors.close }
}

/** On one machine the key that was printed once can be read again by who owns the folder. */
function keepAdminKey(dataFolder: string, key: string): void {
  const file = adminKeyFile(dataFolder)
  rmSync(file, { force: true })
  writeFileSync(file, `${key}\n`, { mode: 0o600 })
}

async function knownAdminKey({ settings, parts }: Hub): Promise<string | undefined> {
  const file = adminKeyFile(settings.dataFolder)
  const key = settings.adminKey ?? (existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined)
  return key !== undefined && (await openKey(parts, key)) ? key : undefined
}

async function madeAdminKey({ parts }: Hub): Promise<string> {
  const tenant = parts.tenants()[0]?.tenant ?? 'default'
  return (await createKey(parts, tenant, { name: 'sandbox', scopes: ['admin'], connection: undefined })).text
}
