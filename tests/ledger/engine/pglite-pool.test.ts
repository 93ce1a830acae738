import { expect, it } from 'vitest'
import type { Notification } from '../../../src/ledger/engine/lent-pool.js'
import type { Ledger } from '../../../src/ledger/engine/types.js'
import { forEachEngine } from '../../support/engines.js'

forEachEngine('the lent pool', engine => {
  let shared: Promise<Ledger> | undefined
  const open = () => {
    shared ??= engine.open({ empty: true })
    return shared
  }

  it('keeps everyone else out between BEGIN and its end', async () => {
    const ledger = await open()
    await ledger.query('create schema hrhub; create table hrhub.t (x int)')
    // A flow of its own: the others are not the ones who said BEGIN.
    const own = (async () => {
      const client = await ledger.pool.connect()
      await client.query('begin')
      await client.query('insert into hrhub.t values (1)')
      await client.query('insert into hrhub.t values (2)')
      await client.query('rollback')
      client.release()
    })()
    const others = Promise.all(
      Array.from({ length: 20 }, (_, i) => ledger.query('insert into hrhub.t values ($1)', [100 + i])),
    )
    await Promise.all([own, others])
    const { rows } = await ledger.query('select count(*)::int as n from hrhub.t where x >= 100')
    expect(rows).toEqual([{ n: 20 }])
    expect((await ledger.query('select x from hrhub.t where x < 100')).rows).toEqual([])
  })

  it('lets a client that only listens hold nothing up, and tells it what it listens to', async () => {
    const ledger = await open()
    const told: Notification[] = []
    const untold: Notification[] = []
    const listener = await ledger.pool.connect()
    const other = await ledger.pool.connect()
    listener.on('notification', notification => told.push(notification))
    other.on('notification', notification => untold.push(notification))
    await listener.query('-- wakes workers\n  LISTEN bells')
    await other.query('/* theirs */ listen "Other"')
    await ledger.transaction(async tx => {
      await tx.query(`select pg_notify('bells', 'one')`)
    })
    await ledger.pool.query(`select pg_notify('bells', 'two')`)
    await expect.poll(() => told.map(one => one.payload)).toEqual(['one', 'two'])
    expect(untold).toEqual([])
    listener.release(true)
    other.release(true)
    expect((await ledger.query('select 1 as ok')).rows).toEqual([{ ok: 1 }])
  })

  it('runs statements that were not awaited in their order', async () => {
    const ledger = await open()
    await ledger.query('create table if not exists hrhub.ordered (x int)')
    const client = await ledger.pool.connect()
    await Promise.all([
      client.query('begin'),
      client.query('insert into hrhub.ordered values (1)'),
      client.query('commit'),
      client.query('insert into hrhub.ordered select max(x) + 1 from hrhub.ordered'),
    ])
    client.release()
    expect((await ledger.query('select x from hrhub.ordered order by x')).rows).toEqual([{ x: 1 }, { x: 2 }])
  })

  it('gives errors of the database as the driver makes them and goes on', async () => {
    const ledger = await open()
    await expect(ledger.pool.query('select * from nowhere')).rejects.toMatchObject({ code: '42P01' })
    expect((await ledger.pool.query('select 2::bigint as x')).rows).toEqual([{ x: '2' }])
  })

  if (engine.name === 'pglite') {
    it('throws at once where a caller would wait for its own BEGIN', async () => {
      const ledger = await open()
      const flow = async () => {
        const client = await ledger.pool.connect()
        try {
          await client.query('begin')
          await ledger.pool.query('select 1')
        } finally {
          client.release(true)
        }
      }
      await expect(flow()).rejects.toMatchObject({ code: 'LEDGER_TRANSACTION_OPEN' })
      expect((await ledger.query('select 1 as ok')).rows).toEqual([{ ok: 1 }])
    })

    it('rolls back what a released client left open', async () => {
      const ledger = await open()
      await (async () => {
        const client = await ledger.pool.connect()
        await client.query('begin')
        await client.query('create table hrhub.left_open (x int)')
        client.release(true)
      })()
      expect((await ledger.query(`select to_regclass('hrhub.left_open') as t`)).rows).toEqual([{ t: null }])
    })
  }
})
