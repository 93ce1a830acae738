/** Every migration, by name, in order. A migration that has been released is never edited. */
import * as leases from './0000-leases.js'
import * as records from './0001-records.js'
import * as deliveries from './0002-deliveries.js'
import * as merges from './0003-merges.js'
import * as erasures from './0004-erasures.js'
import * as erasedFiles from './0005-erased-files.js'
import * as due from './0006-due.js'
import * as imports from './0007-imports.js'

export const MIGRATIONS = {
  '0000-leases': leases,
  '0001-records': records,
  '0002-deliveries': deliveries,
  '0003-merges': merges,
  '0004-erasures': erasures,
  '0005-erased-files': erasedFiles,
  '0006-due': due,
  '0007-imports': imports,
}
