/**
 * The sandbox as `npm start` runs it, in this process: hub, HTTP door and every simulated vendor on free ports, what
 * it logs and prints kept. Closed and removed at the end of the file.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterAll } from 'vitest'
import { openSandboxDoor } from '../../src/cli/open-doors.js'
import { readSettings } from '../../src/config.js'
import { buildApp } from '../../src/http/app.js'
import type { Hub } from '../../src/hub.js'
import { type Access, openAccess } from '../../src/sandbox/journey/access.js'
import { runSandbox, type SandboxRun } from '../../src/sandbox/run.js'
import { VENDORS, type VendorName } from '../../src/sandbox/vendors.js'

export interface RunningSandbox {
  readonly run: SandboxRun
  readonly access: Access
  readonly adminKey: string
  readonly folder: string
  /** Every line the hub logged, at every level, as it would be written. */
  readonly log: string[]
  readonly printed: string[]
  /** What was printed last and what the hub complained of, for the words of a failure. */
  tale(): string
}

const ends: (() => Promise<unknown> | unknown)[] = []
/** Runs at the end of the file, the latest first. */
export const atEnd = (end: () => Promise<unknown> | unknown) => void ends.push(end)
afterAll(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'hrhub-journey-'))
  atEnd(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

export interface SandboxInProcess {
  /** Settings beside port and folder. */
  readonly settings?: Readonly<Record<string, string>>
  readonly withJourney?: boolean
  readonly onPrint?: (line: string) => void
}

export async function openSandbox({
  settings = {},
  withJourney = true,
  onPrint,
}: SandboxInProcess = {}): Promise<RunningSandbox> {
  const folder = temporaryFolder()
  const log: string[] = []
  const printed: string[] = []
  let adminKey = ''
  const run = await runSandbox(
    readSettings(
      {},
      { PORT: '0', HRHUB_DATA: folder, HRHUB_SETTINGS: join(folder, 'none.env'), ...settings },
    ),
    {
      log: pino({ level: 'trace', base: null }, { write: (line: string) => void log.push(line) }),
      withJourney,
      print(line) {
        printed.push(line)
        onPrint?.(line)
      },
      async openDoor(hub) {
        const door = await openSandboxDoor(hub, openApiAt(Number(settings['PORT'] ?? 0)))
        adminKey = door.adminKey
        return door
      },
    },
  )
  atEnd(() => run.stop())
  const urls = Object.fromEntries(VENDORS.map(name => [name, run.vendors.simulators[name].url]))
  const access = openAccess(
    run.url,
    adminKey,
    urls as Record<VendorName, string>,
    join(folder, 'sandbox', 'mail'),
  )
  const complaints = () => log.filter(line => /"level":[456]0/.test(line)).slice(-20)
  const tale = () => [...printed.slice(-14), ...complaints()].join('\n')
  return { run, access, adminKey, folder, log, printed, tale }
}

const openApiAt = (port: number) => async (hub: Hub) => {
  const app = await buildApp(hub)
  const address = await app.listen({ host: '127.0.0.1', port })
  return { address, close: async () => void (await app.close()) }
}

/** Named to the hub beforehand, so that it has an address for links to files, as under `npm start`. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      const port = address !== null && typeof address === 'object' ? address.port : 0
      server.close(() => resolve(port))
    })
  })
}

/** What was made at a vendor, as its memory file says: the processes may be gone. */
export function rememberedEffects(data: string): Made[] {
  return VENDORS.flatMap(vendor => {
    const file = join(data, 'sandbox', `${FILES[vendor]}.json`)
    if (!existsSync(file)) return []
    const memory = JSON.parse(readFileSync(file, 'utf8')) as { effects: Omit<Made, 'vendor'>[] }
    return memory.effects.map(effect => ({ ...effect, vendor }))
  })
}

const FILES: Readonly<Record<VendorName, string>> = {
  ehr: 'acme-ehr',
  ai: 'nova-ai',
  lms: 'open-lms',
  feishu: 'feishu',
  dingtalk: 'dingtalk',
  sms: 'aliyun-sms',
  mail: 'mail',
}

export interface Made {
  readonly vendor: VendorName
  readonly operation: string
  readonly verb: string
  readonly resource: string
  readonly id: string
  readonly body: unknown
  readonly token?: string
}

/** Polls until it is there. @throws Error with what is missing, past the deadline */
export async function eventually<T>(
  what: string,
  look: () => Promise<T | Missing> | T | Missing,
  within = 20_000,
): Promise<T> {
  const until = performance.now() + within
  for (;;) {
    const found = await look()
    if (!isMissing(found)) return found
    if (performance.now() > until) throw new Error(`${what}: not within ${within} ms; ${found.missing}`)
    await new Promise(resolve => setTimeout(resolve, 25))
  }
}

/** Not yet, and why. */
export interface Missing {
  readonly missing: string
}
const isMissing = (value: unknown): value is Missing =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, 'missing')
