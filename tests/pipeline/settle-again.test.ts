import { afterEach, expect, it, vi } from 'vitest'
import type { Outcome } from '../../src/connector/types.js'
import { type Code, HubError } from '../../src/kernel/errors.js'
import type { Ledger, Tx } from '../../src/ledger/engine/types.js'
import { attempts, messages } from '../../src/ledger/schema.js'
import { selectRows } from '../../src/ledger/table.js'
import { forEachEngine } from '../support/engines.js'
import { configOf, inMapping, outMapping, rig, vendorFlow } from './rig.js'
import { TENANT } from './support.js'
import { FakeVendor } from './vendor.js'

const flow = vendorFlow(
  'jobs',
  'position',
  'lms',
  'job',
  outMapping(['title'], record => ({ title: record.data['title'] ?? null })),
  { answer: inMapping('position', () => ({ fields: { custom: { seen: 'yes' } } })) },
)

/** A ledger whose next transactions fail: before their work, or with their commit done and its answer lost. */
class Failing {
  readonly ledger: Ledger
  readonly next: Code[] = []
  failed = 0

  constructor(ledger: Ledger) {
    this.ledger = new Proxy(ledger, {
      get: (of, name) => {
        const value: unknown = Reflect.get(of, name)
        if (name === 'transaction')
          return (work: (tx: Tx) => Promise<unknown>) => this.run(of.transaction.bind(of), work)
        return typeof value === 'function' ? value.bind(of) : value
      },
    })
  }

  private async run(transaction: Ledger['transaction'], work: (tx: Tx) => Promise<unknown>) {
    const code = this.next.shift()
    if (code !== undefined) this.failed += 1
    if (code === undefined || code === 'LEDGER_COMMIT_UNKNOWN') {
      const done = await transaction(work)
      if (code === undefined) return done
    }
    throw new HubError(code, { detail: 'told to fail' })
  }
}

/** Neither remembers tokens nor can be looked up: what is not written down of it, a person has to find out. */
class Forgetful extends FakeVendor {
  onAnswer: () => void = () => undefined
  override async send(...call: Parameters<FakeVendor['send']>): Promise<Outcome> {
    const outcome = await super.send(...call)
    this.onAnswer()
    return outcome
  }
}

forEachEngine('a settlement', engine => {
  afterEach(() => vi.restoreAllMocks())

  async function start() {
    const failing = new Failing(await engine.open())
    const lms = new Forgetful('lms')
    const hub = rig(failing.ledger, configOf([lms], [flow]))
    return { failing, lms, hub }
  }
  const told = (hub: { ledger: Ledger }) =>
    Promise.all([
      selectRows(hub.ledger, attempts, 'where t.tenant = $1', [TENANT]),
      selectRows(hub.ledger, messages, `where t.tenant = $1 and t.source = 'answer'`, [TENANT]),
    ])

  for (const [title, codes] of [
    ['the ledger is away', ['LEDGER_AWAY', 'LEDGER_STATEMENT_SLOW']],
    ['the answer to its commit is lost', ['LEDGER_COMMIT_UNKNOWN', 'LEDGER_COMMIT_UNKNOWN', 'LEDGER_AWAY']],
  ] as const)
    it(`keeps what the vendor said while ${title}`, async () => {
      const { failing, lms, hub } = await start()
      lms.onAnswer = () => {
        if (lms.things.size === 2 && failing.failed === 0) failing.next.splice(0, 9, ...codes)
      }
      await Promise.all([
        hub.say('ehr', 'position', 'p1', { title: 'A' }),
        hub.say('ehr', 'position', 'p2', { title: 'B' }),
      ])
      await hub.rest()
      expect(failing.failed).toBe(codes.length)
      expect((await hub.rows()).map(row => [row.state, row.open, row.external_id]).sort()).toEqual([
        ['delivered', false, 'lms-1'],
        ['delivered', false, 'lms-2'],
      ])
      expect(lms.calls).toHaveLength(2)
      const [tries, answers] = await told(hub)
      expect([tries.length, answers.length]).toEqual([2, 2])
      expect((await hub.records('position')).map(row => row.data['custom'])).toEqual([
        { seen: 'yes' },
        { seen: 'yes' },
      ])
    })

  it('ends with the lease: then nobody knows, and nothing is sent twice', async () => {
    vi.spyOn(console, 'error').mockReturnValue(undefined)
    const { failing, lms, hub } = await start()
    lms.onAnswer = () => {
      hub.clock.pass(114_850)
      failing.next.push('LEDGER_AWAY', 'LEDGER_AWAY', 'LEDGER_AWAY')
    }
    await hub.say('ehr', 'position', 'p1', { title: 'A' })
    await hub.pipeline.idle()
    expect(failing.failed).toBe(2)
    failing.next.length = 0
    expect(await hub.rows()).toMatchObject([{ state: 'in_flight', open: true }])
    await hub.pass(10_000)
    expect(await hub.rows()).toMatchObject([{ state: 'parked', because: 'unknown' }])
    expect(lms.calls).toHaveLength(1)
  })
})
