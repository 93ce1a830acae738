/**
 * The office flows over a real ledger and the simulated office: calendars, mail and text messages over real
 * sockets, callbacks through a small door. What the EHR and the AI would say is said directly.
 */

import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { vi } from 'vitest'
import type { Channel } from '../../src/channel/types.js'
import { systemClock } from '../../src/kernel/clock.js'
import { isHubError } from '../../src/kernel/errors.js'
import { newId } from '../../src/kernel/ids.js'
import type { JsonObject } from '../../src/kernel/json.js'
import { createSealer } from '../../src/kernel/seal.js'
import { openBlobs } from '../../src/ledger/blobs.js'
import type { Ledger } from '../../src/ledger/engine/types.js'
import { deliveries, type RecordRow, records } from '../../src/ledger/schema.js'
import { selectRows } from '../../src/ledger/table.js'
import { loadTenants } from '../../src/pipeline/config/load-tenants.js'
import { closeTenant } from '../../src/pipeline/config/open-connections.js'
import type { Parts } from '../../src/pipeline/parts.js'
import { createPipeline } from '../../src/pipeline/run.js'
import { type SandboxVendors, startVendors } from '../../src/sandbox/vendors.js'
import { inMapping } from '../pipeline/rig.js'
import { input } from '../pipeline/support.js'

const ROOT = join(import.meta.dirname, '../..')
const KINDS = ['person', 'position', 'candidate', 'application', 'interview', 'offer', 'notification']
const log = pino({ level: 'silent' })

const noChannel: Channel = {
  carrier: 'redis',
  ring: async () => undefined,
  listen: async () => async () => undefined,
  health: async () => 'ok',
  lost: 0,
  close: async () => undefined,
}

export interface Office {
  readonly vendors: SandboxVendors
  /** Something another system says, in canonical form. @returns id of the record */
  say(kind: string, key: string, fields: JsonObject): Promise<string>
  record(id: string): Promise<RecordRow>
  all(kind: string): Promise<readonly RecordRow[]>
  /** Deliveries that need a person, as `flow state because code`; none where all is well. */
  stuck(): Promise<readonly string[]>
  close(): Promise<void>
}

/** Longer than any callback takes to be read again. */
export const eventually = <T>(look: () => T | Promise<T>): Promise<T> =>
  vi.waitFor(look, { timeout: 15_000, interval: 50 })

export async function openOffice(ledger: Ledger): Promise<Office> {
  const vendors = await startVendors()
  const folder = officeFolder()
  const sealer = createSealer([Buffer.alloc(32, 7).toString('base64')])
  const loaded = await loadTenants({
    projects: [folder],
    shipped: ROOT,
    env: name => vendors.environment[name],
    clock: systemClock,
    sealer,
    log,
    connections: 'open',
  })
  const [tenant] = loaded.tenants
  if (!tenant)
    throw new Error(loaded.problems.map(({ file, line, message }) => `${file}:${line} ${message}`).join('\n'))
  const spoken = KINDS.map(kind => {
    const mapping = inMapping(kind, (source: never) => source)
    return [
      `test.${kind}`,
      [{ id: `${kind}-from-test`, connection: 'test', resource: kind, kind, mapping }],
    ] as const
  })
  const config = { ...tenant, inbound: new Map([...tenant.inbound, ...spoken]) }
  const parts: Parts = {
    ledger,
    clock: systemClock,
    sealer,
    log,
    instance: 'test/1',
    publicUrl: undefined,
    blobs: openBlobs(join(tmpdir(), 'hrhub-test-blobs')),
    paused: new Set(),
    tenants: () => [config],
    config: () => config,
  }
  const pipeline = createPipeline({ parts, channel: noChannel, role: 'all' })
  const door = await openDoor(pipeline.receiver)
  vendors.aim(door.url)
  await pipeline.start()
  let said = 0
  return {
    vendors,
    async say(kind, key, fields) {
      const saying = input('test', kind, key, undefined, fields).said
      // Each later than the one before, as a system would say them.
      const at = Math.max(Date.now(), ++said)
      const taken = await pipeline.receiver.take(config.tenant, {
        tenant: config.tenant,
        id: newId('message', systemClock),
        connection: 'test',
        source: 'api',
        resource: kind,
        received_at: at,
        sent_at: null,
        head: {},
        body: JSON.stringify({ ...saying, occurredAt: at }),
        state: 'new',
        verdicts: [],
        tries: 0,
      })
      const record = taken.verdicts[0]?.record
      if (record === undefined) throw new Error(`not folded: ${JSON.stringify(taken.verdicts)}`)
      return record
    },
    async record(id) {
      const [row] = await selectRows(ledger, records, 'where t.tenant = $1 and t.id = $2', [
        config.tenant,
        id,
      ])
      if (!row) throw new Error(`no record ${id}`)
      return row
    },
    all: kind =>
      selectRows(ledger, records, 'where t.tenant = $1 and t.kind = $2 order by t.id', [config.tenant, kind]),
    async stuck() {
      const rows = await selectRows(ledger, deliveries, 'where t.tenant = $1', [config.tenant])
      return (
        rows
          .filter(row => !['delivered', 'held', 'cancelled', 'superseded', 'lapsed'].includes(row.state))
          // Reminders wait for their time.
          .filter(row => !(row.state === 'waiting' && (row.due_at ?? 0) > Date.now()))
          .map(row => `${row.flow} ${row.state} ${row.because} ${JSON.stringify(row.last_error)}`)
      )
    },
    async close() {
      await pipeline.stop()
      await door.close()
      await closeTenant(tenant)
      await vendors.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** The demonstration company's folder with the office flows alone. */
function officeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'hrhub-office-'))
  mkdirSync(join(folder, 'flows'))
  for (const name of ['connections.yaml', 'tables', 'flows/office.yaml'])
    cpSync(join(ROOT, 'config/sandbox', name), join(folder, name), { recursive: true })
  return folder
}

async function openDoor(receiver: ReturnType<typeof createPipeline>['receiver']) {
  const server = createServer(async (request, reply) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const url = new URL(request.url ?? '/', 'http://hub')
    const [, , hook = '', ...tail] = url.pathname.split('/')
    try {
      const answer = await receiver.receive(hook, {
        method: request.method ?? 'POST',
        tail: tail.length > 0 ? `/${tail.join('/')}` : '',
        query: Object.fromEntries(url.searchParams),
        headers: Object.fromEntries(
          Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
        ),
        body: Buffer.concat(chunks),
        receivedAt: Date.now(),
      })
      reply.writeHead(answer.status, answer.headers).end(answer.body)
    } catch (error) {
      reply.writeHead(isHubError(error) ? 401 : 500).end()
    }
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise<void>(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
