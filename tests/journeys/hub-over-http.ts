/**
 * A hub over a project folder with a real ledger, behind its HTTP door on a free port: real connections, a clock that the
 * test turns, no timers. Closed and removed after each test.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach } from 'vitest'
import { buildApp } from '../../src/http/app.js'
import { createSealer } from '../../src/kernel/seal.js'
import { openBlobs } from '../../src/ledger/blobs.js'
import type { Ledger } from '../../src/ledger/engine/types.js'
import { attempts, deliveries } from '../../src/ledger/schema.js'
import { selectRows } from '../../src/ledger/table.js'
import { loadTenants } from '../../src/pipeline/config/load-tenants.js'
import { closeTenant } from '../../src/pipeline/config/open-connections.js'
import type { Parts } from '../../src/pipeline/parts.js'
import { createPipeline } from '../../src/pipeline/run.js'
import { takeUpFlows } from '../../src/pipeline/start-flows.js'
import { silentChannel, TestClock } from '../pipeline/rig.js'

const ROOT = join(import.meta.dirname, '../..')
const ENDS: (() => Promise<unknown> | unknown)[] = []
afterEach(async () => {
  for (const end of ENDS.splice(0).reverse()) await end()
})
/** Runs after the test, the latest first. */
export const afterwards = (end: () => Promise<unknown> | unknown) => void ENDS.push(end)

/** A hub over a folder, behind a door on a free port, with a clock that the test turns. */
export async function startHub(
  ledger: Ledger,
  files: Readonly<Record<string, string>>,
  clock = new TestClock(),
) {
  const folder = mkdtempSync(join(tmpdir(), 'hrhub-over-http-'))
  ENDS.push(() => rmSync(folder, { recursive: true, force: true }))
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  const log: Parts['log'] = { debug() {}, info() {}, warn() {}, error: (f, e) => console.error(e, f) }
  const sealer = createSealer([Buffer.alloc(32, 7).toString('base64')])
  const blobs = openBlobs(join(folder, 'blobs'))
  const loaded = await loadTenants({
    projects: [folder],
    shipped: ROOT,
    env: () => undefined,
    clock,
    sealer,
    log,
    files: hash => blobs.get(hash),
    connections: 'open',
  })
  const [config] = loaded.tenants
  if (!config || loaded.problems.some(problem => problem.severity === 'error'))
    throw new Error(loaded.problems.map(({ code, message }) => `${code} ${message}`).join('\n'))
  ENDS.push(() => closeTenant(config))
  const parts: Parts = {
    ledger,
    clock,
    sealer,
    log,
    instance: 'test/1',
    publicUrl: undefined,
    blobs,
    paused: new Set(),
    tenants: () => [config],
    config: () => config,
  }
  const pipeline = createPipeline({ parts, channel: silentChannel, role: 'all' })
  await takeUpFlows(parts, config)
  const app = await buildApp(
    { channel: silentChannel, pipeline, parts, log, onPublished: () => () => undefined },
    { processMetrics: false },
  )
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  ENDS.push(() => app.close())
  const rest = async () => {
    for (let round = 0; round < 50; round++) {
      await pipeline.idle()
      const found = await pipeline.sweep()
      await pipeline.idle()
      if (found.due + found.messages + found.waits === 0) return
    }
    throw new Error('the pipeline does not come to rest')
  }
  return {
    url,
    clock,
    parts,
    ledger,
    rest,
    async pass(ms: number) {
      clock.pass(ms)
      await rest()
    },
    rows: () => selectRows(ledger, deliveries, 'order by t.key'),
    tries: () => selectRows(ledger, attempts, 'order by t.at, t.try'),
  }
}

export type HubOverHttp = Awaited<ReturnType<typeof startHub>>
