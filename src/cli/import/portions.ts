/**
 * Rows in portions of about one tenth of a second: what comes from live systems meanwhile waits no longer than that
 * for the rows, and none is larger than what the door of a running hub takes.
 */
import type { ImportFile } from '../../pipeline/import/open-file.js'
import type { ImportRow } from '../../pipeline/import/types.js'

export interface Pace {
  /** Rows of the next portion. */
  readonly rows: number
  /** A portion of so many rows took so long. */
  took(rows: number, ms: number): void
}

const WANTED_MS = 100
const FEWEST = 20
const MOST = 500
/** Characters of JSON: three bytes each at most, under the megabyte of a door. */
const MOST_SIZE = 192 * 1024

export function createPace(): Pace {
  let rows = 100
  return {
    get rows() {
      return rows
    },
    took(done, ms) {
      // Half way: one slow portion is no trend.
      const fitting = (done * WANTED_MS) / Math.max(ms, 1)
      rows = Math.round(Math.min(MOST, Math.max(FEWEST, (rows + fitting) / 2)))
    },
  }
}

/** Portions of a file as large as the pace has it at their begin. */
export async function* portionsOf(
  file: Pick<ImportFile, 'rows'>,
  pace: Pick<Pace, 'rows'>,
): AsyncGenerator<readonly ImportRow[]> {
  let portion: ImportRow[] = []
  let size = 0
  for await (const rows of file.rows())
    for (const row of rows) {
      const more = sizeOf(row)
      if (portion.length >= pace.rows || (portion.length > 0 && size + more > MOST_SIZE)) {
        yield portion
        portion = []
        size = 0
      }
      portion.push(row)
      size += more
    }
  if (portion.length > 0) yield portion
}

const sizeOf = ({ body }: ImportRow) => (body === undefined ? 200 : JSON.stringify(body).length + 40)
