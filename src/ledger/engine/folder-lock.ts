/**
 * One process per data folder: a second one on the same PGlite folder would lose acknowledged rows in silence.
 * The lock names its holder by process and start time, so one left by a killed process is taken over.
 */
import { randomUUID } from 'node:crypto'
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { mkdir, utimes } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { HubError } from '../../kernel/errors.js'
import { codeOf } from './database-error.js'
import type { Log } from './types.js'

interface Holder {
  readonly pid: number
  /** For people, ISO 8601. */
  readonly started: string
  /** Start of the process in the kernel's ticks, where /proc tells it: a pid may be used again. */
  readonly birth: string | null
  /** In containers with one volume both hubs may be pid 1. */
  readonly host: string
  readonly id: string
}

/** The holder touches the lock this often; one of another host that nobody touched for long is left behind. */
const TOUCH_MS = 5_000
const LEFT_BEHIND_MS = 30_000
/** Taking over a dead lock is one small step; a guard older than this was left by a process killed within it. */
const GUARD_LEFT_MS = 10_000
const TRIES = 40
const TRY_AGAIN_MS = 50

export interface FolderLock {
  release(): void
}

/** @throws HubError `LEDGER_FOLDER_LOCKED`, its text names the holder */
export async function lockFolder(folder: string, log: Log): Promise<FolderLock> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const file = join(folder, 'lock')
  const me: Holder = {
    pid: process.pid,
    started: new Date(Date.now() - process.uptime() * 1000).toISOString(),
    birth: birthOf(process.pid),
    host: hostname(),
    id: randomUUID(),
  }
  for (let attempt = 0; attempt < TRIES; attempt++) {
    if (create(file, JSON.stringify(me))) return hold(file, me, log)
    const holder = read(file)
    if (holder && lives(holder, file)) throw locked(folder, holder)
    if (!takeAway(file)) await new Promise(resolve => setTimeout(resolve, TRY_AGAIN_MS))
  }
  throw new HubError('LEDGER_FOLDER_LOCKED', { detail: `${folder} is being locked by another process` })
}

function hold(file: string, me: Holder, log: Log): FolderLock {
  const touch = setInterval(() => {
    const now = new Date()
    utimes(file, now, now).catch(error => log.error({ err: error }, 'the lock of the data folder is gone'))
  }, TOUCH_MS)
  touch.unref()
  return {
    release() {
      clearInterval(touch)
      if (read(file)?.id === me.id) rmSync(file, { force: true })
    },
  }
}

/**
 * Removes a dead holder's lock. The guard keeps a second process from removing the lock of the first taker.
 * @returns whether anything is gone now; else it is too early to tell, and somebody may be in the middle of it
 */
function takeAway(file: string): boolean {
  const guard = `${file}.takeover`
  if (!create(guard, String(process.pid))) {
    if (ageOf(guard) <= GUARD_LEFT_MS) return false
    rmSync(guard, { force: true })
    return true
  }
  try {
    const holder = read(file)
    // An unreadable lock is one that is being written just now, or one cut short by a crash.
    const left = holder ? !lives(holder, file) : ageOf(file) > TRY_AGAIN_MS
    if (left) rmSync(file, { force: true })
    return left
  } finally {
    rmSync(guard, { force: true })
  }
}

function lives(holder: Holder, file: string): boolean {
  if (holder.host !== hostname()) return ageOf(file) < LEFT_BEHIND_MS
  try {
    process.kill(holder.pid, 0)
  } catch (error) {
    if (codeOf(error) === 'ESRCH') return false
  }
  return holder.birth === null || holder.birth === birthOf(holder.pid)
}

function locked(folder: string, holder: Holder): HubError {
  return new HubError('LEDGER_FOLDER_LOCKED', {
    detail: `${folder} is used by process ${holder.pid} on ${holder.host}, started ${holder.started}`,
  })
}

function create(file: string, text: string): boolean {
  try {
    writeFileSync(file, text, { flag: 'wx', mode: 0o600 })
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw error
  }
}

function read(file: string): Holder | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'))
    return isHolder(value) ? value : undefined
  } catch (error) {
    if (error instanceof SyntaxError || codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}

function isHolder(value: unknown): value is Holder {
  return (
    typeof value === 'object' &&
    value !== null &&
    'pid' in value &&
    typeof value.pid === 'number' &&
    'host' in value &&
    typeof value.host === 'string' &&
    'id' in value &&
    'started' in value &&
    'birth' in value
  )
}

function ageOf(file: string): number {
  return existsSync(file) ? Date.now() - statSync(file).mtimeMs : 0
}

/** Field 22 of /proc/<pid>/stat (proc(5)); null where the system has no /proc or the process is gone. */
function birthOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null
  } catch {
    return null
  }
}
