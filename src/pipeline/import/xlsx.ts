/**
 * A sheet of an XLSX as rows of texts, read as a stream: numbers as they are written, times as ISO text, formulas by
 * the value that was saved with them.
 */
import { HubError } from '../../kernel/errors.js'
import { didYouMean } from '../../mapping/suggest.js'
import { type Columns, columnsOf } from './columns.js'
import {
  type ImportRow,
  MOST_COLUMNS,
  MOST_ROW,
  type OpenedTable,
  type Portions,
  type ReadWords,
} from './types.js'
import { type Book, readBook } from './xlsx-book.js'
import { isoOfSerial } from './xlsx-dates.js'
import { CAPS, type Parts } from './xlsx-parts.js'

interface SheetRow {
  readonly line: number
  readonly cells: readonly string[]
  readonly broken: string | undefined
}

/** @throws HubError `PIPELINE_IMPORT_FILE_BROKEN`, `PIPELINE_IMPORT_FILE_LARGE`, `CLI_USE_WRONG` (no such sheet) */
export async function openXlsx(
  parts: Parts,
  words: Pick<ReadWords, 'sheet' | 'blank'>,
  file: string,
): Promise<OpenedTable> {
  const book = await readBook(parts, file)
  const sheet =
    words.sheet === undefined
      ? (book.sheets.find(one => !one.hidden) ?? book.sheets[0])
      : book.sheets.find(one => one.name === words.sheet)
  if (!sheet) {
    const names = book.sheets.map(one => one.name)
    const hint = didYouMean(words.sheet ?? '', names) || `; there are ${names.join(', ')}`
    throw new HubError('CLI_USE_WRONG', { detail: `there is no sheet ${words.sheet}${hint}` })
  }
  const open = () => sheetRows(parts, sheet.part, book)
  let columns: Columns | undefined
  for await (const portion of open()) {
    const header = portion.find(isFilled)
    if (!header) continue
    const place = { file, line: header.line }
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
      detail: `the sheet ${sheet.name} has no header`,
      where: { file, line: 1 },
    })
  const { names } = columns
  const known = columns
  return { columns: names, readAs: { sheet: sheet.name }, rows: () => rowsOf(open(), known) }
}

const isFilled = ({ cells, broken }: SheetRow) =>
  broken !== undefined || cells.some(cell => cell.trim() !== '')

async function* rowsOf(portions: AsyncIterable<readonly SheetRow[]>, columns: Columns): Portions {
  let row = 0
  let header = true
  for await (const portion of portions) {
    const rows: ImportRow[] = []
    for (const one of portion) {
      if (header) {
        header = !isFilled(one)
        continue
      }
      const head = { row: row + 1, line: one.line }
      // Cells at the end of a row that nobody filled are not in the file at all.
      const cells = Array.from(
        { length: Math.max(one.cells.length, columns.names.length) },
        (_, i) => one.cells[i] ?? '',
      )
      const read: ImportRow | undefined =
        one.broken === undefined ? columns.rowOf(head, cells) : { ...head, cells, broken: one.broken }
      if (!read) continue
      row += 1
      rows.push(read)
    }
    if (rows.length > 0) yield rows
  }
}

async function* sheetRows(parts: Parts, part: string, book: Book): AsyncGenerator<readonly SheetRow[]> {
  let found: SheetRow[] = []
  let line = 0
  let cells: string[] = []
  let broken: string | undefined
  let size = 0
  let cell = { column: -1, ref: '', type: 'n', style: 0 }
  let text = ''
  let reading = false
  let phonetic = 0

  const finish = () => {
    if (text === '') return
    const value = cellText(cell.type, cell.style, text, book)
    size += value?.length ?? 0
    if (value === undefined)
      broken ??= `the cell ${cell.ref} names the text ${text.slice(0, 20)}, and the book has ${book.strings.length}`
    else if (cell.type === 'e') broken ??= `the cell ${cell.ref} holds the error ${text}`
    else if (cell.column >= MOST_COLUMNS) broken ??= `the cell ${cell.ref} is beyond column ${MOST_COLUMNS}`
    else if (size > MOST_ROW) broken ??= `the row is longer than ${MOST_ROW} characters`
    if (value === undefined || cell.column >= MOST_COLUMNS || size > MOST_ROW) return
    while (cells.length < cell.column) cells.push('')
    cells[cell.column] = value
  }
  const read = parts.read(part, CAPS.sheet, {
    open(tag, attributes) {
      if (tag === 'row') {
        line = Number(attributes['r'] ?? line + 1)
        cells = []
        broken = undefined
        size = 0
        cell = { ...cell, column: -1 }
      } else if (tag === 'c') {
        const ref = attributes['r'] ?? ''
        cell = {
          column: columnOf(ref) ?? cell.column + 1,
          ref,
          type: attributes['t'] ?? 'n',
          style: Number(attributes['s'] ?? 0),
        }
        text = ''
      } else if (tag === 'rPh') phonetic += 1
      reading = (tag === 'v' || tag === 't') && phonetic === 0
    },
    text(piece) {
      // A text without end is cut where its row is refused anyway.
      if (reading && text.length <= MOST_ROW) text += piece
    },
    close(tag) {
      reading = false
      if (tag === 'rPh') phonetic -= 1
      else if (tag === 'c') finish()
      else if (tag === 'row') found.push({ line, cells, broken })
    },
  })
  for await (const _ of read) {
    if (found.length === 0) continue
    yield found
    found = []
  }
}

/** `AB12` → 27. */
function columnOf(ref: string): number | undefined {
  const letters = /^[A-Z]{1,3}/.exec(ref)?.[0]
  if (letters === undefined) return undefined
  let column = 0
  for (const letter of letters) column = column * 26 + letter.charCodeAt(0) - 64
  return column - 1
}

/** A cell's value by its type (ECMA-376 Part 1 §18.18.11); undefined = a shared text that the book does not have. */
function cellText(type: string, style: number, text: string, book: Book): string | undefined {
  if (type === 's') return book.strings[Number(text)]
  if (type === 'b') return text === '1' ? 'true' : 'false'
  if (type !== 'n') return text
  const number = Number(text)
  if (Number.isNaN(number)) return text
  return (book.isTime(style) ? isoOfSerial(number, book.epoch1904) : undefined) ?? plainNumber(number, text)
}

/** Significant digits that a double keeps, and that Excel shows. */
const DIGITS = 15

/** As a person would write it: spreadsheets store a long number as 1.38001380E10, and 4.1 as 4.0999999999999996. */
function plainNumber(number: number, text: string): string {
  if (!/e/i.test(text)) {
    const short = String(number)
    const same = Number(number.toPrecision(DIGITS)) === number && !short.includes('e')
    return same && text.includes('.') && text.replace(/\D/g, '').length > DIGITS ? short : text
  }
  return Number.isSafeInteger(number) ? BigInt(number).toString() : String(number)
}
