/**
 * A file made ready to be imported: what it is, how it is read, its hash, how many rows, a sample of them. All of it
 * is looked through before anything is stored, so that a file that is broken anywhere changes nothing.
 */
import { createHash } from 'node:crypto'
import { type FileHandle, open } from 'node:fs/promises'
import { basename, extname } from 'node:path'
import { HubError } from '../../kernel/errors.js'
import { canonicalJson, type Json } from '../../kernel/json.js'
import { openCsv } from './csv.js'
import { decoded, detectEncoding, type Encoding, encodingOf, utf8Fault } from './encoding.js'
import { openNdjson } from './ndjson.js'
import type { OpenedTable, Portions, ReadWords } from './types.js'
import { openXlsx } from './xlsx.js'
import { openParts, type Parts } from './xlsx-parts.js'

export type Format = NonNullable<ReadWords['format']>

export interface ImportFile {
  readonly path: string
  /** Its name without the folder. */
  readonly name: string
  readonly format: Format
  readonly columns: readonly string[] | undefined
  /** encoding, delimiter, sheet: as found or as said. */
  readonly readAs: Readonly<Record<string, string>>
  /** SHA-256 of its bytes and of how they are read, hex. */
  readonly hash: string
  readonly bytes: number
  /** When it was last written: what it says was so then. */
  readonly writtenAt: number
  readonly rowCount: number
  /** What it is on its disk, whatever its path. */
  readonly inode: { readonly dev: number; readonly ino: number }
  /** Things of its first rows. */
  readonly sample: readonly Json[]
  rows(): Portions
  /** @throws HubError `PIPELINE_IMPORT_MOVED`: it was written to meanwhile */
  unchanged(): Promise<void>
  close(): Promise<void>
}

const BY_ENDING: Readonly<Record<string, Format>> = {
  '.csv': 'csv',
  '.tsv': 'csv',
  '.txt': 'csv',
  '.xlsx': 'xlsx',
  '.xlsm': 'xlsx',
  '.ndjson': 'ndjson',
  '.jsonl': 'ndjson',
}
const HEAD = 64 * 1024
const SAMPLE_ROWS = 100
const SAMPLE_CHARACTERS = 100_000

/** @throws HubError `CLI_FILE_UNREADABLE`, `CLI_USE_WRONG`, `PIPELINE_IMPORT_*` with the place */
export async function openImport(path: string, words: ReadWords): Promise<ImportFile> {
  const handle = await openReadable(path)
  const closing: (() => void)[] = []
  const close = async () => {
    for (const one of closing) one()
    await handle.close()
  }
  try {
    const stat = await handle.stat()
    if (!stat.isFile()) throw new HubError('CLI_FILE_UNREADABLE', { detail: `${path} is no file` })
    const name = basename(path)
    if (stat.size === 0)
      throw new HubError('PIPELINE_IMPORT_FILE_BROKEN', {
        detail: 'the file is empty',
        where: { file: name },
      })
    const head = (await handle.read(Buffer.alloc(HEAD), 0, HEAD, 0)).buffer.subarray(
      0,
      Math.min(HEAD, stat.size),
    )
    const format = words.format ?? formatOf(head, name)
    const hash = createHash('sha256')
    const fault = await utf8Fault(chunksOf(handle), chunk => hash.update(chunk))
    const { table, readAs } =
      format === 'xlsx'
        ? await openSheet(path, words, name, parts => closing.push(() => parts.close()))
        : await openText(handle, format, words, head, fault, name)
    hash.update(`\n${format}${canonicalJson({ ...readAs, blank: words.blank })}`)
    const { rowCount, sample } = await survey(table)
    return {
      path,
      name,
      format,
      columns: table.columns,
      readAs,
      hash: hash.digest('hex'),
      bytes: stat.size,
      writtenAt: Math.trunc(stat.mtimeMs),
      rowCount,
      inode: { dev: stat.dev, ino: stat.ino },
      sample,
      rows: () => table.rows(),
      async unchanged() {
        const now = await handle.stat()
        if (now.size !== stat.size || now.mtimeMs !== stat.mtimeMs)
          throw new HubError('PIPELINE_IMPORT_MOVED', {
            detail: `${path} was written to while it was imported`,
          })
      },
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

async function openReadable(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r')
  } catch (cause) {
    throw new HubError('CLI_FILE_UNREADABLE', { detail: `${path} cannot be read`, cause })
  }
}

/** The first bytes of a zip, and of the compound files that .xls and encrypted .xlsx are. */
const ZIP = 0x504b0304
const COMPOUND = 0xd0cf11e0

function formatOf(head: Buffer, file: string): Format {
  const magic = head.length >= 4 ? head.readUInt32BE(0) : 0
  if (magic === ZIP) return 'xlsx'
  if (magic === COMPOUND)
    throw new HubError('PIPELINE_IMPORT_FILE_BROKEN', {
      detail: 'it is an old .xls, or an .xlsx under a password',
      where: { file },
    })
  const format = BY_ENDING[extname(file).toLowerCase()]
  if (format === 'xlsx')
    throw new HubError('PIPELINE_IMPORT_FILE_BROKEN', {
      detail: 'it is called .xlsx and is none',
      where: { file },
    })
  if (format) return format
  throw new HubError('CLI_USE_WRONG', {
    detail: `what ${file} is cannot be told from its name: add --format csv, xlsx or ndjson`,
  })
}

/** @yields copies: what reads on may hold them */
async function* chunksOf(handle: FileHandle): AsyncGenerator<Buffer> {
  for (let at = 0; ; ) {
    const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(HEAD), 0, HEAD, at)
    if (bytesRead === 0) return
    at += bytesRead
    yield buffer.subarray(0, bytesRead)
  }
}

interface Opened {
  readonly table: OpenedTable
  readonly readAs: Readonly<Record<string, string>>
}

async function openSheet(
  path: string,
  words: ReadWords,
  name: string,
  opened: (parts: Parts) => void,
): Promise<Opened> {
  const parts = await openParts(path, name)
  opened(parts)
  const table = await openXlsx(parts, words, name)
  return { table, readAs: table.readAs }
}

async function openText(
  handle: FileHandle,
  format: Exclude<Format, 'xlsx'>,
  words: ReadWords,
  head: Buffer,
  fault: number | undefined,
  name: string,
): Promise<Opened> {
  const encoding: Encoding =
    words.encoding === undefined ? detectEncoding(head, fault, name) : encodingOf(words.encoding, head)
  const text = () => decoded(chunksOf(handle), encoding, name, format === 'csv')
  const table = format === 'csv' ? await openCsv(text, words, name) : openNdjson(text)
  return { table, readAs: { encoding, ...table.readAs } }
}

async function survey(table: OpenedTable): Promise<Pick<ImportFile, 'rowCount' | 'sample'>> {
  const sample: Json[] = []
  let size = 0
  let rowCount = 0
  for await (const portion of table.rows()) {
    rowCount += portion.length
    for (const { body } of portion) {
      if (body === undefined || sample.length >= SAMPLE_ROWS || size > SAMPLE_CHARACTERS) continue
      size += JSON.stringify(body).length
      if (size <= SAMPLE_CHARACTERS) sample.push(body)
    }
  }
  return { rowCount, sample }
}
