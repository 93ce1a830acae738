/**
 * Backup of the embedded ledger: the whole database as one file, taken between two statements, from which an
 * empty folder starts (`restoreFrom`). A Postgres ledger is backed up with Postgres' own tools.
 */
import { randomUUID } from 'node:crypto'
import { existsSync, renameSync, rmSync, statSync } from 'node:fs'
import { HubError } from '../kernel/errors.js'
import type { Ledger } from './engine/types.js'

export interface Backup {
  readonly file: string
  readonly bytes: number
}

/**
 * Writes a gzipped tar that only its owner can read. Everybody else waits meanwhile, about a second per 100 MB.
 * @throws HubError `LEDGER_BACKUP_ELSEWHERE` on Postgres, `LEDGER_BACKUP_EXISTS` rather than write over a file
 */
export async function backup(ledger: Ledger, file: string): Promise<Backup> {
  if (existsSync(file)) throw new HubError('LEDGER_BACKUP_EXISTS', { detail: `${file} is there already` })
  // A backup cut short must not look like one.
  const unfinished = `${file}.${randomUUID()}.part`
  try {
    await ledger.dump(unfinished)
    renameSync(unfinished, file)
  } finally {
    rmSync(unfinished, { force: true })
  }
  return { file, bytes: statSync(file).size }
}
