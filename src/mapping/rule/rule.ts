/**
 * Compiles any rule: a path, a list of rules, or an object with one source and modifiers. The modifiers run in one
 * fixed order whatever the order of writing: when, where, split, trim, lower/upper, as (in), scale, lookup, as (out),
 * join, default, required; on_error around them.
 */

import { isObject, type Json } from '../../kernel/json.js'
import { generateList, generatePipeline } from '../generate.js'
import { asRead, asWrite } from '../modifier/as.js'
import { lookup } from '../modifier/lookup.js'
import type { Modifier, Stage } from '../modifier/modifier.js'
import { scale } from '../modifier/scale.js'
import { join, lower, split, trim, upper } from '../modifier/text.js'
import { Refusal } from '../refusal.js'
import { shownText } from '../scalar.js'
import { annotation, entryOf, type Known, listed, mayBe } from '../schema.js'
import { cel } from '../source/cel.js'
import { concat } from '../source/concat.js'
import { each } from '../source/each.js'
import { external } from '../source/external.js'
import { first } from '../source/first.js'
import { from } from '../source/from.js'
import { settings } from '../source/settings.js'
import type { Source } from '../source/source.js'
import { template } from '../source/template.js'
import { frozen, value } from '../source/value.js'
import { didYouMean } from '../suggest.js'
import { compileCondition } from './cel.js'
import { NO_RULE, type Rule, type RuleContext, type RuleObject, type Scope, type Spot } from './context.js'
import { compileFields } from './fields.js'
import { settle, siteOf } from './finish.js'
import type { Frame, RuleFn } from './frame.js'
import { onError } from './on-error.js'
import { compilePath } from './path.js'

/** `fields:` alone: a nested object; absent where none of its fields is there. */
const fields: Source = {
  words: [],
  compile(node, spot, scope, cx) {
    const inner = node['fields']
    if (!isObject(inner)) {
      cx.list.add('MAPPING_RULE_INVALID', [...spot.at, 'fields'], '`fields` names rules: { field: rule }')
      return NO_RULE
    }
    const { run, type } = compileFields(
      inner as RuleObject,
      { ...spot, at: [...spot.at, 'fields'] },
      scope,
      cx,
    )
    return {
      type,
      run: frame => {
        const made = run(frame) as object
        for (const _ in made) return made
        return undefined
      },
    }
  },
}

export const SOURCES: Readonly<Record<string, Source>> = {
  from,
  value,
  cel,
  template,
  first,
  concat,
  each,
  fields,
  external,
  settings,
}

/** In running order. `as` stands twice: parsing before the tables, writing after them. */
export const MODIFIERS: readonly Modifier[] = [
  split,
  trim,
  lower,
  upper,
  asRead,
  scale,
  lookup,
  asWrite,
  join,
]

/** Sources whose parts fill the target themselves; what the others give is fitted to it as a whole. */
const FILLS: ReadonlySet<string> = new Set(['each', 'fields', 'concat'])

/** Words every rule may have. */
const COMMON = ['when', 'default', 'required', 'on_error']
const REFERENCE = ['of', 'missing']
const ON_ERROR = ['refuse', 'skip', 'default']

export function compileRule(node: Json, spot: Spot, scope: Scope, cx: RuleContext): Rule {
  if (typeof node === 'string') {
    const path = compilePath(node, spot.at, scope, cx)
    return path ? settle(path, node, {}, spot, cx) : NO_RULE
  }
  if (Array.isArray(node)) return compileList(node, spot, scope, cx)
  if (isObject(node)) return compileObject(node as RuleObject, spot, scope, cx)
  cx.list.add(
    'MAPPING_RULE_INVALID',
    spot.at,
    `a rule is a path, a list of rules or an object; a constant is written { value: ${JSON.stringify(node)} }`,
  )
  return NO_RULE
}

/** A list of rules is a list of their values; what is absent is left out. */
function compileList(nodes: readonly Json[], spot: Spot, scope: Scope, cx: RuleContext): Rule {
  const parts = nodes.map((node, index) => {
    const entry = entryOf(spot.schema, index)
    const schema = entry === 'none' ? undefined : entry.schema
    return cx.rule(
      node,
      { ...spot, at: [...spot.at, index], target: `${spot.target}[${index}]`, schema },
      scope,
      cx,
    )
  })
  const run = generateList<Frame>(parts)
  return settle({ run, type: { type: 'array' }, sure: true, placed: true }, nodes, {}, spot, cx)
}

function compileObject(node: RuleObject, spot: Spot, scope: Scope, cx: RuleContext): Rule {
  const names = Object.keys(node)
  const found = names.filter(word => Object.hasOwn(SOURCES, word))
  // `fields` belongs to `each` where both stand.
  const sources = found.includes('each') ? found.filter(word => word !== 'fields') : found
  const [word] = sources
  const source = word === undefined ? undefined : SOURCES[word]
  if (word === undefined || !source || sources.length > 1) {
    const all = listed(Object.keys(SOURCES))
    const many = sources.length > 1 ? `has ${sources.join(' and ')}` : 'has no source'
    cx.list.add('MAPPING_RULE_INVALID', spot.at, `the rule ${many}; it takes one of ${all}${hintFor(names)}`)
    if (sources.length === 0) return NO_RULE
  }
  checkWords(node, names, word ?? '', spot, cx)
  const when =
    node['when'] === undefined ? undefined : compileCondition(node['when'], [...spot.at, 'when'], scope, cx)
  const stages: Stage[] = []
  const made = source?.compile(
    node,
    { ...spot, isTarget: word !== undefined && FILLS.has(word) ? spot.isTarget : false },
    scope,
    cx,
  )
  let rule = made ?? NO_RULE
  const written = rule
  const sourceRun = rule.source ?? rule.run
  for (const modifier of MODIFIERS) {
    const asked = node[modifier.word]
    if (asked === undefined) continue
    const stage = modifier.compile({ node, spot, scope, cx, type: typeBefore(rule.type, modifier) }, asked)
    if (!stage) continue
    stages.push(stage)
    rule = {
      run: rule.run,
      type: typeAfter(rule.type, stage),
      sure:
        stage.type !== undefined &&
        !hasOpenEnd(node, modifier) &&
        (stage.whole || !mayBe(rule.type, 'array')),
      personal: stage.personal === null ? undefined : (stage.personal ?? rule.personal),
    }
  }
  rule = {
    ...rule,
    ...staged(written, stages),
    source: sourceRun,
    ...(stages.length > 0 ? { inline: undefined } : {}),
  }
  rule = withDefault(rule, node, word ?? '', spot, cx)
  if (when)
    rule = {
      ...rule,
      run: conditional(rule.run, when),
      inline: undefined,
      constant: undefined,
      pipeline: undefined,
    }
  return settle(rule, node, node, spot, cx)
}

const hintFor = (names: readonly string[]): string =>
  names.map(name => didYouMean(name, Object.keys(SOURCES))).find(hint => hint !== '') ?? ''

function checkWords(
  node: RuleObject,
  names: readonly string[],
  word: string,
  spot: Spot,
  cx: RuleContext,
): void {
  const source = Object.hasOwn(SOURCES, word) ? SOURCES[word] : undefined
  const allowed = new Set([word, ...COMMON, ...(source?.words ?? [])])
  const known = new Set([...allowed, ...REFERENCE])
  for (const modifier of MODIFIERS) {
    known.add(modifier.word)
    for (const beside of modifier.words) known.add(beside)
    allowed.add(modifier.word)
    if (node[modifier.word] !== undefined) for (const beside of modifier.words) allowed.add(beside)
  }
  if ((cx.direction === 'in' || cx.direction === 'hub') && annotationOfRef(spot.schema))
    for (const reference of REFERENCE) allowed.add(reference)
  for (const name of names) {
    if (allowed.has(name) || Object.hasOwn(SOURCES, name)) continue
    const owner = ownerOf(name)
    const why = owner
      ? `\`${name}\` belongs to ${owner}`
      : `there is no word \`${name}\`${didYouMean(name, [...known, ...Object.keys(SOURCES)])}`
    cx.list.add('MAPPING_WORD_UNKNOWN', [...spot.at, name], why, { key: true })
  }
  const { on_error: how, required } = node
  if (how !== undefined && !ON_ERROR.includes(shownText(how)))
    cx.list.add(
      'MAPPING_WORD_UNKNOWN',
      [...spot.at, 'on_error'],
      `\`on_error\` is one of ${ON_ERROR.join(', ')}`,
    )
  if (how === 'default' && node['default'] === undefined)
    cx.list.add('MAPPING_RULE_INVALID', [...spot.at, 'on_error'], '`on_error: default` needs a `default`')
  if (required !== undefined && typeof required !== 'boolean')
    cx.list.add('MAPPING_RULE_INVALID', [...spot.at, 'required'], '`required` is true or left out')
}

const annotationOfRef = (schema: Known): boolean => {
  const entry = entryOf(schema)
  return (
    annotation(schema, 'x-ref') !== undefined ||
    (entry !== 'none' && annotation(entry.schema, 'x-ref') !== undefined)
  )
}

function ownerOf(word: string): string | undefined {
  if (REFERENCE.includes(word)) return word === 'of' ? 'reference fields' : 'reference fields and `external`'
  for (const [name, source] of Object.entries(SOURCES)) if (source.words.includes(word)) return `\`${name}\``
  const modifier = MODIFIERS.find(candidate => candidate.words.includes(word))
  return modifier && `\`${modifier.word}\``
}

/** `unmapped: keep` lets values of the outside through. */
const hasOpenEnd = (node: RuleObject, modifier: Modifier) =>
  modifier === lookup && node['unmapped'] === 'keep'

/** Most modifiers work on the entries of a list. */
function typeBefore(type: Known, modifier: Modifier): Known {
  const entry =
    type && modifier !== split && modifier !== join && !mayBe(type, 'string') && mayBe(type, 'array')
      ? entryOf(type)
      : 'none'
  return entry === 'none' ? type : entry.schema
}

function typeAfter(type: Known, stage: Stage): Known {
  if (stage.whole || !stage.type) return stage.type
  const list: Known = { type: 'array', items: stage.type }
  if (!mayBe(type, 'array')) return stage.type
  return mayBe(type, 'string') || mayBe(type, 'number') ? { anyOf: [stage.type, list] } : list
}

function staged(rule: Rule, stages: readonly Stage[]): Pick<Rule, 'run' | 'pipeline'> {
  if (stages.length === 0) return { run: rule.run }
  const steps = stages.map(({ run, whole }) => ({ run, whole: whole ?? false }))
  const pipeline = { source: rule, stages: steps, overEntries }
  return { run: generatePipeline<Frame>(pipeline), pipeline }
}

/** A stage over each entry of a list; nulls in it stay. */
const overEntries: (run: Stage['run']) => Stage['run'] = run => (list, frame) =>
  Array.isArray(list) ? list.map(entry => (entry === null ? null : run(entry, frame))) : run(list, frame)

const conditional =
  (run: RuleFn, when: (frame: Frame) => boolean): RuleFn =>
  frame =>
    when(frame) ? run(frame) : undefined

/** `on_error`, `default` and `required`, around everything before them. */
function withDefault(rule: Rule, node: RuleObject, word: string, spot: Spot, cx: RuleContext): Rule {
  const other = node['default']
  const how = node['on_error']
  const site = siteOf(rule, spot, cx)
  let { run } = rule
  const ownsErrors = word === 'each'
  if ((how === 'skip' || how === 'default') && !ownsErrors)
    run = onError(run, how, frozen(other ?? null), site)
  if (other !== undefined) {
    if (rule.constant && rule.constant.value !== null)
      cx.list.add(
        'MAPPING_RULE_UNREACHABLE',
        [...spot.at, 'default'],
        'the rule always has a value, so the default is never used',
      )
    const filled = run
    const fallback = frozen(other)
    run = frame => filled(frame) ?? fallback
  }
  if (node['required'] === true) {
    const needed = run
    run = frame => {
      const got = needed(frame)
      // What waits for a link is not missing; it is judged when the link is there.
      if ((got === undefined || got === null) && frame.run.waits.length === 0)
        throw new Refusal('MAPPING_FIELD_MISSING', got, 'a value; the rule says required')
      return got
    }
  }
  return run === rule.run ? rule : { ...rule, run, inline: undefined, pipeline: undefined }
}
