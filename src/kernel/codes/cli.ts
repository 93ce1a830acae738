/** Error codes of the cli room: one row each; a retired code is never used again. */
import type { CodeTable } from './entry.js'

const wrong = (title: string, remedy: string) => ({ kind: 'invalid', status: 422, title, remedy }) as const

export const CLI_CODES = {
  CLI_USE_WRONG: wrong('The command was called in a wrong way.', 'See `hrhub COMMAND --help`.'),
  CLI_FILE_UNREADABLE: wrong('The file cannot be read.', 'Name a file that is there; `-` is standard input.'),
  CLI_FILE_UNWRITABLE: wrong(
    'The file cannot be written.',
    'Name another place with the option, or give yourself the right to write there.',
  ),
  CLI_FOLDER_TAKEN: wrong('The folder is not empty.', 'Name a new or an empty folder.'),
  CLI_NAME_TAKEN: wrong(
    'There is something of that name already.',
    'Choose another name, or take the named file away; nothing was written.',
  ),
  CLI_FOLDER_BROKEN: wrong('The folder has errors.', 'Run `hrhub check`, mend what it shows, and try again.'),
  CLI_DIFF_LARGE: wrong(
    'More messages would change than are compared at a time.',
    'Take fewer: --since a later time, or --connection one system.',
  ),
  CLI_TENANT_UNCLEAR: wrong('It is not clear which tenant is meant.', 'Add --tenant NAME.'),
  CLI_SCHEMA_OLD: {
    kind: 'misconfigured',
    status: 503,
    title: 'The ledger is not at this version.',
    remedy: 'Run `hrhub migrate`; `hrhub serve` does it at its start.',
  },
  CLI_HUB_RUNNING: {
    kind: 'refused',
    status: 409,
    title: 'A hub is running on this ledger.',
    remedy: 'Stop it first: this command must be alone with the ledger.',
  },
  CLI_HUB_SILENT: {
    kind: 'unreachable',
    status: 503,
    title: 'The running hub does not answer.',
    remedy: 'Try again; if it lasts, look at its log, or stop it and let the command open the ledger itself.',
  },
} as const satisfies CodeTable
