import { afterEach, beforeEach, expect, it } from 'vitest'
import { findDue } from '../../src/ledger/claim-due.js'
import type { Ledger } from '../../src/ledger/engine/types.js'
import { listDeliveries } from '../../src/ledger/list-deliveries.js'
import { migrate } from '../../src/ledger/migrate.js'
import { MIGRATIONS } from '../../src/ledger/migrations/all.js'
import { rebuildDue } from '../../src/ledger/rebuild-due.js'
import { forEachEngine } from '../support/engines.js'

const NOW = Date.parse('2026-12-01T00:00:00Z')
const HOUR = 3_600_000
const BEFORE = Object.fromEntries(Object.entries(MIGRATIONS).filter(([name]) => name < '0006'))

type State = readonly [id: string, state: string, because: string | null, due: number | null]
const ROWS: readonly State[] = [
  ['delivery_1', 'waiting', 'due', NOW],
  ['delivery_2', 'waiting', 'retry', NOW + HOUR],
  ['delivery_3', 'waiting', 'link', null],
  ['delivery_4', 'parked', 'unknown', null],
  ['delivery_5', 'delivered', null, null],
  ['delivery_6', 'in_flight', null, NOW - HOUR],
  ['delivery_7', 'waiting', 'due', NOW - HOUR],
]

const put = (ledger: Ledger, rows: readonly State[], tenant = 'default') =>
  Promise.all(
    rows.map(([id, state, because, due]) =>
      ledger.query(
        `insert into hrhub.deliveries (tenant, id, flow, key, record, connection, resource, state, because, wants, wanted, due_at, created_at, updated_at)
         values ($5, $1, 'flow', $1, 'candidate_1', 'ehr', 'candidate', $2, $3, 'there', 1, $4, now(), now())`,
        [id, state, because, due === null ? null : new Date(due), tenant],
      ),
    ),
  )

const dueIds = async (ledger: Ledger) =>
  (await ledger.query<{ delivery: string }>('select delivery from hrhub.due order by delivery')).rows.map(
    row => row.delivery,
  )
const DUE = ['delivery_1', 'delivery_2', 'delivery_6', 'delivery_7']

forEachEngine('rows that are due', engine => {
  let ledger: Ledger
  beforeEach(async () => {
    ledger = await engine.open()
  })
  afterEach(() => ledger.query('delete from hrhub.deliveries'))

  it('are found by the sweep while they are, whatever statement makes or ends it', async () => {
    await put(ledger, ROWS)
    expect(await dueIds(ledger)).toEqual(DUE)
    const found = () => findDue(ledger, NOW, 10, [], ['default'])
    expect((await found()).map(row => row.id)).toEqual(['delivery_1', 'delivery_6', 'delivery_7'])
    await ledger.query(
      `update hrhub.deliveries set due_at = null, state = 'delivered' where id = 'delivery_1'`,
    )
    await ledger.query(`update hrhub.deliveries set due_at = $1 where id = 'delivery_3'`, [new Date(NOW)])
    await ledger.query(`delete from hrhub.deliveries where id = 'delivery_7'`)
    expect((await found()).map(row => row.id)).toEqual(['delivery_3', 'delivery_6'])
    expect(await dueIds(ledger)).toEqual(['delivery_2', 'delivery_3', 'delivery_6'])
  })

  it('are listed as waiting with those that wait for more, newest first, page by page', async () => {
    await put(ledger, ROWS)
    await put(ledger, [['delivery_8', 'waiting', 'due', NOW]], 'another')
    const page = async (before?: string) =>
      (await listDeliveries(ledger, 'default', { state: 'waiting', before, limit: 2 })).map(row => row.id)
    expect(await page()).toEqual(['delivery_7', 'delivery_3'])
    expect(await page('delivery_3')).toEqual(['delivery_2', 'delivery_1'])
    expect(await page('delivery_1')).toEqual([])
    const linked = await listDeliveries(ledger, 'default', { state: 'waiting', because: 'link', limit: 9 })
    expect(linked.map(row => [row.id, row.state])).toEqual([['delivery_3', 'waiting']])
  })

  it('are put right after a restore that fired no trigger', async () => {
    await put(ledger, ROWS)
    await ledger.query(`delete from hrhub.due where delivery in ('delivery_1', 'delivery_2')`)
    await ledger.query(
      `insert into hrhub.due values ('default', 'delivery_5', $1), ('default', 'nobody', $1)`,
      [new Date(NOW)],
    )
    expect((await findDue(ledger, NOW, 10, [], ['default'])).map(row => row.id)).not.toContain('delivery_5')
    await ledger.transaction(rebuildDue)
    expect(await dueIds(ledger)).toEqual(DUE)
  })

  it('are taken along by the migration, from a ledger that has been at work', async () => {
    const old = await engine.open({ empty: true })
    await migrate(old, BEFORE)
    await put(old, ROWS)
    await migrate(old, MIGRATIONS)
    expect(await dueIds(old)).toEqual(DUE)
    const { rows } = await old.query(
      `select id, shown from hrhub.deliveries where shown is not null order by id`,
    )
    expect(rows).toEqual([
      { id: 'delivery_2', shown: 'waiting' },
      { id: 'delivery_3', shown: 'waiting' },
      { id: 'delivery_4', shown: 'parked' },
    ])
  })
})
