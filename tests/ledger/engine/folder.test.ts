import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../../src/kernel/clock.js'
import { lockFolder } from '../../../src/ledger/engine/folder-lock.js'
import { openLedger } from '../../../src/ledger/engine/open-ledger.js'
import { compiledSource } from '../../support/compiled.js'
import { silent } from '../../support/engines.js'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hrhub-folder-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const options = () => ({ folder, clock: systemClock, log: silent })

describe('the lock of the data folder', () => {
  it('keeps a second hub out and says who is in', async () => {
    const first = await lockFolder(folder, silent)
    await expect(lockFolder(folder, silent)).rejects.toMatchObject({
      code: 'LEDGER_FOLDER_LOCKED',
      message: expect.stringContaining(`process ${process.pid}`),
    })
    first.release()
    expect(readdirSync(folder)).toEqual([])
    const second = await lockFolder(folder, silent)
    second.release()
  })

  const dead = spawnSync(process.execPath, ['-e', '']).pid
  const left = { started: 'then', birth: null, host: hostname(), id: 'x' }
  it.each([
    ['a process that ended', JSON.stringify({ ...left, pid: dead })],
    ['another process with our number', JSON.stringify({ ...left, pid: process.pid, birth: '1' })],
    ['a crash in the middle of writing', '{"pid":'],
  ])('is taken over from %s, by one taker only', async (_who, text) => {
    writeFileSync(join(folder, 'lock'), text)
    const takers = await Promise.allSettled(Array.from({ length: 8 }, () => lockFolder(folder, silent)))
    const won = takers.filter(taker => taker.status === 'fulfilled')
    expect(won).toHaveLength(1)
    for (const taker of won) taker.value.release()
  })

  it('of another host holds while it is touched', async () => {
    writeFileSync(join(folder, 'lock'), JSON.stringify({ ...left, pid: 1, host: 'elsewhere' }))
    await expect(lockFolder(folder, silent)).rejects.toMatchObject({
      message: expect.stringContaining('elsewhere'),
    })
  })
})

describe('a ledger in a folder', () => {
  it('is there again after closing, and one process at a time has it', async () => {
    const first = await openLedger(options())
    await first.query('create schema hrhub; create table hrhub.t (x int); insert into hrhub.t values (1)')
    await expect(openLedger(options())).rejects.toMatchObject({ code: 'LEDGER_FOLDER_LOCKED' })
    await first.close()
    const second = await openLedger(options())
    expect((await second.query('select x from hrhub.t')).rows).toEqual([{ x: 1 }])
    await second.close()
    expect(existsSync(join(folder, 'lock'))).toBe(false)
  })

  it('loses no acknowledged row to kill -9', async () => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', WRITER], {
      env: { ...process.env, SOURCE: compiledSource(), FOLDER: folder },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let acknowledged = 0
    for await (const line of createInterface({ input: child.stdout })) {
      acknowledged = Number(line)
      if (acknowledged === 300) break
    }
    child.kill('SIGKILL')
    await once(child, 'exit')
    const ledger = await openLedger(options())
    const { rows } = await ledger.query<{ n: number }>('select count(*)::int as n from hrhub.t')
    expect(rows[0]?.n).toBeGreaterThanOrEqual(acknowledged)
    await ledger.close()
  })

  it('does not grow with what is written over: log and tables take their old place', async () => {
    const ledger = await openLedger(options())
    await ledger.query(`create schema hrhub; create table hrhub.t (id int primary key, body text);
      alter table hrhub.t alter body set storage external;
      insert into hrhub.t select id, repeat(md5(id::text), 60) from generate_series(1, 4000) id`)
    const number = async (sql: string) => (await ledger.query<{ n: number }>(sql)).rows[0]?.n ?? 0
    const written = () => number(`select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::float8 as n`)
    const rewrite = () => ledger.query('update hrhub.t set body = reverse(body)')
    await rewrite()
    const before = { written: await written(), size: await number(`select pg_table_size('hrhub.t') as n`) }
    // The vacuum's minute is not waited for; the checkpoints come by themselves.
    while ((await written()) - before.written < 300e6) {
      await rewrite()
      await ledger.query('vacuum hrhub.t')
    }
    expect(sizeOf(join(folder, 'ledger', 'pg_wal'))).toBeLessThan(200e6)
    await rewrite()
    await ledger.upkeep()
    expect(await number(`select n_dead_tup as n from pg_stat_user_tables where relname = 't'`)).toBe(0)
    expect(await number(`select pg_table_size('hrhub.t') as n`)).toBeLessThan(before.size * 1.5)
    await ledger.close()
  })
})

function sizeOf(directory: string): number {
  return readdirSync(directory)
    .map(name => statSync(join(directory, name)).size)
    .reduce((sum, size) => sum + size, 0)
}

const WRITER = `
const { openLedger } = await import(process.env.SOURCE + '/src/ledger/engine/open-ledger.js')
const log = { debug() {}, info() {}, warn() {}, error() {} }
const ledger = await openLedger({ folder: process.env.FOLDER, clock: { now: () => Date.now() }, log })
await ledger.query('create schema hrhub; create table hrhub.t (x int)')
for (let n = 1; ; n++) {
  await ledger.transaction(tx => tx.query('insert into hrhub.t values ($1)', [n]))
  process.stdout.write(n + '\\n')
}`
