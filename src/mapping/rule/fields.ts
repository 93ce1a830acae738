/**
 * `fields:` an object of rules, one per target field; dotted keys make nested objects. Knows the target's schema:
 * unknown fields, required fields nobody fills, members of an atomic object.
 */
import type { Json } from '../../kernel/json.js'
import type { YamlPath } from '../../kernel/yaml.js'
import { generateObject, type Member } from '../generate.js'
import { formatPath, parsePath } from '../path.js'
import { annotation, type Known, memberNames, memberOf, requiredOf } from '../schema.js'
import { didYouMean } from '../suggest.js'
import type { Rule, RuleContext, RuleObject, Scope, Spot } from './context.js'
import type { Frame } from './frame.js'

export interface FieldEntry {
  readonly key: string
  readonly node: Json
  readonly at: YamlPath
}

export function compileFields(node: RuleObject, spot: Spot, scope: Scope, cx: RuleContext): Rule {
  const entries = Object.entries(node).map(([key, rule]) => ({ key, node: rule, at: [...spot.at, key] }))
  return compileEntries(entries, spot, scope, cx).rule
}

export interface CompiledFields {
  readonly rule: Rule
  /** Target paths, as written. */
  readonly writes: readonly string[]
}

export function compileEntries(
  entries: readonly FieldEntry[],
  spot: Spot,
  scope: Scope,
  cx: RuleContext,
): CompiledFields {
  const members: Member<Frame>[] = []
  const filled: (readonly string[])[] = []
  for (const { key, node, at } of entries) {
    const target = targetOf(key, at, cx)
    if (!target) continue
    if (filled.some(other => overlaps(other, target)))
      cx.list.add('MAPPING_RULE_INVALID', at, `\`${key}\` is filled by two rules`, { key: true })
    filled.push(target)
    const schema = findTarget(spot, target, at, cx)
    const path = spot.target ? `${spot.target}.${key}` : key
    const rule = cx.rule(node, { at, target: path, schema, isTarget: true }, scope, cx)
    members.push({ target, run: rule.run, ...(rule.inline ? { inline: rule.inline } : {}) })
  }
  checkRequired(spot, filled, cx)
  return {
    rule: { run: generateObject(members), type: { type: 'object' } },
    writes: filled.map(names => formatPath(names.map(name => ({ step: 'name', name })))),
  }
}

function targetOf(key: string, at: YamlPath, cx: RuleContext): readonly string[] | undefined {
  const parsed = parsePath(key)
  const names: string[] = []
  if ('steps' in parsed) for (const step of parsed.steps) if (step.step === 'name') names.push(step.name)
  if (!('steps' in parsed) || names.length !== parsed.steps.length || names.includes('__proto__')) {
    cx.list.add('MAPPING_PATH_INVALID', at, `\`${key}\` is no field name; quote odd names: ["a b"]`, {
      key: true,
    })
    return undefined
  }
  return names
}

const overlaps = (a: readonly string[], b: readonly string[]) =>
  a.slice(0, b.length).every((name, index) => name === b[index])

/** The schema of a target field; `{}` where the target takes anything there. */
function findTarget(spot: Spot, target: readonly string[], at: YamlPath, cx: RuleContext): Known {
  let schema = spot.schema
  for (const [index, name] of target.entries()) {
    if (!schema) return undefined
    const intoObject = index > 0 && spot.target === '' && cx.targetKind !== undefined
    if (intoObject && annotation(schema, 'x-merge') !== 'fields' && Object.keys(schema).length > 0) {
      const whole = target.slice(0, index).join('.')
      cx.list.add(
        'MAPPING_OBJECT_ATOMIC',
        at,
        `\`${whole}\` is one value: write \`${whole}: { fields: … }\``,
        { key: true },
      )
    }
    const member = memberOf(schema, name)
    if (member === 'none') {
      const hint = didYouMean(name, memberNames(schema))
      cx.list.add('MAPPING_PATH_UNKNOWN', at, `the target has no \`${target.join('.')}\`${hint}`, {
        key: true,
      })
      return undefined
    }
    schema = member.schema ?? {}
  }
  return schema
}

function checkRequired(spot: Spot, filled: readonly (readonly string[])[], cx: RuleContext): void {
  // A record knows what it was told: a mapping may always say only a part of it.
  if (cx.targetKind !== undefined && spot.target === '') return
  const levels = new Map<string, { schema: Known; names: Set<string>; path: readonly string[] }>()
  levels.set('', { schema: spot.schema, names: new Set(), path: [] })
  for (const target of filled) {
    let schema = spot.schema
    for (const [index, name] of target.entries()) {
      const path = target.slice(0, index)
      const key = JSON.stringify(path)
      const level = (index === 0 ? levels.get('') : levels.get(key)) ?? {
        schema,
        names: new Set<string>(),
        path,
      }
      level.names.add(name)
      if (index > 0) levels.set(key, level)
      const member = memberOf(schema, name)
      schema = member === 'none' ? undefined : member.schema
    }
  }
  for (const { schema, names, path } of levels.values())
    for (const name of requiredOf(schema))
      if (!names.has(name)) {
        const whole = [...path, name].join('.')
        cx.list.add(
          'MAPPING_FIELD_UNFILLED',
          spot.at,
          `the target requires \`${spot.target ? `${spot.target}.` : ''}${whole}\`, and no rule fills it`,
          { key: true },
        )
      }
}
