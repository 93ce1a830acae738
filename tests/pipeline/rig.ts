/** The pipeline over a real ledger with fake vendors, a clock that tests turn, and no timers. */

import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Channel } from '../../src/channel/types.js'
import type { Json, JsonObject } from '../../src/kernel/json.js'
import { createSealer } from '../../src/kernel/seal.js'
import { openBlobs } from '../../src/ledger/blobs.js'
import type { Ledger } from '../../src/ledger/engine/types.js'
import { type DeliveryRow, deliveries, type RecordRow, records } from '../../src/ledger/schema.js'
import { selectRows } from '../../src/ledger/table.js'
import type {
  Expression,
  InMapping,
  OutMapping,
  OutResult,
  ReadPath,
  RecordView,
  Said,
} from '../../src/mapping/types.js'
import { indexExternals } from '../../src/pipeline/config/indexes.js'
import {
  type HubFlow,
  type InFlow,
  inboundKey,
  type OutFlow,
  type TenantConfig,
  type VendorFlow,
} from '../../src/pipeline/config/types.js'
import type { Parts } from '../../src/pipeline/parts.js'
import { createPipeline, type Pipeline } from '../../src/pipeline/run.js'
import { bareConfig, input, TENANT } from './support.js'
import type { FakeVendor } from './vendor.js'

export class TestClock {
  at = Date.parse('2026-12-01T00:00:00Z')
  now(): number {
    return this.at
  }
  pass(ms: number): void {
    this.at += ms
  }
}

/** Silent but for errors: a test that passes prints none. */
const silentLog = { debug: () => undefined, info: () => undefined, warn: () => undefined }

export const silentChannel: Channel = {
  carrier: 'redis',
  ring: async () => undefined,
  listen: async () => async () => undefined,
  health: async () => 'ok',
  lost: 0,
  close: async () => undefined,
}

export function expression(
  text: string,
  evaluate: (scope: { record: RecordView; item?: JsonObject }) => Json | undefined,
): Expression {
  return { text, reads: [], records: [], evaluate: scope => evaluate(scope as never) } as Expression
}

const read = (text: string): ReadPath => {
  const parts = text.split('>')
  return { via: parts.slice(0, -1), path: parts.at(-1) ?? '' }
}

export function outMapping(
  reads: readonly string[],
  write: (
    record: RecordView,
    env: { item?: Json; external: (id: string, resource?: string) => string | undefined },
  ) => OutResult | JsonObject,
  externals: OutMapping['externals'] = [],
): OutMapping {
  return {
    direction: 'out',
    name: 'test.out',
    file: 'test.out.yaml',
    version: 'v1',
    from: '',
    to: '',
    reads: reads.map(read),
    externals,
    write: (record, env) => {
      const result = write(record, env as never)
      return 'verdict' in result
        ? (result as OutResult)
        : { verdict: 'mapped', body: result as JsonObject, skipped: [] }
    },
  }
}

export function inMapping(
  to: string,
  readSource: (source: never) => Partial<Said>,
  reads: readonly string[] = [],
): InMapping {
  return {
    direction: 'in',
    name: 'test.in',
    file: 'test.in.yaml',
    version: 'v1',
    from: '',
    to,
    unknown: undefined,
    match: [],
    reads: reads.map(read),
    writes: [],
    read: source => ({
      ...(input('x', to, 'x', undefined, {}).said as Said),
      identity: undefined,
      ...readSource(source as never),
    }),
  } as InMapping
}

type FlowMore = Partial<Omit<VendorFlow, 'to'>>
const flowBase = {
  was: [],
  when: undefined,
  removeWhen: undefined,
  replaceWhen: [],
  each: undefined,
  at: undefined,
  until: undefined,
  once: undefined,
  everyChange: false,
  backfill: false,
  waitFor: 86_400_000,
  ifGone: 'ask' as const,
  answer: undefined,
}

export function vendorFlow(
  id: string,
  kind: string,
  connection: string,
  resource: string,
  mapping: OutMapping,
  more: FlowMore = {},
): VendorFlow {
  return { ...flowBase, id, kind, to: 'vendor', connection, resource, mapping, reads: mapping.reads, ...more }
}

export function hubFlow(
  id: string,
  kind: string,
  target: string,
  mapping: InMapping,
  more: Partial<Omit<HubFlow, 'to'>> = {},
): HubFlow {
  const { answer, ...base } = flowBase
  return {
    ...base,
    id,
    kind,
    to: 'hub',
    connection: 'hub',
    resource: target,
    mapping,
    reads: mapping.reads,
    ...more,
  }
}

export function configOf(
  vendors: readonly FakeVendor[],
  outbound: readonly OutFlow[],
  inbound: readonly InFlow[] = [],
): TenantConfig {
  const by = <T>(list: readonly T[], key: (one: T) => string) => {
    const map = new Map<string, T[]>()
    for (const one of list) map.set(key(one), [...(map.get(key(one)) ?? []), one])
    return map
  }
  const target = new Map<string, string>()
  const kindAt = (via: readonly string[]) => {
    const last = via.at(-1) ?? ''
    return last.split('.').at(-1) ?? ''
  }
  const readers = new Map<string, { flow: OutFlow; read: ReadPath }[]>()
  for (const flow of outbound) {
    for (const one of flow.reads)
      if (one.via.length > 0)
        readers.set(kindAt(one.via), [...(readers.get(kindAt(one.via)) ?? []), { flow, read: one }])
    target.set(`${flow.connection}/${flow.kind}`, flow.resource)
  }
  const resourceOf = (connection: string, kind: string) => target.get(`${connection}/${kind}`) ?? kind
  return bareConfig({
    connections: new Map(
      vendors.map(vendor => [
        vendor.name,
        {
          name: vendor.name,
          connector: 'fake',
          hook: `hk_${vendor.name}`,
          maxBytes: 1_000_000,
          settings: {},
          connection: vendor,
        },
      ]),
    ),
    outbound: new Map(outbound.map(flow => [flow.id, flow])),
    outboundOf: by(outbound, flow => flow.kind),
    inbound: by(inbound, flow => inboundKey(flow.connection, flow.resource)),
    readersOf: readers,
    externalReadersOf: indexExternals(
      outbound.flatMap(flow => (flow.to === 'vendor' ? [flow] : [])),
      resourceOf,
    ),
    resourceOf,
  })
}

export interface Rig {
  readonly clock: TestClock
  readonly pipeline: Pipeline
  readonly parts: Parts
  readonly ledger: Ledger
  /** Something a system says, in canonical form. */
  say(connection: string, kind: string, id: string, fields: JsonObject, more?: Partial<Said>): Promise<void>
  /** Works until nothing is due now. */
  rest(): Promise<void>
  /** Lets time pass and works. */
  pass(ms: number): Promise<void>
  record(kind: string): Promise<RecordRow | undefined>
  records(kind: string): Promise<RecordRow[]>
  rows(flow?: string): Promise<DeliveryRow[]>
}

/** Messages said on a ledger so far: several rigs may share one, and ids must not meet. */
const messagesOn = new WeakMap<Ledger, number>()

export function rig(ledger: Ledger, config: TenantConfig): Rig {
  const clock = new TestClock()
  const said = (kind: string): InFlow['mapping'] => inMapping(kind, (source: never) => source)
  // Every (connection, kind) that tests speak with folds its canonical form as it is.
  const inbound = new Map(config.inbound)
  const open: TenantConfig = { ...config, inbound }
  const parts: Parts = {
    ledger,
    clock,
    sealer: createSealer([Buffer.alloc(32, 7).toString('base64')]),
    log: { ...silentLog, error: (fields, event) => console.error(event, fields) },
    instance: 'test/1',
    publicUrl: undefined,
    blobs: openBlobs(join(tmpdir(), 'hrhub-test-blobs')),
    paused: new Set(),
    tenants: () => [open],
    config: () => open,
  }
  const pipeline = createPipeline({ parts, channel: silentChannel, role: 'all' })
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
    clock,
    pipeline,
    parts,
    ledger,
    async say(connection, kind, id, fields, more = {}) {
      clock.pass(1000)
      const key = inboundKey(connection, kind)
      if (!inbound.has(key))
        inbound.set(key, [
          { id: `${kind}-from-${connection}`, connection, resource: kind, kind, mapping: said(kind) },
        ])
      const body = { ...input(connection, kind, id, clock.now() / 1000, fields).said, ...more }
      await pipeline.receiver.take(TENANT, {
        tenant: TENANT,
        id: nextId(ledger),
        connection,
        source: 'hook',
        resource: kind,
        received_at: clock.now(),
        sent_at: null,
        head: {},
        body: JSON.stringify(body),
        state: 'new',
        verdicts: [],
        tries: 0,
      })
    },
    rest,
    async pass(ms) {
      clock.pass(ms)
      await rest()
    },
    record: async kind =>
      (
        await selectRows(ledger, records, 'where t.tenant = $1 and t.kind = $2 order by t.id', [TENANT, kind])
      )[0],
    records: kind =>
      selectRows(ledger, records, 'where t.tenant = $1 and t.kind = $2 order by t.id', [TENANT, kind]),
    rows: flow =>
      selectRows(
        ledger,
        deliveries,
        'where t.tenant = $1 and ($2::text is null or t.flow = $2) order by t.flow, t.key',
        [TENANT, flow ?? null],
      ),
  }
}

function nextId(ledger: Ledger): string {
  const n = (messagesOn.get(ledger) ?? 0) + 1
  messagesOn.set(ledger, n)
  return `message_${String(n).padStart(6, '0')}`
}
