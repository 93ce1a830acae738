/**
 * A mapping file to one function, checked against both schemas. All problems are found at once, each with its
 * place; with an error there is no mapping.
 */
import { fingerprint, type Json } from '../kernel/json.js'
import type { YamlFile } from '../kernel/yaml.js'
import { eachItem } from './each-item.js'
import { type Head, readHead } from './head.js'
import { compileIncoming } from './incoming.js'
import { compileOutgoing } from './outgoing.js'
import type { Parts } from './parts.js'
import { createProblemList, type ProblemList } from './problems.js'
import type { Start } from './resolve.js'
import type { Probe, RuleContext } from './rule/context.js'
import { compileRule } from './rule/rule.js'
import { personalWithin } from './schema.js'
import type { CompileContext, CompiledFile, Mapping } from './types.js'

/**
 * Compiles a mapping file.
 * @returns the mapping, undefined where a problem of severity error was found; its tests are not run (test-file.ts)
 */
export function compileMapping(file: YamlFile, context: CompileContext): CompiledFile {
  return compileProbed(file, context, undefined)
}

/** The same with a probe that watches every rule; slower, for tests and explanations. */
export function compileProbed(
  file: YamlFile,
  context: CompileContext,
  probe: Probe | undefined,
): CompiledFile {
  const list = createProblemList(file)
  const head = readHead(file, list, context)
  if (!head) return { mapping: undefined, problems: list.all }
  const cx = ruleContext(head, list, context, probe)
  const target = context.schemaOf(head.targetKind ?? head.to)
  const parts: Parts = { head, file, list, cx, target }
  const build = head.direction === 'out' ? compileOutgoing(parts) : compileIncoming(parts)
  const mapping = list.hasErrors ? undefined : build(versionOf(head, cx))
  return { mapping: mapping as Mapping | undefined, problems: list.all }
}

function ruleContext(
  head: Head,
  list: ProblemList,
  compile: CompileContext,
  probe: Probe | undefined,
): RuleContext {
  const root = rootOf(head, compile)
  const item = head.direction === 'out' ? eachItem(head, root, list, compile) : undefined
  return {
    direction: head.direction,
    list,
    compile,
    targetKind: head.targetKind,
    targetMarksPersonal: personalWithin(compile.schemaOf(head.targetKind ?? head.to)) !== undefined,
    connector: head.connector,
    root,
    roots: item ? { item } : {},
    reads: [],
    externals: [],
    tablesUsed: new Set(),
    probe,
    rule: compileRule,
  }
}

function rootOf({ sourceKind, from }: Head, compile: CompileContext): Start {
  const schema = compile.schemaOf(from)
  if (sourceKind === undefined) return { schema }
  return {
    schema,
    record: sourceKind,
    kind: sourceKind,
    origin: { via: [], names: [], aboveList: undefined },
  }
}

/** Tests do not change what a mapping does, so they are not part of its version. */
function versionOf({ node }: Head, { tablesUsed, compile }: RuleContext): string {
  const { tests: _, ...rules } = node
  const tables: Record<string, Json> = {}
  for (const name of [...tablesUsed].sort()) tables[name] = compile.tables[name] ?? null
  return fingerprint({ rules, tables }).slice(0, 16)
}
