import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { systemClock } from '../../src/kernel/clock.js'
import { openLedger } from '../../src/ledger/engine/open-ledger.js'
import { migrate } from '../../src/ledger/migrate.js'
import { MIGRATIONS } from '../../src/ledger/migrations/all.js'
import { forEachEngine, silent } from '../support/engines.js'

forEachEngine('migrating', engine => {
  it('runs each migration once, also for many that start together', async () => {
    const ledger = await engine.open({ empty: true })
    const url = engine.addressOf(ledger)
    const others = url
      ? await Promise.all([1, 2, 3].map(() => openLedger({ url, clock: systemClock, log: silent })))
      : []
    const ran = await Promise.all([ledger, ...others, ledger].map(one => migrate(one, MIGRATIONS)))
    expect(ran.flat().sort()).toEqual(Object.keys(MIGRATIONS))
    expect(await migrate(ledger, MIGRATIONS)).toEqual([])
    await Promise.all(others.map(other => other.close()))
  })

  it('changes nothing when one of them fails', async () => {
    const ledger = await engine.open({ empty: true })
    await expect(
      migrate(ledger, {
        '0001-good': { up: async db => void (await sql`create table hrhub.good (x int)`.execute(db)) },
        '0002-bad': { up: async db => void (await sql`create table nonsense`.execute(db)) },
      }),
    ).rejects.toMatchObject({ code: 'LEDGER_MIGRATION_FAILED', message: expect.stringContaining('0002-bad') })
    expect((await ledger.query(`select to_regnamespace('hrhub') as found`)).rows).toEqual([{ found: null }])
  })

  it('refuses a ledger that a newer hub has changed', async () => {
    const ledger = await engine.open()
    const { '0000-leases': first } = MIGRATIONS
    await expect(migrate(ledger, { '0000-leases': first })).rejects.toMatchObject({
      code: 'LEDGER_MIGRATION_FAILED',
    })
  })
})
