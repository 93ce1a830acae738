import { expect, it } from 'vitest'
import { systemClock } from '../../../src/kernel/clock.js'
import { openLedger } from '../../../src/ledger/engine/open-ledger.js'
import { breakableLine } from '../../support/breakable-line.js'
import { forEachEngine, silent } from '../../support/engines.js'

forEachEngine('a ledger whose server comes and goes', engine => {
  if (engine.name === 'pglite') {
    it('tells a statement that is wrong from a database that is away', async () => {
      const ledger = await engine.open({ empty: true })
      await expect(ledger.query('select nothing')).rejects.toMatchObject({ code: '42703' })
      await ledger.close()
      await expect(ledger.query('select 1')).rejects.toMatchObject({ code: 'LEDGER_AWAY' })
    })
    return
  }

  it('says away while the line is cut and works again once it is mended', async () => {
    const direct = await engine.open()
    const address = new URL(engine.addressOf(direct) ?? '')
    const line = await breakableLine({ host: address.hostname, port: Number(address.port) || 5432 })
    address.hostname = '127.0.0.1'
    address.port = String(line.port)
    const ledger = await openLedger({ url: address.href, clock: systemClock, log: silent, connections: 3 })
    const sleeping = ledger.query('select pg_sleep(30)')
    const inside = ledger.transaction(async tx => {
      await tx.query('select 1')
      await tx.query('select pg_sleep(30)')
    })
    await expect
      .poll(
        async () =>
          (await direct.query(`select 1 from pg_stat_activity where query like '%pg_sleep(30)%'`)).rowCount,
      )
      .toBeGreaterThanOrEqual(3)
    const ended = Promise.allSettled([sleeping, inside])
    await line.cut()
    for (const end of await ended)
      expect(end).toMatchObject({ status: 'rejected', reason: { code: 'LEDGER_AWAY' } })
    await expect(ledger.query('select 1')).rejects.toMatchObject({ code: 'LEDGER_AWAY', kind: 'unreachable' })
    await line.mend()
    expect((await ledger.query('select 1 as ok')).rows).toEqual([{ ok: 1 }])
    await ledger.close()
    await line.close()
  })

  it('does not know of a commit whose answer was cut off', async () => {
    const direct = await engine.open()
    await direct.query(`create table hrhub.slow (x int);
      create function hrhub.slowly() returns trigger language plpgsql as 'begin perform pg_sleep(30); return null; end';
      create constraint trigger slowly after insert on hrhub.slow deferrable initially deferred
        for each row execute function hrhub.slowly()`)
    const address = new URL(engine.addressOf(direct) ?? '')
    const line = await breakableLine({ host: address.hostname, port: Number(address.port) || 5432 })
    address.hostname = '127.0.0.1'
    address.port = String(line.port)
    const ledger = await openLedger({ url: address.href, clock: systemClock, log: silent })
    const ended = Promise.allSettled([
      ledger.transaction(tx => tx.query('insert into hrhub.slow values (1)')),
    ])
    await expect
      .poll(
        async () =>
          (await direct.query(`select 1 from pg_stat_activity where query = 'commit' and state = 'active'`))
            .rowCount,
      )
      .toBe(1)
    await line.cut()
    expect((await ended)[0]).toMatchObject({ reason: { code: 'LEDGER_COMMIT_UNKNOWN', kind: 'unknown' } })
    await ledger.close()
    await line.close()
  })

  it('cancels a statement that takes too long', async () => {
    const ledger = await engine.open({ statementTimeoutMs: 50 })
    await expect(ledger.query('select pg_sleep(10)')).rejects.toMatchObject({ code: 'LEDGER_STATEMENT_SLOW' })
    expect((await ledger.query('select 1 as ok')).rows).toEqual([{ ok: 1 }])
  })
})
