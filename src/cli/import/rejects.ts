/**
 * The rejects file beside an input: each refused row as it came, with the reason and the place. It holds personal
 * data, so only its owner can read it. Its length is noted with the rows, so a run that goes on repeats no line.
 */
import { constants } from 'node:fs'
import { type FileHandle, open, rm } from 'node:fs/promises'
import { HubError } from '../../kernel/errors.js'
import { parseJson } from '../../kernel/json.js'
import { REJECT_COLUMNS } from '../../pipeline/import/columns.js'
import type { Reject } from '../../pipeline/import/store-rows.js'
import type { ImportRow } from '../../pipeline/import/types.js'

export interface RejectsFile {
  readonly path: string
  /** Bytes written. */
  readonly length: number
  write(rows: readonly (readonly [ImportRow, Reject])[]): Promise<void>
  /** @param done an empty file goes; while the import can go on, it stays @returns whether the file is there */
  close(done: boolean): Promise<boolean>
}

export interface RejectsOptions {
  readonly path: string
  /** Of the input; undefined = NDJSON. */
  readonly columns: readonly string[] | undefined
  readonly delimiter: string
  /** Length up to which it was written by a run before; 0 = from the beginning. */
  readonly from: number
}

/**
 * @returns `lost`: what a run before had written is not there any more
 * @throws HubError `CLI_FILE_UNWRITABLE`
 */
export async function openRejects(
  options: RejectsOptions,
): Promise<{ readonly file: RejectsFile; readonly lost: boolean }> {
  const { path, columns, delimiter, from } = options
  const handle = await openOwn(path)
  try {
    const there = (await handle.stat()).size
    const lost = there < from
    const head = columns ? `\uFEFF${csvLine([...columns, ...REJECT_COLUMNS], delimiter)}` : ''
    let length = lost ? 0 : from
    await handle.truncate(length)
    const append = async (text: string) => {
      const bytes = Buffer.from(text)
      await handle.write(bytes, 0, bytes.length, length)
      length += bytes.length
    }
    if (length === 0) await append(head)
    return {
      lost,
      file: {
        path,
        get length() {
          return length
        },
        async write(rows) {
          const lines = rows.map(([row, reject]) =>
            columns ? csvLine(cellsOf(row, reject, columns.length), delimiter) : ndjsonLine(row, reject),
          )
          if (lines.length > 0) await append(lines.join(''))
        },
        async close(done) {
          await handle.close()
          const empty = length <= Buffer.byteLength(head)
          if (done && empty) await rm(path, { force: true })
          return !(done && empty)
        },
      },
    }
  } catch (error) {
    await handle.close()
    throw error
  }
}

async function openOwn(path: string): Promise<FileHandle> {
  try {
    const handle = await open(path, constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW, 0o600)
    await handle.chmod(0o600)
    return handle
  } catch (cause) {
    throw new HubError('CLI_FILE_UNWRITABLE', { detail: `${path} cannot be written`, cause })
  }
}

function cellsOf(row: ImportRow, { line, code, reason, place }: Reject, count: number): string[] {
  const cells = Array.from({ length: count }, (_, i) => row.cells?.[i] ?? '')
  const beyond = row.cells?.slice(count).some(cell => cell !== '') ? JSON.stringify(row.cells) : undefined
  return [...cells, String(line), code, reason, place, row.raw ?? beyond ?? '']
}

const csvLine = (cells: readonly string[], delimiter: string) =>
  `${cells.map(cell => csvCell(cell, delimiter)).join(delimiter)}\r\n`

const csvCell = (cell: string, delimiter: string) =>
  /["\r\n]/.test(cell) || cell.includes(delimiter) ? `"${cell.replaceAll('"', '""')}"` : cell

function ndjsonLine({ raw = '', broken }: ImportRow, { line, code, reason, place }: Reject): string {
  const row = broken === undefined ? { row: parseJson(raw) } : { raw }
  return `${JSON.stringify({ line, code, reason, place, ...row })}\n`
}
