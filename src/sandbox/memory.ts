/**
 * What a simulator remembers: named slices of plain JSON. With a folder they are written whole before an
 * answer leaves (temporary file, then rename), so a killed process finds everything again that it acknowledged.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Memory {
  /** The slice of that name; mutate it freely and call `save`. */
  slice<T extends object>(name: string, initial: () => T): T
  /** Resolves when what is there now is written; calls made together share one write. */
  save(): Promise<void>
  /** Written within a fifth of a second, or with the next `save`. */
  saveSoon(): void
  /** Writes what is left. */
  close(): void
}

const SOON_MS = 200

export function openMemory(folder: string | undefined, name: string): Memory {
  const file = folder === undefined ? undefined : join(folder, `${name}.json`)
  const slices: Record<string, object> =
    file !== undefined && existsSync(file)
      ? (JSON.parse(readFileSync(file, 'utf8')) as Record<string, object>)
      : {}
  if (folder !== undefined) mkdirSync(folder, { recursive: true, mode: 0o700 })
  let writing: Promise<void> | undefined
  let soon: NodeJS.Timeout | undefined
  let closed = false

  function write() {
    clearTimeout(soon)
    soon = undefined
    if (file === undefined || closed) return
    writeFileSync(`${file}.next`, JSON.stringify(slices), { mode: 0o600 })
    renameSync(`${file}.next`, file)
  }
  function save(): Promise<void> {
    if (file === undefined) return Promise.resolve()
    // One turn of the event loop gathers the calls that are under way.
    writing ??= new Promise((resolve, reject) => {
      setImmediate(() => {
        writing = undefined
        try {
          write()
          resolve()
        } catch (error) {
          reject(error)
        }
      })
    })
    return writing
  }
  return {
    slice<T extends object>(key: string, initial: () => T): T {
      const known = Object.hasOwn(slices, key) ? slices[key] : undefined
      const slice = known ?? initial()
      slices[key] = slice
      return slice as T
    },
    save,
    saveSoon() {
      if (file !== undefined && !closed) soon ??= setTimeout(write, SOON_MS)
    },
    close() {
      write()
      // A write that was under way finds everything written, and perhaps the folder gone.
      closed = true
    },
  }
}
