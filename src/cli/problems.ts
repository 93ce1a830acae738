/** Problems of a folder, all at once, as `file:line:col CODE text`; files as seen from where the person stands. */
import { isAbsolute, relative } from 'node:path'
import { formatProblem, type Problem } from '../kernel/errors.js'

export interface ProblemReport {
  readonly errors: number
  readonly warnings: number
  readonly value: {
    readonly problems: readonly Problem[]
    readonly errors: number
    readonly warnings: number
  }
  readonly lines: readonly string[]
}

export function problemReport(all: readonly Problem[], from = process.cwd()): ProblemReport {
  const problems = all.map(problem => ({ ...problem, file: seenFrom(from, problem.file) }))
  const errors = problems.filter(problem => problem.severity === 'error').length
  const warnings = problems.length - errors
  return {
    errors,
    warnings,
    value: { problems, errors, warnings },
    lines: problems.map(formatProblem),
  }
}

/** `1 flow`, `2 flows` */
export const count = (number: number, word: string) => `${number} ${word}${number === 1 ? '' : 's'}`

/** `2 errors, 1 warning` */
export function counted({ errors, warnings }: Pick<ProblemReport, 'errors' | 'warnings'>): string {
  if (errors + warnings === 0) return 'no problem'
  return [errors > 0 ? count(errors, 'error') : [], warnings > 0 ? count(warnings, 'warning') : []]
    .flat()
    .join(', ')
}

export function seenFrom(folder: string, file: string): string {
  if (!isAbsolute(file)) return file
  const near = relative(folder, file)
  return near === '' || near.startsWith('..') ? file : near
}
