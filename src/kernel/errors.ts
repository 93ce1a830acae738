/**
 * The one error of the hub and the one table of its codes. A code fixes the kind, the kind decides the fate
 * (pipeline/fate.ts); text is for people and is never read by code. Codes are added per room in `codes/`.
 */
import { CHANNEL_CODES } from './codes/channel.js'
import { CLI_CODES } from './codes/cli.js'
import { CONFIG_CODES } from './codes/config.js'
import { CONNECTOR_CODES } from './codes/connector.js'
import { HTTP_CODES } from './codes/http.js'
import { IMPORT_CODES } from './codes/import.js'
import { KERNEL_CODES } from './codes/kernel.js'
import { LEDGER_CODES } from './codes/ledger.js'
import { MAPPING_CODES } from './codes/mapping.js'
import { MODEL_CODES } from './codes/model.js'
import { PIPELINE_CODES } from './codes/pipeline.js'

export type { ErrorKind } from './codes/entry.js'

export const CODES = {
  ...KERNEL_CODES,
  ...MODEL_CODES,
  ...MAPPING_CODES,
  ...CONNECTOR_CODES,
  ...CONFIG_CODES,
  ...LEDGER_CODES,
  ...CHANNEL_CODES,
  ...PIPELINE_CODES,
  ...IMPORT_CODES,
  ...HTTP_CODES,
  ...CLI_CODES,
}
export type Code = keyof typeof CODES

/** Where a configuration or a payload is wrong: a place in a file, a path in a value, or both. */
export interface Where {
  readonly file?: string
  readonly line?: number
  readonly column?: number
  readonly path?: string
}

export interface HubErrorInit {
  /** What happened here, for a person; personal data already masked. */
  readonly detail: string
  readonly where?: Where
  /** Milliseconds the other side asked us to wait. */
  readonly wait?: number
  readonly cause?: unknown
}

export class HubError extends Error {
  readonly code: Code
  readonly where: Where | undefined
  readonly wait: number | undefined

  constructor(code: Code, init: HubErrorInit) {
    super(init.detail, init.cause === undefined ? undefined : { cause: init.cause })
    this.name = 'HubError'
    this.code = code
    this.where = init.where
    this.wait = init.wait
  }

  get entry(): (typeof CODES)[Code] {
    return CODES[this.code]
  }

  get kind() {
    return this.entry.kind
  }
}

export function isHubError(error: unknown): error is HubError {
  return error instanceof HubError
}

/** What is wrong in an integrator's folder; `hrhub check` prints them all as `file:line:col CODE text`. */
export interface Problem {
  readonly code: Code
  readonly severity: 'error' | 'warning'
  readonly message: string
  readonly file: string
  readonly line: number
  readonly column: number
}

export function formatProblem(problem: Problem): string {
  const level = problem.severity === 'warning' ? 'warning ' : ''
  return `${problem.file}:${problem.line}:${problem.column} ${level}${problem.code} ${problem.message}`
}
