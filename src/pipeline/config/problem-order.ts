/** Problems as people read them: by file, line and column, each once. */
import { formatProblem, type Problem } from '../../kernel/errors.js'

export function inOrder(problems: readonly Problem[]): readonly Problem[] {
  const distinct = new Map(problems.map(problem => [formatProblem(problem), problem]))
  return [...distinct.values()].sort(
    (a, b) => compare(a.file, b.file) || a.line - b.line || a.column - b.column || compare(a.code, b.code),
  )
}

export const hasErrors = (problems: readonly Problem[]): boolean =>
  problems.some(problem => problem.severity === 'error')

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
