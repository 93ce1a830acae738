import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { systemClock } from '../../src/kernel/clock.js'
import { backup } from '../../src/ledger/backup.js'
import { openLedger } from '../../src/ledger/engine/open-ledger.js'
import { forEachEngine, silent } from '../support/engines.js'

const folder = mkdtempSync(join(tmpdir(), 'hrhub-backup-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

forEachEngine('a backup', engine => {
  if (engine.name === 'postgres') {
    it('is left to the tools of Postgres', async () => {
      const ledger = await engine.open()
      await expect(backup(ledger, join(folder, 'pg'))).rejects.toMatchObject({
        code: 'LEDGER_BACKUP_ELSEWHERE',
      })
    })
    return
  }

  it('is one private file that an empty folder starts from, while writing goes on', async () => {
    const ledger = await engine.open()
    const write = (name: string) =>
      ledger.query(`insert into hrhub.leases (name, holder, until) values ($1, 'x', now())`, [name])
    await write('before')
    const file = join(folder, 'ledger.tar.gz')
    const [made] = await Promise.all([backup(ledger, file), write('during')])
    expect(made.bytes).toBeGreaterThan(1_000)
    expect(statSync(file).mode & 0o077).toBe(0)
    expect(readdirSync(folder)).toEqual(['ledger.tar.gz'])
    await expect(backup(ledger, file)).rejects.toMatchObject({ code: 'LEDGER_BACKUP_EXISTS' })
    const restored = await openLedger({
      folder: join(folder, 'restored'),
      restoreFrom: file,
      clock: systemClock,
      log: silent,
    })
    expect((await restored.query('select name from hrhub.leases')).rows).toEqual([{ name: 'before' }])
    await restored.close()
  })
})
