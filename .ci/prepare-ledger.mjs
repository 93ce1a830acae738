// Makes the empty embedded database that every new data folder is copied from: dist/new-ledger/<version of PGlite>.
// Run by prepare.mjs where it is missing; written beside and renamed, so that it is whole or not there.
import { mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'

const root = new URL('..', import.meta.url).pathname
const packed = join(root, 'node_modules', '@electric-sql', 'pglite', 'package.json')
const { version } = JSON.parse(readFileSync(packed, 'utf8'))
const folder = join(root, 'dist', 'new-ledger')
rmSync(folder, { recursive: true, force: true })
mkdirSync(folder, { recursive: true })
const db = await PGlite.create({ dataDir: join(folder, 'making') })
await db.close()
renameSync(join(folder, 'making'), join(folder, version))
