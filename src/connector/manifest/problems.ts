/**
 * Problems of a manifest with their place, and the reading of ajv's errors: of a union only the branch that
 * was meant is told, so one mistake is one line.
 */
import type { ErrorObject } from 'ajv'
import { type Code, isHubError, type Problem } from '../../kernel/errors.js'
import type { YamlFile, YamlPath } from '../../kernel/yaml.js'

export class Problems {
  readonly list: Problem[] = []
  private readonly yaml: YamlFile

  constructor(yaml: YamlFile) {
    this.yaml = yaml
    this.list.push(...yaml.problems)
  }

  add(
    code: Code,
    path: YamlPath,
    message: string,
    severity: Problem['severity'] = 'error',
    key = false,
  ): void {
    this.list.push({ code, severity, message, file: this.yaml.file, ...this.yaml.locate(path, { key }) })
  }

  /** Runs a step that may throw a HubError and keeps what it says as a problem at the place. */
  attempt<T>(path: YamlPath, code: Code, step: () => T): T | undefined {
    try {
      return step()
    } catch (error) {
      if (!isHubError(error)) throw error
      this.add(code, path, error.message)
      return undefined
    }
  }

  get failed(): boolean {
    return this.list.some(problem => problem.severity === 'error')
  }

  schemaErrors(errors: readonly ErrorObject[]): void {
    for (const error of meant(errors)) {
      const path = pointer(error.instancePath)
      const extra = error.params['additionalProperty'] as string | undefined
      if (extra !== undefined)
        this.add('CONNECTOR_MANIFEST_INVALID', [...path, extra], `unknown word: ${extra}`, 'error', true)
      else
        this.add(
          'CONNECTOR_MANIFEST_INVALID',
          path,
          `${path.join('.') || 'manifest'} ${error.message ?? 'is wrong'}${allowed(error)}`,
        )
    }
  }
}

function allowed(error: ErrorObject): string {
  const value = error.params['allowedValue'] as unknown
  return value === undefined ? '' : `: ${String(value)}`
}

const pointer = (text: string): (string | number)[] =>
  text
    .split('/')
    .slice(1)
    .map(part => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map(part => (/^\d+$/.test(part) ? Number(part) : part))

/** Of each failed anyOf, the errors of the branch whose own type fits; the anyOf line only where none does. */
function meant(errors: readonly ErrorObject[]): readonly ErrorObject[] {
  const unions = errors.filter(error => error.keyword === 'anyOf')
  let left = [...errors]
  for (const union of unions) {
    const prefix = `${union.schemaPath}/`
    const branches = new Map<string, ErrorObject[]>()
    for (const error of errors) {
      if (!error.schemaPath.startsWith(prefix)) continue
      const branch = error.schemaPath.slice(prefix.length).split('/')[0] ?? ''
      branches.set(branch, [...(branches.get(branch) ?? []), error])
    }
    const fitting = [...branches.values()]
      .filter(
        branch =>
          !branch.some(
            error =>
              error.instancePath === union.instancePath && ['type', 'const', 'anyOf'].includes(error.keyword),
          ),
      )
      .sort((a, b) => a.length - b.length)[0]
    const drop = new Set([...branches.values()].flat())
    for (const error of fitting ?? []) drop.delete(error)
    if (fitting) drop.add(union)
    left = left.filter(error => !drop.has(error))
  }
  return left
}
