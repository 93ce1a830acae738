import { expect, it } from 'vitest'
import { claimDue } from '../../src/ledger/claim-due.js'
import { settleDeliveries } from '../../src/ledger/settle-deliveries.js'
import { endWaits, insertWaits } from '../../src/ledger/waits.js'
import { wantDeliveries } from '../../src/ledger/want-deliveries.js'
import { createPipeline } from '../../src/pipeline/run.js'
import { forEachEngine } from '../support/engines.js'
import { configOf, outMapping, rig, silentChannel, vendorFlow } from './rig.js'
import { reference, TENANT } from './support.js'

const title = outMapping(['title'], record => ({ title: record.data['title'] ?? null }))

forEachEngine('wake-ups', engine => {
  it('a message released by a process that dies at once is folded by the sweep', async () => {
    const hub = rig(await engine.open(), configOf([], []))
    await hub.say('ai', 'interview', 'i1', { title: '一面', candidate: reference('candidate', 'c1') })
    // The candidate comes, the commit releases the message, and nobody lives to fold it.
    hub.pipeline.refolder.refold = async () => []
    await hub.say('ai', 'candidate', 'c1', { name: '张三' })
    expect((await hub.record('interview'))?.data).toBeUndefined()
    const next = createPipeline({ parts: hub.parts, channel: silentChannel, role: 'all' })
    hub.clock.pass(10_000)
    await next.sweep()
    expect((await hub.record('interview'))?.data).toMatchObject({ title: '一面' })
  })

  it('a wait for a thing of one kind is not ended by a thing of another kind under the same id', async () => {
    const hub = rig(await engine.open(), configOf([], []))
    await hub.say('ai', 'candidate', '17', { name: '张三' })
    await hub.say('ai', 'interview', 'i1', {
      title: '一面',
      position: { $reference: { kind: 'position', of: 'ai.candidate', id: '17', missing: 'wait' } } as never,
    })
    expect((await hub.pipeline.sweep()).waits).toBe(0)
  })

  it('a change that commits late with a lower number wakes a row that is at work', async () => {
    const hub = rig(await engine.open(), configOf([], [vendorFlow('out', 'interview', 'v', 'event', title)]))
    const want = (wanted: number) => ({
      tenant: TENANT,
      id: `delivery_${wanted}`,
      flow: 'out',
      key: 'interview_1',
      record: 'interview_1',
      connection: 'v',
      resource: 'event',
      item: null,
      change: null,
      state: 'waiting',
      because: 'due',
      wants: 'there',
      wanted,
      due_at: hub.clock.now(),
      created_at: hub.clock.now(),
      updated_at: hub.clock.now(),
    })
    await hub.ledger.transaction(tx => wantDeliveries(tx, [want(7)], false))
    const now = hub.clock.now()
    const [row] = await claimDue(hub.ledger, TENANT, ['delivery_7'], {
      claim: 'mine',
      now,
      leaseMs: 60_000,
      paused: [],
    })
    await hub.ledger.transaction(tx => wantDeliveries(tx, [want(6)], false))
    const { due } = await hub.ledger.transaction(tx =>
      settleDeliveries(tx, [
        { ...(row as NonNullable<typeof row>), state: 'delivered', due_at: null, done: 7, above: 7 },
      ]),
    )
    expect(due).toMatchObject([{ id: 'delivery_7' }])
  })

  it('who waits again for what is being made right now is woken by it', async () => {
    if (engine.name === 'pglite') return
    const { ledger } = rig(await engine.open(), configOf([], []))
    const wait = { what: 'record\nr\nv\nevent', who_kind: 'delivery', who: 'd1' } as const
    await ledger.transaction(tx => insertWaits(tx, TENANT, [wait], 1))
    const order: string[] = []
    let locked = () => {}
    const taken = new Promise<void>(resolve => {
      locked = resolve
    })
    const waiter = ledger
      .transaction(async tx => {
        await insertWaits(tx, TENANT, [wait], 2)
        locked()
        await tx.query('select pg_sleep(0.2)')
      })
      .then(() => order.push('waits again'))
    await taken
    await ledger.transaction(tx => endWaits(tx, TENANT, [wait.what])).then(() => order.push('ended'))
    await waiter
    expect(order).toEqual(['waits again', 'ended'])
  })
})
