/**
 * The rejects file beside an input: each refused row as it came, with the reason and the place. It holds personal
 * data, so only its owner can read it. Its length is noted with the rows, so a run that goes on repeats no line. What
 * is not of this import is never written over.
 */
import { constants } from 'node:fs'
import { type FileHandle, open, rm } from 'node:fs/promises'
import { HubError } from '../../kernel/errors.js'
import { isObject, parseJson } from '../../kernel/json.js'
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
  /** What the input is on its disk: no path that leads there is taken. */
  readonly input: { readonly dev: number; readonly ino: number }
  /** The import begins anew: what it wrote before goes. */
  readonly again: boolean
  /** Of the input; undefined = NDJSON. */
  readonly columns: readonly string[] | undefined
  readonly delimiter: string
  /** Length up to which it was written by a run before; 0 = from the beginning. */
  readonly from: number
}

/**
 * @returns `lost`: what a run before had written is not there any more
 * @throws HubError `CLI_FILE_UNWRITABLE` (something else is there), `CLI_USE_WRONG` (the input itself)
 */
export async function openRejects(
  options: RejectsOptions,
): Promise<{ readonly file: RejectsFile; readonly lost: boolean }> {
  const { path, columns, delimiter, from, again } = options
  const handle = await openOwn(path)
  try {
    const head = columns ? `\uFEFF${csvLine([...columns, ...REJECT_COLUMNS], delimiter)}` : ''
    const there = await checkOwn(handle, options, Buffer.from(head), again || from > 0)
    const lost = there < from && from > Buffer.byteLength(head)
    let length = there < from ? 0 : from
    await handle.chmod(0o600)
    await handle.truncate(length)
    const append = async (text: string) => {
      if ((await handle.stat()).size !== length) throw unwritable(path, 'something else writes to it')
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
    return await open(path, constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW, 0o600)
  } catch (cause) {
    throw unwritable(path, 'it cannot be opened', cause)
  }
}

const unwritable = (path: string, why: string, cause?: unknown) =>
  new HubError('CLI_FILE_UNWRITABLE', { detail: `${path} cannot be written: ${why}`, cause })

/** Bytes of a file that are looked at where it has no header: its first line. */
const FIRST_LINE = 256 * 1024

/**
 * Whether what is there was written by this import: nothing, a begin of the header, or what stands under it.
 * @param more lines under the header are of a run before
 * @returns its length
 */
async function checkOwn(
  handle: FileHandle,
  { path, input }: RejectsOptions,
  head: Buffer,
  more: boolean,
): Promise<number> {
  const stat = await handle.stat()
  if (stat.dev === input.dev && stat.ino === input.ino)
    throw new HubError('CLI_USE_WRONG', { detail: `--rejects ${path} is the file that is imported` })
  if (!stat.isFile()) throw unwritable(path, 'it is no file')
  if (stat.size === 0) return 0
  const wanted = head.length > 0 ? head.length : FIRST_LINE
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(wanted), 0, wanted, 0)
  const begin = buffer.subarray(0, bytesRead)
  const own = head.length > 0 ? begin.equals(head.subarray(0, begin.length)) : isNdjsonReject(begin)
  if (!own) throw unwritable(path, 'what is there is no rejects file of this import')
  if (stat.size > head.length && !more)
    throw unwritable(
      path,
      'it holds rows that an earlier import refused; move it away, or name another place',
    )
  return stat.size
}

function isNdjsonReject(begin: Buffer): boolean {
  const end = begin.indexOf(0x0a)
  try {
    const line = parseJson(begin.subarray(0, end < 0 ? begin.length : end).toString())
    return isObject(line) && ['line', 'code', 'reason', 'place'].every(name => Object.hasOwn(line, name))
  } catch {
    return false
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
