/** Any error to what a person reads and the exit that scripts read. Decided by classes and codes, never by text. */

import { isHubError, type Problem } from '../kernel/errors.js'
import { problemReport } from './problems.js'
import type { Exit, Terminal } from './terminal.js'

const WRONG_USE: ReadonlySet<string> = new Set(['CLI_USE_WRONG', 'CLI_FILE_UNREADABLE', 'CLI_TENANT_UNCLEAR'])

export function showFailure(terminal: Terminal, error: unknown): Exit {
  if (isConfigurationError(error)) {
    const report = problemReport(error.problems)
    terminal.show(report.value, report.lines)
    return 1
  }
  if (!isHubError(error)) {
    terminal.note(`HUB_DEFECT ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
    return 70
  }
  const { code, message, entry, where } = error
  const place = where?.file === undefined ? '' : `${where.file}:${where.line ?? 1}:${where.column ?? 1} `
  if (terminal.json)
    terminal.show(
      { error: { code, title: entry.title, detail: message, remedy: entry.remedy, ...where } },
      [],
    )
  terminal.note(`${place}${code} ${message}`)
  terminal.note(entry.remedy)
  return WRONG_USE.has(code) ? 2 : 1
}

/** By its shape: the class lives beside the whole hub, which a quick command does not load. */
function isConfigurationError(error: unknown): error is { readonly problems: readonly Problem[] } {
  return error instanceof Error && 'problems' in error && Array.isArray(error.problems)
}
