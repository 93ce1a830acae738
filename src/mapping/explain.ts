/**
 * Explains one run: each rule with its place, what it read, and what came out. The same code runs as in earnest,
 * watched rule by rule.
 */
import { type Code, isHubError, type Problem } from '../kernel/errors.js'
import type { Json } from '../kernel/json.js'
import type { YamlFile } from '../kernel/yaml.js'
import { compileProbed } from './compile.js'
import { showValue } from './mask.js'
import { Refusal } from './refusal.js'
import type { Probe } from './rule/context.js'
import type { Frame } from './rule/frame.js'
import { skipPath } from './rule/on-error.js'
import type { CompileContext, InEnv, InResult, OutEnv, OutResult, RecordView } from './types.js'

export interface ExplainedRule {
  /** Target path with list positions, `dimensions[0].key`. */
  readonly target: string
  /** The rule as written. */
  readonly rule: string
  readonly file: string
  readonly line: number
  readonly column: number
  /** For a person: personal data masked; `nothing` where the source is absent. */
  readonly from: string
  readonly result: string
  readonly refused: Code | undefined
}

export interface Explanation {
  readonly problems: readonly Problem[]
  readonly lines: readonly ExplainedRule[]
  readonly result: InResult | OutResult | undefined
  /** Why the mapping refused the input. */
  readonly refused: { readonly code: Code; readonly detail: string } | undefined
}

export type ExplainInput =
  | { readonly source: Json | RecordView; readonly env: InEnv }
  | { readonly record: RecordView; readonly env: OutEnv }

/** More lines than a person reads; lists of thousands of entries are cut there. */
const MAX_LINES = 2000

export function explainMapping(file: YamlFile, context: CompileContext, input: ExplainInput): Explanation {
  const lines: ExplainedRule[] = []
  const { mapping, problems } = compileProbed(file, context, explainingProbe(lines))
  if (!mapping) return { problems, lines, result: undefined, refused: undefined }
  try {
    const result = runMapping()
    return { problems, lines, result, refused: undefined }
  } catch (error) {
    if (!isHubError(error)) throw error
    return { problems, lines, result: undefined, refused: { code: error.code, detail: error.message } }
  }

  function runMapping(): InResult | OutResult | undefined {
    if (mapping?.direction === 'in' && 'source' in input) return mapping.read(input.source, input.env)
    if (mapping?.direction === 'out' && 'record' in input) return mapping.write(input.record, input.env)
    return undefined
  }
}

function explainingProbe(lines: ExplainedRule[]): Probe {
  const note = (
    { site, text }: Parameters<Probe['gave']>[0],
    frame: Frame,
    found: Pick<ExplainedRule, 'from' | 'result' | 'refused'>,
  ) => {
    if (lines.length >= MAX_LINES) return
    lines.push({ target: skipPath(site, frame), rule: text, ...site.place, ...found })
  }
  return {
    declare: () => undefined,
    gave: (rule, value, from, frame) => {
      const { personal } = rule.site
      note(rule, frame, {
        from: showValue(from(), personal),
        result: showValue(value, personal),
        refused: undefined,
      })
    },
    refused: (rule, error, frame) => {
      const refusal = error instanceof Refusal ? error : undefined
      const from = showValue(refusal?.value, rule.site.personal)
      note(rule, frame, { from, result: 'refused', refused: refusal?.code })
    },
  }
}
