/**
 * CSV (RFC 4180) from decoded text: quotes, line ends within them, any of the usual delimiters. A row whose quotes are
 * wrong is one broken row; reading goes on at the very next line, so that one quote never swallows the rows behind it.
 */
import { HubError } from '../../kernel/errors.js'
import { type Columns, columnsOf } from './columns.js'
import { type ImportRow, MOST_ROW, type OpenedTable, type Portions, type ReadWords } from './types.js'

export const DELIMITERS: Readonly<Record<string, string>> = {
  ',': ',',
  comma: ',',
  ';': ';',
  semicolon: ';',
  '\t': '\t',
  '\\t': '\t',
  tab: '\t',
  '|': '|',
}

interface Split {
  readonly cells: readonly string[]
  /** Offset behind the record's line end. */
  readonly end: number
  readonly broken?: string
}

const QUOTE = 0x22
const LF = 0x0a
const CR = 0x0d

/**
 * Takes one record apart.
 * @param final nothing follows the text
 * @returns undefined where the record may go on in text that is still to come
 */
function splitRecord(text: string, from: number, delimiter: string, final: boolean): Split | undefined {
  const cells: string[] = []
  let at = from
  for (;;) {
    let cell: string
    if (text.charCodeAt(at) === QUOTE) {
      const close = closingQuote(text, at + 1)
      if (close < 0 || (close + 1 >= text.length && !final)) {
        if (!final && text.length - from <= MOST_ROW) return undefined
        if (close < 0) return skipLine(text, from, 'a quote that opens here is never closed')
      }
      cell = text.slice(at + 1, close)
      if (cell.includes('""')) cell = cell.replaceAll('""', '"')
      at = close + 1
      if (!endsCell(text, at, delimiter)) return skipLine(text, from, 'text follows a closing quote')
    } else {
      const start = at
      while (at < text.length && !endsCell(text, at, delimiter)) at++
      if (at >= text.length && !final) return undefined
      cell = text.slice(start, at)
    }
    cells.push(cell)
    if (text[at] === delimiter) {
      at++
      continue
    }
    if (at - from > MOST_ROW)
      return { ...skipTo(text, from, at), broken: `the row is longer than ${MOST_ROW} characters` }
    return skipTo(text, from, at, cells)
  }
}

const endsCell = (text: string, at: number, delimiter: string) => {
  if (at >= text.length) return true
  const code = text.charCodeAt(at)
  return code === LF || code === CR || text[at] === delimiter
}

function closingQuote(text: string, from: number): number {
  let at = text.indexOf('"', from)
  while (at >= 0 && text.charCodeAt(at + 1) === QUOTE) at = text.indexOf('"', at + 2)
  return at
}

function skipTo(text: string, _from: number, at: number, cells: readonly string[] = []): Split {
  const two = text.charCodeAt(at) === CR && text.charCodeAt(at + 1) === LF
  return { cells, end: Math.min(text.length, at + (two ? 2 : 1)) }
}

/** The first line of a record that cannot be read; the next one is looked at by itself. */
function skipLine(text: string, from: number, broken: string): Split {
  const lineEnd = /\r\n?|\n/g
  lineEnd.lastIndex = from
  return { cells: [], end: lineEnd.test(text) ? lineEnd.lastIndex : text.length, broken }
}

interface RawRecord extends Split {
  readonly line: number
  readonly raw: string
}

async function* records(pieces: AsyncIterable<string>, delimiter: string): AsyncGenerator<RawRecord[]> {
  let held = ''
  let line = 1
  for await (const piece of withEnd(pieces)) {
    const final = piece === undefined
    if (piece !== undefined) held += piece
    const found: RawRecord[] = []
    let at = 0
    while (at < held.length) {
      const split = splitRecord(held, at, delimiter, final)
      if (!split) break
      const raw = held.slice(at, split.end)
      found.push({ ...split, line, raw })
      line += lineEnds(raw)
      at = split.end
    }
    held = held.slice(at)
    if (found.length > 0) yield found
  }
}

async function* withEnd(pieces: AsyncIterable<string>): AsyncGenerator<string | undefined> {
  yield* pieces
  yield undefined
}

function lineEnds(text: string): number {
  let count = 0
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count++
  return count === 0 && text.endsWith('\r') ? 1 : count
}

/** The delimiter of a header: the one that most cells of it, and as many of the next row, stand between. */
function detectDelimiter(text: string): string {
  const candidates = [',', ';', '\t'].map(delimiter => {
    const first = splitRecord(text, 0, delimiter, true)
    const second = first && splitRecord(text, first.end, delimiter, true)
    const count = first?.cells.length ?? 1
    return { delimiter, count, alike: second === undefined || second.cells.length === count }
  })
  const [best] = [...candidates].sort(
    (a, b) => Number(b.alike && b.count > 1) - Number(a.alike && a.count > 1) || b.count - a.count,
  )
  return best?.delimiter ?? ','
}

/** Text that shows the delimiter: the header and a row. */
const SAMPLE = 64 * 1024
/** Excel's own line ahead of the header. */
const SEPARATOR_LINE = /^sep=(.)\r?\n/

/**
 * @param text opens the text anew
 * @throws HubError `PIPELINE_IMPORT_FILE_BROKEN` (no header), `PIPELINE_IMPORT_FILE_LARGE`, `CLI_USE_WRONG`
 */
export async function openCsv(
  text: () => AsyncIterable<string>,
  words: Pick<ReadWords, 'delimiter' | 'blank'>,
  file: string,
): Promise<OpenedTable> {
  let sample = ''
  for await (const piece of text()) {
    sample += piece
    if (sample.length >= SAMPLE) break
  }
  const said = SEPARATOR_LINE.exec(sample)
  const delimiter =
    words.delimiter === undefined ? (said?.[1] ?? detectDelimiter(sample)) : delimiterOf(words.delimiter)
  const skip = said ? said[0].length : 0
  const pieces = () => withoutFirst(text(), skip)
  const firstLine = skip > 0 ? 2 : 1
  let columns: Columns | undefined
  for await (const portion of records(pieces(), delimiter)) {
    const header = portion.find(
      record => record.broken !== undefined || record.cells.some(cell => cell.trim() !== ''),
    )
    if (!header) continue
    const place = { file, line: header.line + firstLine - 1 }
    if (header.broken !== undefined)
      throw new HubError('PIPELINE_IMPORT_FILE_BROKEN', {
        detail: `the header: ${header.broken}`,
        where: place,
      })
    columns = columnsOf(header.cells, words.blank, place)
    break
  }
  if (!columns)
    throw new HubError('PIPELINE_IMPORT_FILE_BROKEN', {
      detail: 'it has no header',
      where: { file, line: 1 },
    })
  const { names } = columns
  const known = columns
  return {
    columns: names,
    readAs: { delimiter: delimiter === '\t' ? 'tab' : delimiter },
    rows: () => rowsOf(records(pieces(), delimiter), known, firstLine - 1),
  }
}

async function* rowsOf(all: AsyncIterable<RawRecord[]>, columns: Columns, linesBefore: number): Portions {
  let row = 0
  let header = true
  for await (const portion of all) {
    const rows: ImportRow[] = []
    for (const { cells, broken, line, raw } of portion) {
      const head = { row: row + 1, line: line + linesBefore }
      if (broken === undefined && header) {
        if (cells.some(cell => cell.trim() !== '')) header = false
        continue
      }
      const one: ImportRow | undefined =
        broken === undefined ? columns.rowOf(head, cells) : { ...head, raw: raw.trimEnd(), broken }
      if (!one) continue
      row += 1
      rows.push(one)
    }
    if (rows.length > 0) yield rows
  }
}

function delimiterOf(word: string): string {
  const delimiter = Object.hasOwn(DELIMITERS, word) ? DELIMITERS[word] : undefined
  if (delimiter !== undefined) return delimiter
  throw new HubError('CLI_USE_WRONG', { detail: `${word} is no delimiter: comma, semicolon, tab or |` })
}

async function* withoutFirst(pieces: AsyncIterable<string>, skip: number): AsyncGenerator<string> {
  let left = skip
  for await (const piece of pieces) {
    const cut = Math.min(left, piece.length)
    left -= cut
    if (piece.length > cut) yield piece.slice(cut)
  }
}
