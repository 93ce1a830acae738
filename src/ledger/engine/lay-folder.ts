/**
 * Lays the folder of a new embedded database by copying an empty one that the build has made (.ci/prepare-ledger.mjs):
 * making one afresh takes PGlite ten seconds of processor time and half a gigabyte of memory. Whole or not at all.
 */
import { existsSync, readFileSync } from 'node:fs'
import { cp, rename, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'

/**
 * @param folder of the database; left alone where it is there
 * @param prepared folder with empty databases, each named by the version of PGlite that made it
 */
export async function layFolder(folder: string, prepared: string): Promise<void> {
  const empty = join(prepared, pgliteVersion())
  if (existsSync(folder) || !existsSync(empty)) return
  const making = `${folder}.making`
  await rm(making, { recursive: true, force: true })
  await cp(empty, making, { recursive: true })
  await rename(making, folder)
}

function pgliteVersion(): string {
  const main = createRequire(import.meta.url).resolve('@electric-sql/pglite')
  const file = join(main, '..', '..', 'package.json')
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version
}
