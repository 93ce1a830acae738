import { expect, it } from 'vitest'
import type { PollPage, ResourceAbility } from '../../src/connector/types.js'
import { HubError } from '../../src/kernel/errors.js'
import type { Ledger } from '../../src/ledger/engine/types.js'
import { plantPoll } from '../../src/ledger/polls.js'
import { messages } from '../../src/ledger/schema.js'
import { selectRows } from '../../src/ledger/table.js'
import { pollDue } from '../../src/pipeline/poll.js'
import { forEachEngine } from '../support/engines.js'
import { configOf, rig } from './rig.js'
import { TENANT } from './support.js'
import { FakeVendor } from './vendor.js'

/** Gives each page once. */
class Queue extends FakeVendor {
  pages = [['a', 'b'], ['c']]
  taken = 0
  readonly consumes: boolean
  constructor(consumes: boolean) {
    super('queue')
    this.consumes = consumes
  }
  override resource(name: string): ResourceAbility {
    return { ...super.resource(name), poll: { everyMs: 60_000, consumes: this.consumes } }
  }
  override async poll(): Promise<never> {
    this.taken += 1
    const items = (this.pages.shift() ?? []).map(body => ({
      resource: 'event',
      event: undefined,
      body,
      refetch: undefined,
    }))
    const state = { since: undefined, cursor: undefined }
    return { items, sentAt: 0, more: this.pages.length > 0, state } satisfies PollPage as never
  }
}

forEachEngine('a poll that consumes', engine => {
  async function start(consumes: boolean) {
    const queue = new Queue(consumes)
    const hub = rig(await engine.open(), configOf([queue], []))
    await plantPoll(hub.ledger, TENANT, 'queue', 'event', hub.clock.now())
    const events: string[] = []
    let commitsToFail = 0
    // By turns: the ledger cannot be reached; it took the page, and the answer was lost.
    const ledger = Object.assign(Object.create(hub.ledger) as Ledger, {
      query: hub.ledger.query.bind(hub.ledger),
      transaction: async (work: Parameters<Ledger['transaction']>[0]) => {
        if (commitsToFail-- > 0) {
          if (commitsToFail % 2 === 0) await hub.ledger.transaction(work)
          throw new HubError(commitsToFail % 2 === 0 ? 'LEDGER_COMMIT_UNKNOWN' : 'LEDGER_AWAY', {
            detail: 'test',
          })
        }
        return hub.ledger.transaction(work)
      },
    })
    const note = (_: unknown, event: string) => void events.push(event)
    const parts = { ...hub.parts, ledger, log: { ...hub.parts.log, warn: note, error: note } }
    return {
      queue,
      events,
      fail: (times: number) => {
        commitsToFail = times
      },
      poll: (stopping = false) => pollDue(parts, hub.pipeline.refolder, () => stopping),
      stored: async () => (await selectRows(hub.ledger, messages, '')).map(row => row.body).sort(),
    }
  }

  it('holds a page while the ledger is away, and takes no further one before it is stored, once', async () => {
    const { queue, events, fail, poll, stored } = await start(true)
    fail(2)
    await poll()
    expect(await stored()).toEqual(['["a","b"]', '["c"]'])
    expect(events).toEqual(['poll.page_held', 'poll.page_held'])
    expect(queue.taken).toBe(2)
  })

  it('says so where the hub has to stop with a page in its hands', async () => {
    const { events, fail, poll, stored } = await start(true)
    fail(98)
    await expect(poll(true)).rejects.toMatchObject({ code: 'LEDGER_AWAY' })
    expect(events).toContain('poll.page_lost')
    expect(await stored()).toEqual([])
  })

  it('leaves a page that can be read again to the next run', async () => {
    const { queue, events, fail, poll } = await start(false)
    fail(2)
    await expect(poll()).rejects.toMatchObject({ code: 'LEDGER_AWAY' })
    expect(queue.taken).toBe(1)
    expect(events).toEqual([])
  })
})
