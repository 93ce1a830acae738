/**
 * A file that is imported, as everything behind its format sees it: numbered rows, each a thing that a mapping can
 * read or the reason why it is none. Rows come in portions, so that a file never stands in memory as a whole.
 */
import type { Json } from '../../kernel/json.js'

interface RowHead {
  /** Place among the rows of the file, from 1; the header and blank rows are not counted. */
  readonly row: number
  /** Line of the file (of the sheet) where it begins, from 1. */
  readonly line: number
  /** Cells as they came, under the columns of the header; undefined where a row has no cells. */
  readonly cells?: readonly string[] | undefined
  /** The text as it came, where it was not taken apart into cells. */
  readonly raw?: string | undefined
}

export type ImportRow = RowHead &
  (
    | { readonly body: Json; readonly broken?: undefined }
    /** Why it cannot be taken apart (`PIPELINE_IMPORT_ROW_BROKEN`). */
    | { readonly body?: undefined; readonly broken: string }
  )

export type Portions = AsyncGenerator<readonly ImportRow[], void, undefined>

/** What a format makes of a file. */
export interface OpenedTable {
  /** Names of the header; undefined where each row names its own. */
  readonly columns: readonly string[] | undefined
  /** What decides how the bytes are read (`encoding`, `delimiter`, `sheet`): part of the import's identity. */
  readonly readAs: Readonly<Record<string, string>>
  rows(): Portions
}

/** What a person may say about a file; undefined = found out. */
export interface ReadWords {
  readonly format: 'csv' | 'xlsx' | 'ndjson' | undefined
  readonly encoding: string | undefined
  readonly delimiter: string | undefined
  readonly sheet: string | undefined
  /** An empty cell says nothing, or says `null`: empty this value. */
  readonly blank: 'nothing' | 'null'
}

/** A row (of characters): a résumé's text fits, a file whose quotes are wrong does not stay in memory. */
export const MOST_ROW = 128 * 1024
export const MOST_COLUMNS = 500
