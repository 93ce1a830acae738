/** NDJSON: one JSON object a line. A line that is none is one broken row, with its number; reading goes on behind it. */
import { isHubError } from '../../kernel/errors.js'
import { isObject, type Json, parseJson } from '../../kernel/json.js'
import { type ImportRow, MOST_ROW, type OpenedTable, type Portions } from './types.js'

/** @param text opens the text anew; its pieces are whole lines */
export function openNdjson(text: () => AsyncIterable<string>): OpenedTable {
  return { columns: undefined, readAs: {}, rows: () => rowsOf(text()) }
}

async function* rowsOf(pieces: AsyncIterable<string>): Portions {
  let row = 0
  let line = 0
  for await (const piece of pieces) {
    const rows: ImportRow[] = []
    const lines = piece.split('\n')
    if (lines.at(-1) === '') lines.pop()
    for (const one of lines) {
      line += 1
      const raw = one.trim()
      if (raw === '') continue
      row += 1
      rows.push(rowOf(row, line, raw))
    }
    if (rows.length > 0) yield rows
  }
}

function rowOf(row: number, line: number, raw: string): ImportRow {
  const broken = (why: string): ImportRow => ({ row, line, raw, broken: why })
  if (raw.length > MOST_ROW) return broken(`the line is longer than ${MOST_ROW} characters`)
  let body: Json
  try {
    body = parseJson(raw)
  } catch (error) {
    if (!isHubError(error)) throw error
    return broken(error.message)
  }
  return isObject(body) ? { row, line, raw, body } : broken('the line is JSON, but no object')
}
