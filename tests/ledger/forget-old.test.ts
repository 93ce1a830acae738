import { expect, it } from 'vitest'
import { forgetOld } from '../../src/ledger/forget-old.js'
import { noteSeen } from '../../src/ledger/messages.js'
import { countRefusal } from '../../src/ledger/refusals.js'
import { forEachEngine } from '../support/engines.js'

const DAY = 86_400_000

forEachEngine('what is remembered for a time', engine => {
  it('is forgotten after it, and not before', async () => {
    const ledger = await engine.open()
    const now = Date.parse('2026-12-01T12:00:00Z')
    const event = (key: string, age: number) => ({
      tenant: 'default',
      connection: 'ehr',
      key,
      at: now - age * DAY,
    })
    await ledger.transaction(tx => noteSeen(tx, [event('old', 9), event('fresh', 7)]))
    await countRefusal(ledger, 'default', 'ehr', 'CONNECTOR_SIGNATURE_OLD', now - 40 * DAY)
    await countRefusal(ledger, 'default', 'ehr', 'CONNECTOR_SIGNATURE_OLD', now)
    await ledger.query(
      `insert into hrhub.contested values ('default', 'l', 'name', '2026-11-20', 3), ('default', 'l', 'name', '2026-12-01', 3)`,
    )
    expect(await forgetOld(ledger, now)).toBe(3)
    const left = await ledger.query('select key from hrhub.seen')
    expect(left.rows).toEqual([{ key: 'fresh' }])
    expect(await forgetOld(ledger, now)).toBe(0)
  })
})
