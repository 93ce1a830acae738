import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { systemClock } from '../../../src/kernel/clock.js'
import { layFolder } from '../../../src/ledger/engine/lay-folder.js'
import { openLedger } from '../../../src/ledger/engine/open-ledger.js'
import { silent } from '../../support/engines.js'

const home = mkdtempSync(join(tmpdir(), 'hrhub-lay-'))
afterAll(() => rmSync(home, { recursive: true, force: true }))

const main = createRequire(import.meta.url).resolve('@electric-sql/pglite')
const { version } = JSON.parse(readFileSync(join(main, '..', '..', 'package.json'), 'utf8')) as {
  version: string
}

/** What the build leaves: one folder named by the version that made it. */
function preparedBy(name: string, text: string): string {
  const prepared = join(home, `${name}-prepared`)
  mkdirSync(join(prepared, version, 'base'), { recursive: true })
  writeFileSync(join(prepared, version, 'PG_VERSION'), text)
  writeFileSync(join(prepared, version, 'base', '1'), text)
  return prepared
}

it('lays a new folder whole, also where an earlier try was cut', async () => {
  const folder = join(home, 'new')
  mkdirSync(`${folder}.making`)
  writeFileSync(join(`${folder}.making`, 'half'), '')
  await layFolder(folder, preparedBy('new', '17'))
  expect(readdirSync(folder).sort()).toEqual(['PG_VERSION', 'base'])
  expect(readFileSync(join(folder, 'base', '1'), 'utf8')).toBe('17')
  expect(existsSync(`${folder}.making`)).toBe(false)
})

it('leaves alone what is there, and lays nothing that another version made', async () => {
  const folder = join(home, 'known')
  mkdirSync(folder)
  await layFolder(folder, preparedBy('known', '17'))
  expect(readdirSync(folder)).toEqual([])
  const other = join(home, 'other')
  const prepared = join(home, 'other-prepared')
  mkdirSync(join(prepared, '0.0.1'), { recursive: true })
  await layFolder(other, prepared)
  expect(existsSync(other)).toBe(false)
})

it('gives each ledger a database of its own', async () => {
  const options = { clock: systemClock, log: silent }
  const made = await openLedger({ ...options, folder: join(home, 'first') })
  await made.close()
  const prepared = join(home, 'prepared')
  cpSync(join(home, 'first', 'ledger'), join(prepared, version), { recursive: true })
  const folder = join(home, 'second')
  const second = await openLedger({ ...options, folder, prepared })
  await second.query('create table public.mine (n int)')
  await second.query('insert into public.mine values (1)')
  await second.close()
  const again = await openLedger({ ...options, folder, prepared })
  expect((await again.query('select n from public.mine')).rows).toEqual([{ n: 1 }])
  await again.close()
  const third = await openLedger({ ...options, folder: join(home, 'third'), prepared })
  expect((await third.query(`select to_regclass('public.mine') as found`)).rows).toEqual([{ found: null }])
  await third.close()
}, 120_000)
