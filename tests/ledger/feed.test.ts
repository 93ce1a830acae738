import { expect, it } from 'vitest'
import type { Ledger } from '../../src/ledger/engine/types.js'
import { publishChanges } from '../../src/ledger/publish-changes.js'
import { runSealer } from '../../src/ledger/run-sealer.js'
import { checkSeals, sealChanges } from '../../src/ledger/seal-changes.js'
import { forEachEngine } from '../support/engines.js'

const INSERT = `insert into hrhub.changes
  (tenant, seq, record, kind, version, paths, data, cause, at, salt, hash, previous)
  values ('t', nextval('hrhub.change_seq'), $1::text, 'candidate', $2::int, '[]', '{}', '{}', now(), 's', md5($1 || $2::int), null)`

forEachEngine('the feed', engine => {
  const versionsByRecord = async (ledger: Ledger) => {
    const { rows } = await ledger.query<{ record: string; version: number; pos: number }>(
      'select record, version, pos from hrhub.changes order by pos',
    )
    return rows
  }

  it('gives a follower of eight writers every change once, each record in its order', async () => {
    const ledger = await engine.open({ connections: 16 })
    const sealer = runSealer(ledger)
    const seen: { record: string; version: number }[] = []
    let after = 0
    const follow = async () => {
      const { rows } = await ledger.query<{ pos: number; record: string; version: number }>(
        'select pos, record, version from hrhub.changes where pos > $1 order by pos limit 500',
        [after],
      )
      for (const row of rows) {
        after = row.pos
        seen.push(row)
      }
    }
    let writing = true
    const follower = (async () => {
      while (writing) await follow()
    })()
    await ledger.query('create table hrhub.heads (record text primary key, version int not null)')
    await ledger.query(`insert into hrhub.heads select 'r' || i, 0 from generate_series(1, 10) i`)
    const PER_WRITER = 60
    await Promise.all(
      Array.from({ length: 8 }, async (_, writer) => {
        for (let i = 0; i < PER_WRITER; i++) {
          await ledger.transaction(async tx => {
            // Its number is given before it has the record's lock, as in a fold.
            await tx.query('select pg_current_xact_id()')
            const record = `r${((writer * 7 + i * 3) % 10) + 1}`
            if (i % 5 === 0) await tx.query('select pg_sleep(0.002)')
            const { rows } = await tx.query<{ version: number }>(
              'update hrhub.heads set version = version + 1 where record = $1 returning version',
              [record],
            )
            await tx.query(INSERT, [record, rows[0]?.version])
            if (i % 7 === 0) await tx.query('select pg_sleep(0.003)')
          })
          sealer.poke()
        }
      }),
    )
    await expect
      .poll(async () => (await ledger.query('select 1 from hrhub.changes where pos is null')).rowCount)
      .toBe(0)
    writing = false
    await follower
    await follow()
    await sealer.stop()
    expect(seen).toHaveLength(8 * PER_WRITER)
    const last = new Map<string, number>()
    for (const { record, version } of seen) {
      expect(version, record).toBe((last.get(record) ?? 0) + 1)
      last.set(record, version)
    }
  })

  it('numbers without a hole and takes a backlog in pieces', async () => {
    const ledger = await engine.open()
    for (let version = 1; version <= 25; version++) await ledger.query(INSERT, ['r', version])
    expect(await publishChanges(ledger, 10)).toEqual({ published: 10, last: 10, more: true })
    expect(await publishChanges(ledger, 10)).toEqual({ published: 10, last: 20, more: true })
    expect(await publishChanges(ledger, 10)).toEqual({ published: 5, last: 25, more: false })
    expect(await publishChanges(ledger, 10)).toEqual({ published: 0, last: undefined, more: false })
    expect((await versionsByRecord(ledger)).map(row => row.version)).toEqual(
      Array.from({ length: 25 }, (_, i) => i + 1),
    )
  })

  it('goes on from the last seal after all changes were dropped', async () => {
    const ledger = await engine.open()
    await ledger.query(INSERT, ['r', 1])
    await publishChanges(ledger)
    await sealChanges(ledger)
    await ledger.query('delete from hrhub.changes')
    await ledger.query(INSERT, ['r', 2])
    expect(await publishChanges(ledger)).toMatchObject({ last: 2 })
  })

  it('seals a chain that survives erasure and retention and shows what was altered', async () => {
    const ledger = await engine.open()
    for (let version = 1; version <= 9; version++) {
      await ledger.query(INSERT, [`r${version % 2}`, version])
      if (version % 3 === 0) {
        await publishChanges(ledger)
        expect(await sealChanges(ledger)).toBe(3)
      }
    }
    expect(await sealChanges(ledger)).toBe(0)
    await ledger.query(`update hrhub.changes set data = '{}', salt = '' where record = 'r1'`)
    expect(await checkSeals(ledger)).toEqual({ seals: 3, changes: 9, dropped: 0, broken: [] })
    await ledger.query('delete from hrhub.changes where pos <= 2')
    expect(await checkSeals(ledger)).toEqual({ seals: 3, changes: 6, dropped: 1, broken: [] })
    await ledger.query(`update hrhub.changes set hash = 'other' where pos = 8`)
    expect((await checkSeals(ledger)).broken).toEqual([3])
    await ledger.query(`update hrhub.seals set root = 'other' where n = 1`)
    expect((await checkSeals(ledger)).broken).toEqual([1, 3])
  })
})
