/**
 * The file by which commands find the hub that runs on a data folder: its door and the key to it. Only the owner
 * of the folder can read it; the key is new at every start and dies with the process.
 */
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isObject } from '../../kernel/json.js'

export interface RunningHub {
  readonly pid: number
  /** ISO 8601. */
  readonly started: string
  /** Where the API listens; null for a worker. */
  readonly address: string | null
  /** Where commands are taken, on this machine only. */
  readonly door: string
  readonly key: string
}

const fileOf = (dataFolder: string) => join(dataFolder, 'running.json')

export function writeRunning(dataFolder: string, running: RunningHub): void {
  const file = fileOf(dataFolder)
  const unfinished = `${file}.${process.pid}`
  writeFileSync(unfinished, JSON.stringify(running), { mode: 0o600 })
  renameSync(unfinished, file)
}

export function removeRunning(dataFolder: string): void {
  rmSync(fileOf(dataFolder), { force: true })
}

/** What the file says; the hub it names may have been killed since. */
export function readRunning(dataFolder: string): RunningHub | undefined {
  const file = fileOf(dataFolder)
  if (!existsSync(file)) return undefined
  const value: unknown = JSON.parse(readFileSync(file, 'utf8'))
  return isRunning(value) ? value : undefined
}

function isRunning(value: unknown): value is RunningHub {
  return (
    isObject(value) &&
    typeof value['pid'] === 'number' &&
    typeof value['door'] === 'string' &&
    typeof value['key'] === 'string'
  )
}
