/** `hrhub mapping run NAME FILE`: one input through one mapping; the result as JSON, a refusal with its place. */
import { isHubError } from '../kernel/errors.js'
import { compileMapping } from '../mapping/compile.js'
import type { InResult, Mapping, OutResult } from '../mapping/types.js'
import type { Invocation } from './invocation.js'
import { findMapping, inputFor, readInput } from './mapping-input.js'
import { problemReport } from './problems.js'
import type { Exit } from './terminal.js'

export async function mappingRun(cx: Invocation, name: string, file: string): Promise<Exit> {
  const { terminal } = cx
  const found = await findMapping(cx, name)
  const value = await readInput(cx, file)
  if (!found.mapping) {
    const report = problemReport(compileMapping(found.yaml, found.context).problems)
    terminal.show(report.value, report.lines)
    return 1
  }
  try {
    const result = runOnce(found.mapping, inputFor(found.mapping, value))
    terminal.show(result, JSON.stringify(result, null, 2).split('\n'))
    return 0
  } catch (error) {
    if (!isHubError(error) || error.kind === 'defect') throw error
    const { code, message, where } = error
    const report = problemReport([
      {
        code,
        severity: 'error',
        message,
        file: where?.file ?? found.yaml.file,
        line: where?.line ?? 1,
        column: where?.column ?? 1,
      },
    ])
    terminal.show({ verdict: 'refused', code, detail: message, where: { ...where } }, report.lines)
    return 1
  }
}

function runOnce(mapping: Mapping, input: ReturnType<typeof inputFor>): InResult | OutResult | undefined {
  if (mapping.direction === 'in') return 'source' in input ? mapping.read(input.source, input.env) : undefined
  return 'record' in input ? mapping.write(input.record, input.env) : undefined
}
