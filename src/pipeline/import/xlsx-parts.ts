/**
 * The parts of an XLSX (ECMA-376 Part 2: a zip of XML), each read as a stream under a cap. What a zip declares is
 * looked at before a byte is inflated, and what comes out may not be more than was declared.
 */
import type { Readable } from 'node:stream'
import sax from 'sax'
import yauzl from 'yauzl'
import { HubError } from '../../kernel/errors.js'

const MIB = 1024 * 1024
/** Inflated. A sheet of a million rows and twenty columns is some 500 MiB of XML. */
export const CAPS = { sheet: 512 * MIB, strings: 128 * MIB, other: 16 * MIB }
const MOST_PARTS = 4096
/** XML of sheets packs 10 to 60 times; what packs far better, and is large, was made to hurt. */
const MOST_RATIO = 250
const LARGE = 32 * MIB
/** Of tags in tags; a part of a workbook needs a dozen. */
const MOST_DEPTH = 64

export interface Parts {
  has(name: string): boolean
  /** Tags and texts of a part as the handler wants them, with a pause after each chunk. */
  read(name: string, cap: number, handler: Handler): AsyncGenerator<void>
  close(): void
}

export interface Handler {
  /** @param name without its prefix */
  open?(name: string, attributes: Readonly<Record<string, string>>): void
  close?(name: string): void
  text?(text: string): void
}

const broken = (file: string, detail: string, cause?: unknown) =>
  new HubError('PIPELINE_IMPORT_FILE_BROKEN', { detail, where: { file }, cause })

/** @throws HubError `PIPELINE_IMPORT_FILE_BROKEN` (no zip, encrypted), `PIPELINE_IMPORT_FILE_LARGE` */
export async function openParts(path: string, file: string): Promise<Parts> {
  const entries = new Map<string, yauzl.Entry>()
  let zip: yauzl.ZipFile | undefined
  try {
    zip = await yauzl.openPromise(path, { lazyEntries: true, autoClose: false })
    if (zip.entryCount > MOST_PARTS)
      throw tooLarge(file, `${zip.entryCount} parts, where ${MOST_PARTS} are taken`)
    for await (const entry of zip.eachEntry()) {
      if (entry.isEncrypted()) throw broken(file, 'it is encrypted')
      entries.set(entry.fileName, entry)
    }
  } catch (cause) {
    zip?.close()
    throw cause instanceof HubError ? cause : broken(file, 'it is no whole XLSX file', cause)
  }
  const opened = zip
  return {
    has: name => entries.has(name),
    async *read(name, cap, handler) {
      const entry = entries.get(name)
      if (!entry) throw broken(file, `it has no ${name}`)
      checkDeclared(entry, cap, file)
      let stream: Readable | undefined
      try {
        stream = await opened.openReadStreamPromise(entry)
        yield* parse(stream, cap, file, name, handler)
      } catch (cause) {
        throw cause instanceof HubError ? cause : broken(file, `${name} cannot be unpacked`, cause)
      } finally {
        stream?.destroy()
      }
    },
    close: () => opened.close(),
  }
}

function checkDeclared(entry: yauzl.Entry, cap: number, file: string): void {
  const { uncompressedSize: size, compressedSize: packed, fileName } = entry
  if (size > cap) throw tooLarge(file, `${fileName} unpacks to ${mib(size)} MiB, where ${mib(cap)} are taken`)
  if (size > LARGE && size > packed * MOST_RATIO)
    throw tooLarge(file, `${fileName} unpacks to ${Math.round(size / Math.max(packed, 1))} times its size`)
}

const mib = (bytes: number) => Math.ceil(bytes / MIB)
const tooLarge = (file: string, detail: string) =>
  new HubError('PIPELINE_IMPORT_FILE_LARGE', { detail, where: { file } })

async function* parse(
  stream: Readable,
  cap: number,
  file: string,
  name: string,
  handler: Handler,
): AsyncGenerator<void> {
  // It knows the entities of XML and HTML alone, one character each; where others would be declared, it ends.
  const parser = sax.parser(true)
  let failed: HubError | undefined
  parser.onerror = error => {
    failed ??= broken(file, `${name} is no sound XML: ${error.message.split('\n')[0] ?? ''}`)
  }
  parser.ondoctype = () => {
    failed ??= broken(file, `${name} declares a document type, which no XLSX needs`)
  }
  let depth = 0
  parser.onopentag = ({ name: tag, attributes }) => {
    depth += 1
    if (depth > MOST_DEPTH) throw tooLarge(file, `${name} is nested over ${MOST_DEPTH} levels`)
    handler.open?.(bare(tag), attributes as Readonly<Record<string, string>>)
  }
  parser.onclosetag = tag => {
    depth -= 1
    handler.close?.(bare(tag))
  }
  parser.ontext = text => handler.text?.(text)
  parser.oncdata = text => handler.text?.(text)
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let bytes = 0
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > cap) throw tooLarge(file, `${name} unpacks to over ${mib(cap)} MiB`)
    parser.write(decoder.decode(chunk, { stream: true }))
    if (failed) throw failed
    yield
  }
  parser.write(decoder.decode()).close()
  if (failed) throw failed
  yield
}

const bare = (tag: string) => tag.slice(tag.indexOf(':') + 1)

/** Reads a whole part. */
export async function readPart(parts: Parts, name: string, cap: number, handler: Handler): Promise<void> {
  for await (const _ of parts.read(name, cap, handler));
}
