/** Collects what is wrong in one file, each with its place; nothing stops at the first mistake. */
import type { Code, Problem } from '../kernel/errors.js'
import type { YamlFile, YamlPath } from '../kernel/yaml.js'

/** Where something stands in its file; built once at compile time, used in refusals and problems alike. */
export interface Place {
  readonly file: string
  readonly line: number
  readonly column: number
}

export interface ProblemOptions {
  /** Point at the key instead of the value. */
  readonly key?: boolean
  readonly severity?: Problem['severity']
}

export interface ProblemList {
  readonly all: readonly Problem[]
  readonly hasErrors: boolean
  add(code: Code, at: YamlPath, message: string, options?: ProblemOptions): void
  place(at: YamlPath): Place
}

export function createProblemList(file: YamlFile): ProblemList {
  const all: Problem[] = [...file.problems]
  return {
    all,
    get hasErrors() {
      return all.some(problem => problem.severity === 'error')
    },
    place: at => ({ file: file.file, ...file.locate(at) }),
    add(code, at, message, options) {
      const place = file.locate(at, { key: options?.key ?? false })
      all.push({ code, severity: options?.severity ?? 'error', message, file: file.file, ...place })
    },
  }
}
