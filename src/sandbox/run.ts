/**
 * `npm start`: the hub on the embedded ledger with every simulated vendor, and the journey of one candidate through
 * them, told in plain words. Killed in the middle, the next start takes it up where it was.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { destination, pino } from 'pino'
import { type HubSettings, packageRoot, readSettings } from '../config.js'
import { type Hub, startHub } from '../hub.js'
import type { Log } from '../pipeline/parts.js'
import { openAccess } from './journey/access.js'
import { type Memory, play } from './journey/scene.js'
import { SCENES } from './journey/scenes.js'
import { agreements, printTable } from './journey/table.js'
import { type SandboxVendors, startVendors, VENDORS, type VendorName } from './vendors.js'

export interface SandboxRun {
  readonly url: string
  readonly hub: Hub
  readonly vendors: SandboxVendors
  /** Resolves with whether the journey came to a good end. */
  readonly journey: Promise<boolean>
  stop(): Promise<void>
}

export interface SandboxRunOptions {
  /** Opens the hub's HTTP door; the doors do not know each other, main introduces them. */
  readonly openDoor: (
    hub: Hub,
  ) => Promise<{ readonly url: string; readonly adminKey: string; close(): Promise<void> }>
  readonly print?: (line: string) => void
  /** False: only the systems, for tests that press for themselves. */
  readonly withJourney?: boolean
  /** Where the hub logs to; default: as the settings say. */
  readonly log?: Log
}

export async function runSandbox(
  settings: HubSettings,
  { openDoor, print = line => console.log(line), withJourney = true, log }: SandboxRunOptions,
): Promise<SandboxRun> {
  const folder = join(settings.dataFolder, 'sandbox')
  mkdirSync(folder, { recursive: true })
  const vendors = await startVendors({ folder, retryScale: 0.1 })
  const project =
    settings.projects.length > 0 ? settings.projects.join(',') : join(packageRoot(), 'config', 'sandbox')
  const hubSettings = readSettings(undefined, {
    ...vendors.environment,
    ...given(settings),
    HRHUB_PROJECT: project,
    // Files are passed on as links of the hub; on a port chosen by the system there are none.
    ...(settings.publicUrl === undefined && settings.port > 0
      ? { HRHUB_PUBLIC_URL: `http://${settings.host}:${settings.port}` }
      : {}),
  })
  // The log goes beside the data: on the screen it would talk over the story.
  const logFile = join(settings.dataFolder, 'hub.log')
  const toFile = () =>
    pino({ level: settings.logLevel, base: null }, destination({ dest: logFile, sync: false }))
  const hub = await startHub({ settings: hubSettings, log: log ?? toFile() })
  const door = await openDoor(hub)
  const { url, adminKey: key } = door
  vendors.aim(url)
  const simulators = Object.fromEntries(VENDORS.map(name => [name, vendors.simulators[name].url])) as Record<
    VendorName,
    string
  >
  const access = openAccess(url, key, simulators, join(folder, 'mail'))
  let stopping = false

  print(`hrhub is listening at ${url}  (API: ${url}/docs)`)
  print(`API key: ${key}`)
  print(`embedded ledger in ${settings.dataFolder}: kill -9 loses nothing, a power cut may`)
  print(`log: ${logFile}`)
  print(`systems: ${VENDORS.map(name => `${name} ${simulators[name]}`).join('  ')}`)

  async function walk(): Promise<boolean> {
    const file = join(folder, 'journey.json')
    const memory: Memory = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Memory) : {}
    const save = () => {
      writeFileSync(`${file}.new`, JSON.stringify(memory))
      renameSync(`${file}.new`, file)
    }
    if (Object.keys(memory).length > 0) print('\nTaking the journey up where it was.')
    await play({ access, scenes: SCENES, memory, print, save, stopped: () => stopping })
    if (stopping) return false
    const found = await agreements(access)
    printTable(found, print)
    const good = found.every(one => one.problems.length === 0)
    print(
      good
        ? '\nThe journey is at its end: every system holds the same. The hub keeps running; Ctrl-C stops it.'
        : '\nThe systems do not agree; see above.',
    )
    return good
  }

  const journey = withJourney
    ? walk().catch((error: unknown) => {
        print(`\n✗ ${error instanceof Error ? error.message : String(error)}`)
        return false
      })
    : Promise.resolve(true)

  return {
    url,
    hub,
    vendors,
    journey,
    async stop() {
      stopping = true
      await journey
      await door.close()
      await hub.stop()
      await vendors.close()
    },
  }
}

/** What the caller set stays set; only what is missing comes from the sandbox. */
function given(settings: HubSettings): Record<string, string> {
  return Object.fromEntries(
    settings.all.flatMap(({ name, value, from }) =>
      value !== undefined && from !== 'default' ? [[name, value]] : [],
    ),
  )
}
