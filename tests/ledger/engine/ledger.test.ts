import { describe, expect, it } from 'vitest'
import { HubError } from '../../../src/kernel/errors.js'
import * as arrays from '../../../src/ledger/engine/parameters.js'
import { statement } from '../../../src/ledger/engine/statement.js'
import { forEachEngine } from '../../support/engines.js'

forEachEngine('the ledger', engine => {
  const values: [string, string, unknown, unknown][] = [
    ['bigint is a number', '$1::bigint', '9007199254740991', 9007199254740991],
    ['numeric is text', '$1::numeric', '12.50', '12.50'],
    ['a date is text, in no zone', '$1::date', '2026-03-01', '2026-03-01'],
    [
      'an instant is a Date',
      '$1::timestamptz',
      '2026-03-01T10:00:00+08:00',
      new Date('2026-03-01T02:00:00Z'),
    ],
    ['jsonb is parsed', '$1::jsonb', arrays.jsonb([{ a: '张三' }, null]), [{ a: '张三' }, null]],
    ['bytea is a Buffer', '$1::bytea', Buffer.from([0, 255, 7]), Buffer.from([0, 255, 7])],
    ['text[]', '$1::text[]', arrays.texts(['a', null, '"{,}\\', '']), ['a', null, '"{,}\\', '']],
    ['bigint[]', '$1::bigint[]', arrays.bigints([1, -2, 2 ** 40, null]), [1, -2, 2 ** 40, null]],
    ['integer[]', '$1::integer[]', arrays.integers([1, -2]), [1, -2]],
    ['double precision[]', '$1::float8[]', arrays.doubles([1.5, -0.1]), [1.5, -0.1]],
    ['boolean[]', '$1::boolean[]', arrays.booleans([true, false, null]), [true, false, null]],
    [
      'bytea[]',
      '$1::bytea[]',
      arrays.byteas([Buffer.from('x'), Buffer.alloc(0)]),
      [Buffer.from('x'), Buffer.alloc(0)],
    ],
    [
      'timestamptz[]',
      '$1::timestamptz[]',
      arrays.instants([0, 1772330400123]),
      [new Date(0), new Date(1772330400123)],
    ],
    [
      'jsonb[]',
      'to_jsonb($1::jsonb[])',
      arrays.jsonbs([[1, 2], { a: null }, null, 'x']),
      [[1, 2], { a: null }, null, 'x'],
    ],
    ['an empty list', '$1::text[]', arrays.texts([]), []],
  ]

  it('gives and takes values alike on every engine', async () => {
    const ledger = await engine.open({ empty: true })
    for (const [name, expression, given, expected] of values) {
      const { rows } = await ledger.query(`select ${expression} as value`, [given])
      expect(rows, name).toEqual([{ value: expected }])
    }
    await expect(ledger.query('select 9007199254740993::bigint')).rejects.toMatchObject({
      code: 'LEDGER_NUMBER_UNSAFE',
    })
    expect((await ledger.query('select 1 as ok')).rows).toEqual([{ ok: 1 }])
  })

  it('commits what a transaction did and rolls back all of it on a throw', async () => {
    const ledger = await engine.open({ empty: true })
    await ledger.query('create schema hrhub; create table hrhub.t (x int)')
    const insert = statement('insert t', 'insert into hrhub.t select * from unnest($1::int[])')
    await ledger.transaction(tx => tx.query(insert, [arrays.integers([1, 2])]))
    await expect(
      ledger.transaction(async tx => {
        await tx.query(insert, [arrays.integers([3])])
        throw new Error('no')
      }),
    ).rejects.toThrow('no')
    await expect(ledger.transaction(tx => tx.query('select 1/0'))).rejects.toMatchObject({ code: '22012' })
    expect((await ledger.query('select x from hrhub.t order by x')).rows).toEqual([{ x: 1 }, { x: 2 }])
  })

  it('tells a work that swallowed the error of its statement that nothing was committed', async () => {
    const ledger = await engine.open({ empty: true })
    await expect(
      ledger.transaction(async tx => {
        await tx.query('select 1/0').catch(() => undefined)
      }),
    ).rejects.toMatchObject({ code: 'HUB_DEFECT' })
  })

  it('keeps what failed work still goes on with away from a connection that is no longer its own', async () => {
    const ledger = await engine.open({ empty: true })
    await ledger.query('create schema hrhub; create table hrhub.t (x int)')
    const inserts: Promise<unknown>[] = []
    await expect(
      ledger.transaction(async tx => {
        const goesOn = async () => {
          await tx.query('select 1').catch(() => undefined)
          await new Promise(resolve => setImmediate(resolve))
          inserts.push(tx.query('insert into hrhub.t values (1)'))
          await inserts[0]
        }
        await Promise.all([tx.query('select 1/0'), goesOn(), tx.query('insert into hrhub.t values (2)')])
      }),
    ).rejects.toMatchObject({ code: '22012' })
    await waitFor(() => inserts.length === 1)
    await expect(inserts[0]).rejects.toThrow()
    expect((await ledger.query('select x from hrhub.t')).rows).toEqual([])
  })

  it('throws at once, on every door, when its caller has a transaction open', async () => {
    const ledger = await engine.open({ connections: 1 })
    const doors: (() => Promise<unknown>)[] = [
      () => ledger.query('select 1'),
      () => ledger.transaction(async () => undefined),
      () => ledger.db.selectFrom('leases').selectAll().execute(),
      () => ledger.pool.query('select 1'),
      () => ledger.pool.connect(),
    ]
    for (const door of doors) {
      await expect(
        ledger.transaction(async tx => {
          await tx.query('select 1')
          await door()
        }),
      ).rejects.toSatisfy(error => error instanceof HubError && error.code === 'LEDGER_TRANSACTION_OPEN')
    }
    expect((await ledger.query('select 1 as ok')).rows).toEqual([{ ok: 1 }])
  })

  it('lets flows that a transaction started go on after its end', async () => {
    const ledger = await engine.open({ connections: 1 })
    let after: Promise<unknown> = Promise.resolve()
    let ended = () => {}
    const end = new Promise<void>(resolve => {
      ended = resolve
    })
    await ledger.transaction(async () => {
      after = end.then(() => ledger.query('select 7 as x'))
    })
    ended()
    expect(await after).toMatchObject({ rows: [{ x: 7 }] })
  })

  it('knows why a transaction failed, whichever of its statements is heard of first', async () => {
    const ledger = await engine.open({ empty: true })
    const lose = `do $$ begin raise exception 'lost' using errcode = '40P01'; end $$`
    let tries = 0
    const done = await ledger.transaction(async tx => {
      tries++
      if (tries > 1) return 'repeated'
      const slowly = tx.query(lose).catch(async error => {
        // The caller of the failing statement takes longer to hear of it than the caller of the next one.
        for (let hop = 0; hop < 50; hop++) await undefined
        throw error
      })
      await Promise.all([slowly, tx.query('select 1')])
      return 'unseen'
    })
    expect([done, tries]).toEqual(['repeated', 2])
  })

  it('repeats a transaction that lost a deadlock', async () => {
    const ledger = await engine.open({ empty: true })
    await ledger.query('create schema hrhub; create table hrhub.t (id int primary key, n int)')
    await ledger.query('insert into hrhub.t values (1, 0), (2, 0)')
    let runs = 0
    let holding = 0
    const cross = (first: number, second: number) =>
      ledger.transaction(async tx => {
        runs++
        await tx.query('update hrhub.t set n = n + 1 where id = $1', [first])
        holding++
        if (ledger.engine === 'postgres') await waitFor(() => holding >= 2)
        await tx.query('update hrhub.t set n = n + 1 where id = $1', [second])
      })
    await Promise.all([cross(1, 2), cross(2, 1)])
    expect((await ledger.query('select n from hrhub.t')).rows).toEqual([{ n: 2 }, { n: 2 }])
    expect(runs).toBe(ledger.engine === 'postgres' ? 3 : 2)
  })

  it('runs many transactions at a time without mixing them', async () => {
    const ledger = await engine.open({ empty: true })
    await ledger.query('create schema hrhub; create table hrhub.t (n int); insert into hrhub.t values (0)')
    await Promise.all(
      Array.from({ length: 50 }, () =>
        ledger.transaction(async tx => {
          const { rows } = await tx.query<{ n: number }>('select n from hrhub.t for update')
          await tx.query('update hrhub.t set n = $1', [(rows[0]?.n ?? 0) + 1])
        }),
      ),
    )
    expect((await ledger.query('select n from hrhub.t')).rows).toEqual([{ n: 50 }])
  })

  it('speaks typed SQL in schema hrhub, inside and outside of transactions', async () => {
    const ledger = await engine.open()
    await ledger.transaction(async tx => {
      await tx.query(`insert into hrhub.leases (name, holder, until) values ('a', 'me', now())`)
      const rows = await tx.db.selectFrom('leases').select(['name', 'fence']).execute()
      expect(rows).toEqual([{ name: 'a', fence: 1 }])
    })
    const updated = await ledger.db.updateTable('leases').set({ holder: 'you' }).executeTakeFirst()
    expect(updated.numUpdatedRows).toBe(1n)
    await expect(ledger.db.transaction().execute(async () => undefined)).rejects.toMatchObject({
      code: 'LEDGER_TRANSACTION_OPEN',
    })
  })

  it('refuses statements after it closed', async () => {
    const ledger = await engine.open({ empty: true })
    await ledger.close()
    await ledger.close()
    await expect(ledger.query('select 1')).rejects.toMatchObject({ code: 'LEDGER_AWAY' })
  })
})

async function waitFor(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise(resolve => setImmediate(resolve))
}

describe('a ledger whose server is not there', () => {
  it('says that it is away', async () => {
    const { openLedger } = await import('../../../src/ledger/engine/open-ledger.js')
    const { silent } = await import('../../support/engines.js')
    const { systemClock } = await import('../../../src/kernel/clock.js')
    await expect(
      openLedger({ url: 'postgres://x@127.0.0.1:9/none', clock: systemClock, log: silent }),
    ).rejects.toMatchObject({ code: 'LEDGER_AWAY', kind: 'unreachable' })
  })
})
