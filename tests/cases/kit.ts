/**
 * A case of the twelve: its integrator's folder over a real ledger, against simulated vendors on 127.0.0.1, with a
 * clock that tests turn. What a system without a connector in the folder would say is said directly (`say`).
 */
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished } from 'vitest'
import type { HttpAnswer, RawRequest } from '../../src/connector/types.js'
import { newId } from '../../src/kernel/ids.js'
import type { Json, JsonObject } from '../../src/kernel/json.js'
import { createSealer } from '../../src/kernel/seal.js'
import { openBlobs } from '../../src/ledger/blobs.js'
import type { Ledger } from '../../src/ledger/engine/types.js'
import {
  type DeliveryRow,
  deliveries,
  type MessageRow,
  messages,
  polls,
  type RecordRow,
  records,
} from '../../src/ledger/schema.js'
import { selectRows } from '../../src/ledger/table.js'
import { KINDS } from '../../src/model/kinds.js'
import { loadTenants } from '../../src/pipeline/config/load-tenants.js'
import { closeTenant } from '../../src/pipeline/config/open-connections.js'
import type { Parts } from '../../src/pipeline/parts.js'
import { plantPolls } from '../../src/pipeline/poll.js'
import { refetchDue } from '../../src/pipeline/refetch.js'
import { createPipeline } from '../../src/pipeline/run.js'
import { takeUpFlows } from '../../src/pipeline/start-flows.js'
import { hrhub } from '../cli/kit.js'
import { inMapping, silentChannel, TestClock } from '../pipeline/rig.js'
import { input } from '../pipeline/support.js'

const ROOT = join(import.meta.dirname, '../..')
export const caseFolder = (name: string) => join(import.meta.dirname, name)

type Environment = Readonly<Record<string, string>>

/** `hrhub check` of the folder: nothing found at all, and every rule of its own mappings exercised by their tests. */
export async function expectSound(name: string, env: Environment): Promise<void> {
  const checked = await hrhub(['check', '--json', '--project', caseFolder(name)], { env })
  const { problems, checked: summary } = checked.json() as {
    problems: readonly { file: string; line: number; code: string; message: string }[]
    checked: { tests: number; exercised: number; rules: number; flows: number }
  }
  const told = problems
    .filter(({ file }) => file.includes(`cases/${name}/`))
    .map(({ file, line, code, message }) => `${file}:${line} ${code} ${message}`)
  expect(told).toEqual([])
  expect(checked.exit).toBe(0)
  expect(summary.flows).toBeGreaterThan(0)
  expect(summary.exercised).toBe(summary.rules)
}

export interface Case {
  readonly clock: TestClock
  readonly ledger: Ledger
  /**
   * What a system that is not part of the case says, in canonical form. A record's id as the key speaks of that
   * record. @returns id of the record
   */
  say(kind: string, key: string, fields: JsonObject): Promise<string>
  /** A call to /hooks/{hook}{tail}. @throws HubError where it is refused at the door */
  callback(hook: string, request: Partial<Omit<RawRequest, 'body'>> & { body?: string }): Promise<HttpAnswer>
  /** Works until nothing is due now. */
  rest(): Promise<void>
  pass(ms: number): Promise<void>
  /** Reads what can be polled now. */
  poll(): Promise<void>
  record(id: string): Promise<RecordRow>
  all(kind: string): Promise<readonly RecordRow[]>
  rows(flow?: string): Promise<readonly DeliveryRow[]>
  /** Rows of a flow as `state because code`, in the order of their keys. */
  states(flow: string): Promise<readonly string[]>
  messages(): Promise<readonly MessageRow[]>
  pollErrors(): Promise<readonly Json[]>
}

export interface CaseMore {
  readonly publicUrl?: string
}

/** Opens a case's folder; closed when the test ends. */
export async function openCase(
  ledger: Ledger,
  name: string,
  env: Environment,
  { publicUrl }: CaseMore = {},
): Promise<Case> {
  const clock = new TestClock()
  const quiet = () => undefined
  const log = {
    debug: quiet,
    info: quiet,
    warn: quiet,
    error: (fields: object, event: string) => console.error(event, fields),
  }
  const sealer = createSealer([Buffer.alloc(32, 7).toString('base64')])
  const loaded = await loadTenants({
    projects: [caseFolder(name)],
    shipped: ROOT,
    env: key => env[key],
    clock,
    sealer,
    log,
    connections: 'open',
  })
  const [tenant] = loaded.tenants
  if (!tenant)
    throw new Error(loaded.problems.map(({ file, line, message }) => `${file}:${line} ${message}`).join('\n'))
  const spoken = [...KINDS.keys()].map(kind => {
    const mapping = inMapping(kind, (source: never) => source)
    const flow = { id: `${kind}-from-test`, connection: 'test', resource: kind, kind, mapping }
    return [`test.${kind}`, [flow]] as const
  })
  const config = { ...tenant, inbound: new Map([...tenant.inbound, ...spoken]) }
  const parts: Parts = {
    ledger,
    clock,
    sealer,
    log,
    instance: 'test/1',
    publicUrl,
    blobs: openBlobs(join(tmpdir(), 'hrhub-test-blobs')),
    paused: new Set(),
    tenants: () => [config],
    config: () => config,
  }
  await takeUpFlows(parts, config)
  const pipeline = createPipeline({ parts, channel: silentChannel, role: 'all' })
  onTestFinished(async () => {
    await pipeline.idle()
    await pipeline.stop()
    await closeTenant(tenant)
  })
  const rest = async () => {
    for (let round = 0; round < 100; round++) {
      await pipeline.idle()
      const fetched = await refetchDue(parts, pipeline.refolder)
      const found = await pipeline.sweep()
      await pipeline.idle()
      if (fetched + found.due + found.messages + found.waits === 0) return
    }
    throw new Error('the pipeline does not come to rest')
  }
  const of = { tenant: config.tenant }
  const rows: Case['rows'] = flow =>
    selectRows(
      ledger,
      deliveries,
      'where t.tenant = $1 and ($2::text is null or t.flow = $2) order by t.flow, t.key',
      [of.tenant, flow ?? null],
    )
  return {
    clock,
    ledger,
    rest,
    async say(kind, key, fields) {
      clock.pass(1000)
      const about = key.startsWith(`${kind}_`) ? { identity: undefined, identityRef: key } : {}
      const saying = { ...input('test', kind, key, clock.now() / 1000, fields).said, ...about }
      const taken = await pipeline.receiver.take(config.tenant, {
        ...of,
        id: newId('message', clock),
        connection: 'test',
        source: 'api',
        resource: kind,
        received_at: clock.now(),
        sent_at: null,
        head: {},
        body: JSON.stringify(saying),
        state: 'new',
        verdicts: [],
        tries: 0,
      })
      const record = taken.verdicts[0]?.record
      if (record === undefined) throw new Error(`not folded: ${JSON.stringify(taken.verdicts)}`)
      return record
    },
    async callback(hook, request) {
      clock.pass(1000)
      const { body = '', ...rest } = request
      return pipeline.receiver.receive(hook, {
        method: 'POST',
        tail: '',
        query: {},
        headers: { 'content-type': 'application/json' },
        receivedAt: clock.now(),
        ...rest,
        body: Buffer.from(body),
      })
    },
    async pass(ms) {
      clock.pass(ms)
      await rest()
    },
    async poll() {
      await plantPolls(parts)
      await pipeline.poll()
      await rest()
    },
    async record(id) {
      const [row] = await selectRows(ledger, records, 'where t.tenant = $1 and t.id = $2', [of.tenant, id])
      if (!row) throw new Error(`no record ${id}`)
      return row
    },
    all: kind =>
      selectRows(ledger, records, 'where t.tenant = $1 and t.kind = $2 order by t.id', [of.tenant, kind]),
    rows,
    states: async flow =>
      (await rows(flow)).map(row =>
        [row.state, row.because, row.last_error?.['code']].filter(Boolean).join(' '),
      ),
    messages: () => selectRows(ledger, messages, 'where t.tenant = $1 order by t.id', [of.tenant]),
    pollErrors: async () =>
      (await selectRows(ledger, polls, 'where t.tenant = $1', [of.tenant])).map(
        row => row.last_error as Json,
      ),
  }
}
