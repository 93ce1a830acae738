#!/usr/bin/env node
/** The command `hrhub`: introduces the doors to each other, runs the command line and exits with its answer. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Doors, OpenApi } from './cli/invocation.js'
import { run } from './cli/program.js'
import { packageRoot, readSettings } from './config.js'
import type { App } from './http/served.js'
import type { Hub } from './hub.js'

/** What still holds the process after the last command: a vendor's socket. It gets no more than this. */
const LINGER_MS = 2_000

const doors: Doors = {
  async api(hub) {
    const { buildApp } = await import('./http/app.js')
    return listening(hub, await buildApp(hub))
  },
  async health(hub) {
    const { buildHealthApp } = await import('./http/health-app.js')
    return listening(hub, await buildHealthApp(hub))
  },
  async sandbox(settings, options) {
    const { runSandbox } = await import('./sandbox/run.js')
    const { hub, stop } = await runSandbox(settings, options)
    return { log: hub.log, stop }
  },
  async vendor(name, document, port) {
    const { CREDENTIAL, startAlone } = await import('./sandbox/alone/start.js')
    const simulator = await startAlone(name, document, { port })
    return { address: simulator.url, credential: CREDENTIAL, close: () => simulator.close() }
  },
}

async function listening({ settings }: Hub, app: App): Promise<OpenApi> {
  const address = await app.listen({ host: settings.host, port: settings.port })
  return { address, close: async () => void (await app.close()) }
}

const { version } = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')) as {
  version?: string
}

process.exitCode = await run(process.argv.slice(2), {
  version: version ?? '0.0.0',
  streams: { out: process.stdout, err: process.stderr, in: process.stdin },
  doors,
  settings: over => readSettings(undefined, over),
})
setTimeout(() => process.exit(), LINGER_MS).unref()
