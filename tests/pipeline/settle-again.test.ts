import { afterEach, expect, it, vi } from 'vitest'
import type { Outcome } from '../../src/connector/types.js'
import { type Code, HubError } from '../../src/kernel/errors.js'
import type { Ledger, Tx } from '../../src/ledger/engine/types.js'
import { attempts, messages } from '../../src/ledger/schema.js'
import { selectRows } from '../../src/ledger/table.js'
import { forEachEngine } from '../support/engines.js'
import { configOf, inMapping, outMapping, rig, vendorFlow } from './rig.js'
import { TENANT } from './support.js'
import { TwoSteps } from './two-steps.js'
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
  /** Name of a statement that fails as often as this says. */
  readonly statements = new Map<string, number>()
  failed = 0

  constructor(ledger: Ledger) {
    this.ledger = new Proxy(ledger, {
      get: (of, name) => {
        const value: unknown = Reflect.get(of, name)
        if (name === 'transaction')
          return (work: (tx: Tx) => Promise<unknown>) => this.run(of.transaction.bind(of), work)
        if (name === 'query') return (...asked: Parameters<Ledger['query']>) => this.ask(of, ...asked)
        return typeof value === 'function' ? value.bind(of) : value
      },
    })
  }

  private async ask(of: Ledger, ...[sql, params]: Parameters<Ledger['query']>) {
    const name = typeof sql === 'string' ? '' : sql.name
    const left = this.statements.get(name) ?? 0
    if (left === 0) return of.query(sql, params)
    this.statements.set(name, left - 1)
    this.failed += 1
    throw new HubError('LEDGER_AWAY', { detail: 'told to fail' })
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
      const shown = vi.spyOn(console, 'error')
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
      expect(shown).not.toHaveBeenCalled()
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

  it('keeps an earlier step where the ledger is away between two', async () => {
    const failing = new Failing(await engine.open())
    const lms = new TwoSteps('lms')
    const hub = rig(failing.ledger, configOf([lms], [flow]))
    lms.during = async () => {
      failing.statements.set('save_progress', 2)
    }
    await hub.say('ehr', 'position', 'p1', { title: 'A' })
    await hub.rest()
    expect(failing.failed).toBe(2)
    expect(lms.steps).toEqual(['one', 'two'])
    expect(await hub.rows()).toMatchObject([{ state: 'delivered', open: false, external_id: 'lms-1' }])
    const [tries] = await told(hub)
    expect(tries.map(row => row.step).sort()).toEqual(['one', 'two'])
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
