/** The HTTP door over a real ledger: two tenants, fake vendors, keys at hand, and a pipeline without timers. */

import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import type { Channel } from '../../src/channel/types.js'
import type { Item, Opened, RawRequest } from '../../src/connector/types.js'
import { buildApp } from '../../src/http/app.js'
import type { App, AppOptions, ServedHub } from '../../src/http/served.js'
import { isObject, type Json, type JsonObject, parseJson } from '../../src/kernel/json.js'
import { createSealer } from '../../src/kernel/seal.js'
import { createTally } from '../../src/kernel/tally.js'
import { openBlobs } from '../../src/ledger/blobs.js'
import type { Ledger } from '../../src/ledger/engine/types.js'
import { publishChanges } from '../../src/ledger/publish-changes.js'
import type { InFlow, OutFlow, TenantConfig } from '../../src/pipeline/config/types.js'
import { createKey, type Scope } from '../../src/pipeline/keys.js'
import type { Parts } from '../../src/pipeline/parts.js'
import { createPipeline } from '../../src/pipeline/run.js'
import { configOf, inMapping, TestClock } from '../pipeline/rig.js'
import { FakeVendor } from '../pipeline/vendor.js'

export const silentChannel: Channel = {
  carrier: 'redis',
  ring: async () => undefined,
  listen: async () => async () => undefined,
  health: async () => 'ok',
  lost: 0,
  close: async () => undefined,
}

/** Signs by a header, as a vendor would, and sends its things as `{ id, at, …fields }`. */
export class HookVendor extends FakeVendor {
  seen: RawRequest | undefined
  override async open(request?: RawRequest): Promise<never> {
    this.seen = request
    if (!request) throw new TypeError('a callback without a request')
    return (await this.opened(request)) as never
  }
  private async opened(request: RawRequest): Promise<Opened> {
    if (request.headers['x-secret'] !== 'right')
      return { verdict: 'rejected', code: 'CONNECTOR_SIGNATURE_WRONG' }
    const answer = { status: 200, headers: { 'content-type': 'application/json' }, body: '{"ok":true}' }
    if (request.method === 'GET') return { verdict: 'challenge', answer }
    return { verdict: 'opened', body: parseJson(request.body.toString('utf8')), dedupe: undefined, answer }
  }
  override items(body: Json = null): never {
    const items: Item[] = [{ resource: 'candidate', event: undefined, body, refetch: undefined }]
    return items as never
  }
  override resource(name: string) {
    const known = ['candidate', 'application', 'position', 'interview', 'message']
    return (known.includes(name) ? super.resource(name) : undefined) as ReturnType<FakeVendor['resource']>
  }
}

/** What tests look at in an answer. */
export interface Answered {
  readonly items: readonly Answered[]
  readonly id: string
  readonly code: string
  readonly next: string | null
  readonly record: Answered
  readonly data: JsonObject
  readonly message: string
  readonly position: number
  readonly key: string
  readonly operation: string
  readonly state: string
  readonly [name: string]: unknown
}

export interface Door {
  readonly app: App
  readonly hub: ServedHub
  readonly parts: Parts
  readonly clock: TestClock
  readonly ledger: Ledger
  readonly ehr: HookVendor
  readonly ai: HookVendor
  readonly log: { level: string; fields: object; event: string }[]
  key(scopes: readonly Scope[], connection?: string, tenant?: string): Promise<string>
  call(
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    url: string,
    options?: { key?: string; body?: unknown; headers?: Record<string, string> },
  ): Promise<{
    status: number
    headers: Record<string, unknown>
    text: string
    body: Answered
  }>
  /** Works until nothing is due now. */
  rest(): Promise<void>
  publish(): Promise<void>
  /** Waits for the calls under way, without letting time pass. */
  pipelineIdle(): Promise<void>
}

export interface DoorOptions {
  readonly outbound?: (door: { ehr: HookVendor; ai: HookVendor }) => readonly OutFlow[]
  readonly app?: AppOptions
  readonly hub?: Partial<ServedHub>
}

export const candidateIn: InFlow = {
  id: 'candidate-from-ehr',
  connection: 'ehr',
  resource: 'candidate',
  kind: 'candidate',
  mapping: inMapping('candidate', (source: JsonObject) => {
    const { id, ...fields } = source
    return { identity: String(id), fields: fields as JsonObject }
  }),
}

const opened: App[] = []
afterAll(async () => {
  await Promise.all(opened.splice(0).map(app => app.close()))
})

export async function openDoor(ledger: Ledger, options: DoorOptions = {}): Promise<Door> {
  const clock = new TestClock()
  const ehr = new HookVendor('ehr')
  const ai = new HookVendor('ai', { onUnknown: 'park' })
  const outbound = options.outbound?.({ ehr, ai }) ?? []
  const first: TenantConfig = configOf([ehr, ai], outbound, [candidateIn])
  const other = { ...configOf([new HookVendor('ehr')], [], []), tenant: 'other' }
  const renamed: TenantConfig = {
    ...other,
    connections: new Map([...other.connections].map(([name, one]) => [name, { ...one, hook: 'hk_other' }])),
  }
  const tenants = [first, renamed]
  const log: Door['log'] = []
  const note = (level: string) => (fields: object, event: string) => {
    log.push({ level, fields, event })
  }
  const parts: Parts = {
    ledger,
    clock,
    sealer: createSealer([Buffer.alloc(32, 7).toString('base64')]),
    log: { debug: note('debug'), info: note('info'), warn: note('warn'), error: note('error') },
    instance: 'test/1',
    publicUrl: 'https://hub.example',
    blobs: openBlobs(join(tmpdir(), 'hrhub-test-blobs')),
    attempts: createTally(),
    paused: new Set(),
    tenants: () => tenants,
    config: tenant => {
      const found = tenants.find(one => one.tenant === tenant)
      if (!found) throw new Error(`no tenant ${tenant}`)
      return found
    },
  }
  const pipeline = createPipeline({ parts, channel: silentChannel, role: 'all' })
  const listeners = new Set<(position: number) => void>()
  const hub: ServedHub = {
    channel: silentChannel,
    pipeline,
    parts,
    log: parts.log,
    onPublished(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    ...options.hub,
  }
  const app = await buildApp(hub, { processMetrics: false, ...options.app })
  opened.push(app)
  return {
    app,
    hub,
    parts,
    clock,
    ledger,
    ehr,
    ai,
    log,
    async key(scopes, connection, tenant = 'default') {
      return (await createKey(parts, tenant, { name: 'test', scopes, connection })).text
    },
    async call(method, url, { key, body, headers = {} } = {}) {
      const text = body === undefined || typeof body === 'string' || Buffer.isBuffer(body)
      const response = await app.inject({
        method,
        url,
        headers: {
          ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { payload: text ? (body as string) : JSON.stringify(body) }),
      })
      const json = String(response.headers['content-type'] ?? '').includes('json')
      return {
        status: response.statusCode,
        headers: response.headers,
        text: response.body,
        body: json && response.body !== '' ? JSON.parse(response.body) : {},
      }
    },
    async rest() {
      for (let round = 0; round < 50; round++) {
        await pipeline.bell.idle()
        const found = await pipeline.sweep()
        await pipeline.bell.idle()
        if (found.due + found.messages + found.waits === 0) return
      }
      throw new Error('the pipeline does not come to rest')
    },
    pipelineIdle: () => pipeline.bell.idle(),
    async publish() {
      const { last } = await publishChanges(ledger)
      if (last !== undefined) for (const listener of listeners) listener(last)
    },
  }
}

export const isProblem = (body: unknown) =>
  isObject(body) && ['type', 'status', 'code', 'title', 'detail', 'remedy'].every(name => name in body)
