/**
 * What a simulator remembers: named slices of plain JSON. With a folder they are written whole before an
 * answer leaves (temporary file, then rename), so a killed process finds everything again that it acknowledged.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Memory {
  /** The slice of that name; mutate it freely and call `save`. */
  slice<T extends object>(name: string, initial: () => T): T
  save(): void
}

export function openMemory(folder: string | undefined, name: string): Memory {
  const file = folder === undefined ? undefined : join(folder, `${name}.json`)
  const slices: Record<string, object> =
    file !== undefined && existsSync(file)
      ? (JSON.parse(readFileSync(file, 'utf8')) as Record<string, object>)
      : {}
  if (folder !== undefined) mkdirSync(folder, { recursive: true, mode: 0o700 })
  return {
    slice<T extends object>(key: string, initial: () => T): T {
      const known = Object.hasOwn(slices, key) ? slices[key] : undefined
      const slice = known ?? initial()
      slices[key] = slice
      return slice as T
    },
    save() {
      if (file === undefined) return
      writeFileSync(`${file}.next`, JSON.stringify(slices), { mode: 0o600 })
      renameSync(`${file}.next`, file)
    },
  }
}
