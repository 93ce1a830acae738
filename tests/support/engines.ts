/**
 * The ledgers that tests run against: PGlite always, Postgres where TEST_DATABASE_URL names a server.
 *
 *   forEachEngine('claiming', engine => {
 *     it('gives a row to one taker only', async () => {
 *       const ledger = await engine.open()      // a fresh database with all migrations
 *       …
 *     })
 *   })
 *
 * What a run is without is said once, at its start (say-engines.ts).
 * Every database is dropped and every ledger closed when the file ends; a ledger that cannot close fails the file.
 * Migrations run once per file: later databases are copies of the first.
 */
import { createHash, randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { pino } from 'pino'
import { afterAll, describe } from 'vitest'
import { systemClock } from '../../src/kernel/clock.js'
import { openLedger } from '../../src/ledger/engine/open-ledger.js'
import type { Ledger, LedgerOptions } from '../../src/ledger/engine/types.js'
import { migrate } from '../../src/ledger/migrate.js'
import { MIGRATIONS } from '../../src/ledger/migrations/all.js'
import { reusedLedgers } from './reused-ledgers.js'

export const silent = pino({ level: 'silent' })

export interface TestEngine {
  readonly name: 'pglite' | 'postgres'
  /** A migrated database with nothing in it (or one not migrated), closed and dropped at the end of the file. */
  open(options?: Partial<LedgerOptions> & { readonly empty?: boolean }): Promise<Ledger>
  /** Postgres: address of the database of a ledger, for a second process. Undefined on PGlite. */
  addressOf(ledger: Ledger): string | undefined
}

export const postgresUrl = process.env['TEST_DATABASE_URL']
export const redisUrl = process.env['TEST_REDIS_URL']

export function forEachEngine(title: string, suite: (engine: TestEngine) => void): void {
  describe(`${title} (pglite)`, () => suite(pgliteEngine()))
  if (postgresUrl !== undefined) describe(`${title} (postgres)`, () => suite(postgresEngine(postgresUrl)))
}

function pgliteEngine(): TestEngine {
  const opened: Ledger[] = []
  let template: Promise<string> | undefined
  afterAll(async () => {
    await Promise.all(opened.map(ledger => ledger.close()))
  })
  const open = async (options: Partial<LedgerOptions>) => {
    const ledger = await openLedger({ clock: systemClock, log: silent, ...options })
    opened.push(ledger)
    return ledger
  }
  const openCopy = async (options: Partial<LedgerOptions> = {}) => {
    template ??= migratedDump()
    return open({ restoreFrom: await template, ...options })
  }
  const openPlain = reusedLedgers(openCopy)
  return {
    name: 'pglite',
    async open({ empty, ...options } = {}) {
      if (empty) return open({ restoreFrom: await emptyDump(), ...options })
      return Object.keys(options).length === 0 ? openPlain() : openCopy(options)
    },
    addressOf: () => undefined,
  }
}

/** A new database takes three seconds to make and half a second to copy: kept per version of PGlite. */
const emptyDump = () => keptDump(pgliteVersion(), {}, async () => undefined)

/** The same with all migrations done: kept per version of them too. */
async function migratedDump(): Promise<string> {
  const folder = new URL('../../src/ledger/migrations/', import.meta.url)
  const hash = createHash('sha256')
  for (const file of readdirSync(folder).sort()) hash.update(readFileSync(new URL(file, folder)))
  const name = `${pgliteVersion()}-${hash.digest('hex').slice(0, 16)}`
  return keptDump(name, { restoreFrom: await emptyDump() }, ledger => migrate(ledger, MIGRATIONS))
}

function pgliteVersion(): string {
  const require = createRequire(import.meta.url)
  return (require('../../node_modules/@electric-sql/pglite/package.json') as { version: string }).version
}

async function keptDump(
  name: string,
  from: Partial<LedgerOptions>,
  prepare: (ledger: Ledger) => Promise<unknown>,
): Promise<string> {
  const folder = join(tmpdir(), 'hrhub-test-dumps')
  const file = join(folder, `${name}.tar.gz`)
  if (existsSync(file)) return file
  mkdirSync(folder, { recursive: true })
  const ledger = await openLedger({ clock: systemClock, log: silent, ...from })
  await prepare(ledger)
  // Several files may make it at once: each its own, and the last one stays.
  const made = `${file}.${process.pid}`
  await ledger.dump(made)
  await ledger.close()
  renameSync(made, file)
  return file
}

function postgresEngine(server: string): TestEngine {
  const opened = new Map<Ledger, string>()
  const databases: string[] = []
  let template: Promise<string> | undefined
  const admin = async (sql: string) => {
    const client = new pg.Client(server)
    await client.connect()
    try {
      await client.query(sql)
    } finally {
      await client.end()
    }
  }
  const create = async (copyOf: string) => {
    const name = `hrhub_test_${randomBytes(6).toString('hex')}`
    await admin(`create database ${name} template ${copyOf}`)
    databases.push(name)
    return name
  }
  const open = async (name: string, options: Partial<LedgerOptions>) => {
    const url = new URL(server)
    url.pathname = `/${name}`
    const ledger = await openLedger({ clock: systemClock, log: silent, url: url.href, ...options })
    opened.set(ledger, url.href)
    return ledger
  }
  const makeTemplate = async () => {
    const name = await create('template0')
    const ledger = await open(name, {})
    await migrate(ledger, MIGRATIONS)
    await ledger.close()
    return name
  }
  afterAll(async () => {
    await Promise.all([...opened.keys()].map(ledger => ledger.close()))
    for (const name of databases) await admin(`drop database if exists ${name} with (force)`)
  })
  const openCopy = async (options: Partial<LedgerOptions> = {}) => {
    template ??= makeTemplate()
    return open(await create(await template), options)
  }
  const openPlain = reusedLedgers(openCopy)
  return {
    name: 'postgres',
    async open({ empty, ...options } = {}) {
      if (empty) return open(await create('template0'), options)
      return Object.keys(options).length === 0 ? openPlain() : openCopy(options)
    },
    addressOf: ledger => opened.get(ledger),
  }
}
