/** Error codes of importing files: one row each; a retired code is never used again. */
import type { CodeTable } from './entry.js'

const invalid = (title: string, remedy: string) => ({ kind: 'invalid', status: 422, title, remedy }) as const
const refused = (title: string, remedy: string) => ({ kind: 'refused', status: 409, title, remedy }) as const

export const IMPORT_CODES = {
  PIPELINE_IMPORT_FILE_BROKEN: invalid(
    'The file cannot be read.',
    'Open it in the program that made it and save it again as CSV (UTF-8), XLSX or NDJSON.',
  ),
  PIPELINE_IMPORT_FILE_LARGE: invalid(
    'Something in the file is larger than the hub takes.',
    'Save the sheet as CSV, which is read row by row, or split the file.',
  ),
  PIPELINE_IMPORT_ENCODING_UNSURE: invalid(
    'It is not certain in which encoding the text is written.',
    'Name it: --encoding gb18030, utf-8, utf-16le or utf-16be; or save the file as UTF-8.',
  ),
  PIPELINE_IMPORT_ROW_BROKEN: invalid(
    'The row cannot be taken apart.',
    'Mend the row in the rejects file, and import that file.',
  ),
  PIPELINE_IMPORT_IDENTITY_MISSING: invalid(
    'The row does not say which thing it is about.',
    'Fill the column that the mapping takes as `identity`.',
  ),
  PIPELINE_IMPORT_COLUMN_MISSING: invalid(
    'The file lacks columns that the mapping reads.',
    'Rename the columns as the mapping reads them, or write a mapping for this file.',
  ),
  PIPELINE_IMPORT_FLOW_MISSING: {
    kind: 'absent',
    status: 404,
    title: 'No flow takes what the file holds.',
    remedy: 'Write a flow `from: connection.resource` with this mapping; see docs/import.md.',
  },
  PIPELINE_IMPORT_FLOW_UNCLEAR: invalid(
    'It is not clear which flow is meant.',
    'Add --connection and --resource, or --mapping.',
  ),
  PIPELINE_IMPORT_RUNNING: refused(
    'Another run is importing this very file.',
    'Let it end. If it was killed, run the command again in a quarter of a minute: it goes on where that one was.',
  ),
  PIPELINE_IMPORT_MOVED: refused(
    'The import is not where this run left it.',
    'Run the command again: it goes on where the import really is.',
  ),
} as const satisfies CodeTable
