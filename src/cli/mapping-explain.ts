/** `hrhub mapping explain NAME FILE`: for one input each target field with its rule, what it read and what came out. */
import { explainMapping } from '../mapping/explain.js'
import type { Invocation } from './invocation.js'
import { findMapping, inputFor, readInput } from './mapping-input.js'
import { problemReport, seenFrom } from './problems.js'
import { columns, type Exit } from './terminal.js'

export async function mappingExplain(cx: Invocation, name: string, file: string): Promise<Exit> {
  const { terminal } = cx
  const found = await findMapping(cx, name)
  const value = await readInput(cx, file)
  if (!found.mapping) {
    const { problems } = explainMapping(found.yaml, found.context, { source: value, env: { settings: {} } })
    const report = problemReport(problems)
    terminal.show(report.value, report.lines)
    return 1
  }
  const explained = explainMapping(found.yaml, found.context, inputFor(found.mapping, value))
  const rows = explained.lines.map(({ target, from, result, refused, rule, file: at, line, column }) => [
    target,
    refused === undefined ? result : `refused ${refused}`,
    `← ${from}`,
    rule,
    `${seenFrom(process.cwd(), at)}:${line}:${column}`,
  ])
  const verdict = explained.refused
    ? `refused: ${explained.refused.code} ${explained.refused.detail}`
    : `verdict: ${explained.result?.verdict ?? 'nothing'}`
  terminal.show(
    {
      mapping: name,
      lines: explained.lines,
      result: explained.result ?? null,
      refused: explained.refused ?? null,
    },
    [...columns(rows), verdict],
  )
  return explained.refused ? 1 : 0
}
