/**
 * Rules outside mapping files: the `with:` slots of a manifest, over named roots (settings, id, token, body …).
 * What parses as a path begins at a root; a constant is `{ value: … }`.
 */
import type { Problem } from '../kernel/errors.js'
import type { Json, JsonObject } from '../kernel/json.js'
import type { JsonSchema } from '../kernel/json-schema.js'
import type { YamlFile, YamlPath } from '../kernel/yaml.js'
import { edge } from './edge.js'
import type { RootOptions } from './expression.js'
import { createProblemList } from './problems.js'
import { isView } from './read.js'
import type { RuleContext } from './rule/context.js'
import { startFrame } from './rule/frame.js'
import { compileRule as compileAnyRule } from './rule/rule.js'
import type { CompileContext, ReadPath } from './types.js'

export interface ScopeRuleOptions {
  /** The file the rule stands in, and where. */
  readonly file: YamlFile
  readonly at: YamlPath
  readonly roots: Readonly<Record<string, RootOptions>>
  /** Schema of what the value goes to: an operation's parameter, a member of its body. */
  readonly target?: JsonSchema | undefined
  readonly connector?: string | undefined
  readonly context: CompileContext
}

export interface ScopeRule {
  /** First names of the paths read, with what is read below them. */
  readonly reads: readonly ReadPath[]
  /** @returns undefined where a value was absent. @throws HubError of a MAPPING_ code with file, line and column */
  evaluate(scope: Readonly<Record<string, unknown>>): Json | undefined
}

export type CompiledScopeRule =
  | { readonly rule: ScopeRule; readonly problems: readonly Problem[] }
  | { readonly rule: undefined; readonly problems: readonly Problem[] }

/** Compiles one rule over named roots; all its problems at once, each with its place in the file. */
export function compileRule(node: Json, options: ScopeRuleOptions): CompiledScopeRule {
  const { file, at, roots, target, connector, context } = options
  const list = createProblemList({ ...file, problems: [] })
  const cx: RuleContext = {
    direction: 'scope',
    list,
    compile: context,
    targetKind: undefined,
    targetMarksPersonal: false,
    connector,
    root: { schema: undefined },
    roots,
    reads: [],
    externals: [],
    tablesUsed: new Set(),
    probe: undefined,
    rule: compileAnyRule,
  }
  const name = typeof at.at(-1) === 'string' ? String(at.at(-1)) : ''
  const spot = { at, target: name, schema: target, isTarget: target !== undefined }
  const { run } = compileAnyRule(node, spot, { entry: { schema: undefined }, up: undefined }, cx)
  if (list.hasErrors) return { rule: undefined, problems: list.all }
  const evaluate: ScopeRule['evaluate'] = scope =>
    edge(() => {
      const view = Object.values(scope).find(isView)
      const settings = (scope['settings'] ?? {}) as JsonObject
      const external = () => undefined
      const frame = startFrame({
        source: undefined,
        view,
        settings,
        item: undefined,
        external,
        scope,
        waits: [],
        skipped: [],
      })
      return run(frame) as Json | undefined
    })
  return { rule: { reads: cx.reads, evaluate }, problems: list.all }
}
