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
import { type Access, openAccess } from './journey/access.js'
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
  /** Whether the process was told to stop while this was starting: then no journey is begun. */
  readonly stopAsked?: () => boolean
}

export async function runSandbox(
  settings: HubSettings,
  {
    openDoor,
    print = line => console.log(line),
    withJourney = true,
    log,
    stopAsked = () => false,
  }: SandboxRunOptions,
): Promise<SandboxRun> {
  const { folder, logFile, vendors, hub, door, close } = await openSystems(settings, openDoor, log)
  const { url, adminKey } = door
  const simulators = Object.fromEntries(VENDORS.map(name => [name, vendors.simulators[name].url])) as Record<
    VendorName,
    string
  >
  let stopping = stopAsked()
  if (!stopping) {
    print(`hrhub is listening at ${url}  (API: ${url}/docs)`)
    print(`API key: ${adminKey}`)
    print(`embedded ledger in ${settings.dataFolder}: kill -9 loses nothing, a power cut may`)
    print(`log: ${logFile}`)
    print(`systems: ${VENDORS.map(name => `${name} ${simulators[name]}`).join('  ')}`)
  }
  const access = openAccess(url, adminKey, simulators, join(folder, 'mail'))
  const walks = withJourney && !stopping
  const journey = walks ? walk(folder, access, print, () => stopping) : Promise.resolve(true)
  return {
    url,
    hub,
    vendors,
    journey,
    async stop() {
      stopping = true
      await journey
      await close()
    },
  }
}

/** The vendors, a hub between them and its door; where one of them does not open, none is left behind. */
async function openSystems(
  settings: HubSettings,
  openDoor: SandboxRunOptions['openDoor'],
  log: Log | undefined,
) {
  const folder = join(settings.dataFolder, 'sandbox')
  // The log goes beside the data: on the screen it would talk over the story.
  const logFile = join(settings.dataFolder, 'hub.log')
  mkdirSync(folder, { recursive: true })
  const toFile = () =>
    pino({ level: settings.logLevel, base: null }, destination({ dest: logFile, sync: false }))
  const opened: (() => Promise<void>)[] = []
  const close = async () => {
    for (const end of opened.splice(0).reverse()) await end()
  }
  try {
    const vendors = await startVendors({ folder, retryScale: 0.1 })
    opened.push(() => vendors.close())
    const hub = await startHub({ settings: hubSettings(settings, vendors), log: log ?? toFile() })
    opened.push(() => hub.stop())
    const door = await openDoor(hub)
    opened.push(() => door.close())
    vendors.aim(door.url)
    return { folder, logFile, vendors, hub, door, close }
  } catch (error) {
    await close()
    throw error
  }
}

async function walk(
  folder: string,
  access: Access,
  print: (line: string) => void,
  stopped: () => boolean,
): Promise<boolean> {
  const file = join(folder, 'journey.json')
  const memory: Memory = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Memory) : {}
  const save = () => {
    writeFileSync(`${file}.new`, JSON.stringify(memory))
    renameSync(`${file}.new`, file)
  }
  if (Object.keys(memory).length > 0) print('\nTaking the journey up where it was.')
  try {
    await play({ access, scenes: SCENES, memory, print, save, stopped })
    if (stopped()) return false
    const found = await agreements(access)
    printTable(found, print)
    const good = found.every(one => one.problems.length === 0)
    print(
      good
        ? '\nThe journey is at its end: every system holds the same. The hub keeps running; Ctrl-C stops it.'
        : '\nThe systems do not agree; see above.',
    )
    return good
  } catch (error) {
    print(`\n✗ ${error instanceof Error ? error.message : String(error)}`)
    return false
  }
}

function hubSettings(settings: HubSettings, vendors: SandboxVendors): HubSettings {
  const project =
    settings.projects.length > 0 ? settings.projects.join(',') : join(packageRoot(), 'config', 'sandbox')
  return readSettings(undefined, {
    ...vendors.environment,
    ...given(settings),
    HRHUB_PROJECT: project,
    // Files are passed on as links of the hub; on a port chosen by the system there are none.
    ...(settings.publicUrl === undefined && settings.port > 0
      ? { HRHUB_PUBLIC_URL: `http://${settings.host}:${settings.port}` }
      : {}),
  })
}

/** What the caller set stays set; only what is missing comes from the sandbox. */
function given(settings: HubSettings): Record<string, string> {
  return Object.fromEntries(
    settings.all.flatMap(({ name, value, from }) =>
      value !== undefined && from !== 'default' ? [[name, value]] : [],
    ),
  )
}
