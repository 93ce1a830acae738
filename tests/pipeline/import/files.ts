/** Files for a test, in a folder of their own that goes with it; what is read of them, and why not. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { isHubError } from '../../../src/kernel/errors.js'
import { type ImportFile, openImport } from '../../../src/pipeline/import/open-file.js'
import type { ImportRow, ReadWords } from '../../../src/pipeline/import/types.js'

const folder = mkdtempSync(join(tmpdir(), 'hrhub-import-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

export function fileOf(name: string, content: string | Buffer): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

const WORDS: ReadWords = {
  format: undefined,
  encoding: undefined,
  delimiter: undefined,
  sheet: undefined,
  blank: 'nothing',
}

export const openFile = (path: string, words: Partial<ReadWords> = {}): Promise<ImportFile> =>
  openImport(path, { ...WORDS, ...words })

export interface ReadFile extends Pick<ImportFile, 'columns' | 'readAs' | 'hash' | 'rowCount' | 'format'> {
  readonly rows: readonly ImportRow[]
  readonly bodies: readonly unknown[]
  /** `line: why`. */
  readonly broken: readonly string[]
}

export async function readAll(path: string, words: Partial<ReadWords> = {}): Promise<ReadFile> {
  const file = await openFile(path, words)
  try {
    const rows: ImportRow[] = []
    for await (const portion of file.rows()) rows.push(...portion)
    const { columns, readAs, hash, rowCount, format } = file
    return {
      columns,
      readAs,
      hash,
      rowCount,
      format,
      rows,
      bodies: rows.flatMap(({ body }) => (body === undefined ? [] : [body])),
      broken: rows.flatMap(({ line, broken }) => (broken === undefined ? [] : [`${line}: ${broken}`])),
    }
  } finally {
    await file.close()
  }
}

/** `CODE line text` of what a file is refused with. */
export async function refusal(path: string, words: Partial<ReadWords> = {}): Promise<string> {
  try {
    await readAll(path, words)
  } catch (error) {
    if (isHubError(error)) return `${error.code} ${error.where?.line ?? '-'} ${error.message}`
    throw error
  }
  return 'it was read'
}
