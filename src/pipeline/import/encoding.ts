/**
 * Bytes to text, strictly: what fits no encoding is an error with its line, never a question mark. UTF-8 and UTF-16
 * are told from the bytes; GB18030 (with it GBK and GB2312) only where the header leaves no doubt.
 */
import { HubError } from '../../kernel/errors.js'

export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'gb18030'

/** Words people write → what they mean (WHATWG Encoding, §4.2). GBK and GB2312 are part of GB18030. */
const ENCODINGS: Readonly<Record<string, Encoding>> = {
  'utf-8': 'utf-8',
  utf8: 'utf-8',
  'utf-16': 'utf-16le',
  'utf-16le': 'utf-16le',
  'utf-16be': 'utf-16be',
  gb18030: 'gb18030',
  gbk: 'gb18030',
  gb2312: 'gb18030',
}

/** @param head its mark says in which order the bytes of UTF-16 stand. @throws HubError `CLI_USE_WRONG` */
export function encodingOf(word: string, head: Buffer): Encoding {
  const encoding = ENCODINGS[word.toLowerCase()]
  if (word.toLowerCase() === 'utf-16') return markOf(head)?.[0] === 'utf-16be' ? 'utf-16be' : 'utf-16le'
  if (encoding) return encoding
  throw new HubError('CLI_USE_WRONG', {
    detail: `${word} is no encoding known here: ${Object.keys(ENCODINGS).join(', ')}`,
  })
}

/** The byte order mark of a text, with its length. */
function markOf(head: Buffer): readonly [Encoding, number] | undefined {
  if (head.length >= 3 && head.readUIntBE(0, 3) === 0xefbbbf) return ['utf-8', 3]
  if (head.length < 2) return undefined
  const mark = head.readUInt16BE(0)
  return mark === 0xfffe ? ['utf-16le', 2] : mark === 0xfeff ? ['utf-16be', 2] : undefined
}

/** Words of headers in this trade. As GB18030 these very bytes are sensible in no other encoding. */
const HEADER_WORDS =
  /姓名|名字|手机|电话|邮箱|邮件|编号|工号|部门|职位|岗位|日期|时间|性别|学历|学校|专业|状态|来源|公司|城市|地址|备注/

/**
 * @param head the first bytes of the file
 * @param utf8Fails the line that is not UTF-8; undefined = all of it is
 * @throws HubError `PIPELINE_IMPORT_ENCODING_UNSURE`, `PIPELINE_IMPORT_FILE_BROKEN` (no text at all)
 */
export function detectEncoding(head: Buffer, utf8Fails: number | undefined, file: string): Encoding {
  const mark = markOf(head)
  if (mark) return mark[0]
  const nul = head.indexOf(0)
  if (nul >= 0) {
    const wide = wideByNuls(head)
    if (wide) return wide
    throw holdsNul(file, 1 + countLineEnds(head.subarray(0, nul), 'utf-8'))
  }
  if (utf8Fails === undefined) return 'utf-8'
  const end = head.findIndex(byte => byte === LF || byte === CR)
  const header = tryDecode('gb18030', end < 0 ? head : head.subarray(0, end))
  if (header !== undefined && HEADER_WORDS.test(header)) return 'gb18030'
  throw new HubError('PIPELINE_IMPORT_ENCODING_UNSURE', {
    detail: `line ${utf8Fails} is not UTF-8`,
    where: { file, line: utf8Fails },
  })
}

const holdsNul = (file: string, line: number) =>
  new HubError('PIPELINE_IMPORT_FILE_BROKEN', {
    detail: `line ${line} holds NUL bytes, so it is no text`,
    where: { file, line },
  })

/** Of the upper halves in UTF-16: digits, commas and line ends make up more of any table. */
const NULS_OF_WIDE = 0.2

/** UTF-16 by its NULs: many, in one half of the positions, and line ends among them. One NUL alone is a fault. */
function wideByNuls(head: Buffer): 'utf-16le' | 'utf-16be' | undefined {
  let even = 0
  let odd = 0
  for (let at = 0; at < head.length; at++) if (head[at] === 0) at % 2 === 0 ? even++ : odd++
  const many = (nuls: number) => nuls > (head.length / 2) * NULS_OF_WIDE
  if (many(even) === many(odd)) return undefined
  const encoding = many(even) ? 'utf-16be' : 'utf-16le'
  return lastLineEnd(head, encoding, true) > 0 ? encoding : undefined
}

function tryDecode(encoding: Encoding, bytes: Buffer): string | undefined {
  try {
    return new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}

/** Bytes without a line end that are held at once. */
const MOST_PIECE = 8 * 1024 * 1024

/** Whole lines as bytes, so that no character is ever cut; `line` is the number of the first. */
async function* wholeLines(
  chunks: AsyncIterable<Buffer>,
  encoding: Encoding,
  file: string,
  loneCr: boolean,
): AsyncGenerator<{ readonly bytes: Buffer; readonly line: number }> {
  let held: Buffer = Buffer.alloc(0)
  let line = 1
  let first = true
  for await (const chunk of chunks) {
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk])
    const end = lastLineEnd(held, encoding, loneCr)
    if (end === 0) {
      if (held.length > MOST_PIECE)
        throw new HubError('PIPELINE_IMPORT_FILE_LARGE', {
          detail: `line ${line} is longer than ${MOST_PIECE >> 20} MiB`,
          where: { file, line },
        })
      continue
    }
    const bytes = held.subarray(first ? markLength(held, encoding) : 0, end)
    first = false
    yield { bytes, line }
    line += countLineEnds(bytes, encoding)
    held = held.subarray(end)
  }
  const rest = first ? held.subarray(markLength(held, encoding)) : held
  if (rest.length > 0) yield { bytes: rest, line }
}

function markLength(bytes: Buffer, encoding: Encoding): number {
  const mark = markOf(bytes)
  return mark?.[0] === encoding ? mark[1] : 0
}

const isWide = (encoding: Encoding) => encoding === 'utf-16le' || encoding === 'utf-16be'

const LF = 0x0a
const CR = 0x0d

/**
 * Offset behind the last line end; 0 = there is none. No encoding here has one inside of another character.
 * @param loneCr CR ends a line too, but for the last one of the bytes: LF may follow
 */
function lastLineEnd(bytes: Buffer, encoding: Encoding, loneCr: boolean): number {
  const unit = isWide(encoding) ? 2 : 1
  const lf = lastUnit(bytes, LF, encoding)
  const cr = loneCr ? lastUnit(bytes.subarray(0, Math.max(0, bytes.length - unit)), CR, encoding) : -1
  const last = Math.max(lf, cr)
  return last < 0 ? 0 : last + unit
}

/** Offset of the last character that is this one; -1 = there is none. */
function lastUnit(bytes: Buffer, code: number, encoding: Encoding): number {
  if (!isWide(encoding)) return bytes.lastIndexOf(code)
  for (let at = (bytes.length & ~1) - 2; at >= 0; at -= 2) if (unitAt(bytes, at, encoding) === code) return at
  return -1
}

/** Offset of the next one; the length = there is none. */
function nextUnit(bytes: Buffer, code: number, encoding: Encoding, from: number): number {
  if (!isWide(encoding)) {
    const found = bytes.indexOf(code, from)
    return found < 0 ? bytes.length : found
  }
  let at = from
  while (at + 1 < bytes.length && unitAt(bytes, at, encoding) !== code) at += 2
  return at + 1 < bytes.length ? at : bytes.length
}

const unitAt = (bytes: Buffer, at: number, encoding: Encoding) =>
  encoding === 'utf-16le' ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at)

/** What lines end with here: CR where there is no LF at all. */
const lineEndOf = (bytes: Buffer, encoding: Encoding) => (lastUnit(bytes, LF, encoding) < 0 ? CR : LF)

function countLineEnds(bytes: Buffer, encoding: Encoding): number {
  const unit = isWide(encoding) ? 2 : 1
  const code = lineEndOf(bytes, encoding)
  let count = 0
  for (
    let at = nextUnit(bytes, code, encoding, 0);
    at < bytes.length;
    at = nextUnit(bytes, code, encoding, at + unit)
  )
    count++
  return count
}

/** The first line of some whole lines whose bytes are no text. */
function brokenLine(bytes: Buffer, encoding: Encoding): number {
  const unit = isWide(encoding) ? 2 : 1
  const code = lineEndOf(bytes, encoding)
  let line = 0
  for (let from = 0; from < bytes.length; line++) {
    const next = Math.min(bytes.length, nextUnit(bytes, code, encoding, from) + unit)
    if (tryDecode(encoding, bytes.subarray(from, next)) === undefined) return line
    from = next
  }
  return line
}

/**
 * Text in pieces of whole lines.
 * @param loneCr a CR by itself ends a line too
 * @throws HubError `PIPELINE_IMPORT_FILE_BROKEN` with the line (no such encoding, a NUL), `…_FILE_LARGE`
 */
export async function* decoded(
  chunks: AsyncIterable<Buffer>,
  encoding: Encoding,
  file: string,
  loneCr: boolean,
): AsyncGenerator<string> {
  for await (const { bytes, line } of wholeLines(chunks, encoding, file, loneCr)) {
    const text = tryDecode(encoding, bytes)
    if (text === undefined) {
      const broken = line + brokenLine(bytes, encoding)
      throw new HubError('PIPELINE_IMPORT_FILE_BROKEN', {
        detail: `the bytes of line ${broken} are not ${encoding}`,
        where: { file, line: broken },
      })
    }
    const nul = text.indexOf('\0')
    if (nul >= 0) throw holdsNul(file, line + countLineEnds(Buffer.from(text.slice(0, nul)), 'utf-8'))
    yield text
  }
}

/** The first line that is not UTF-8; undefined = there is none. @param note is given every chunk */
export async function utf8Fault(
  chunks: AsyncIterable<Buffer>,
  note: (chunk: Buffer) => void,
): Promise<number | undefined> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let line = 1
  let fault: number | undefined
  let tail: Buffer = Buffer.alloc(0)
  for await (const chunk of chunks) {
    note(chunk)
    if (fault !== undefined) continue
    try {
      decoder.decode(chunk, { stream: true })
    } catch {
      fault = line + brokenLine(Buffer.concat([tail, chunk]), 'utf-8')
    }
    line += countLineEnds(chunk, 'utf-8')
    // The begin of a character that goes on in the next chunk: four bytes at most.
    tail = chunk.subarray(Math.max(chunk.lastIndexOf(0x0a) + 1, chunk.length - 4))
    while (tail.length > 0 && ((tail[0] ?? 0) & 0xc0) === 0x80) tail = tail.subarray(1)
  }
  if (fault !== undefined) return fault
  try {
    decoder.decode()
  } catch {
    return line
  }
  return undefined
}
