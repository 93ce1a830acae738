/**
 * A path as a rule: where it begins (the entry, an entry around it, the source, a root of a manifest), what it
 * reads, and a getter that can stand inside generated code.
 */

import type { YamlPath } from '../../kernel/yaml.js'
import { itemStart } from '../each-item.js'
import { build, Constants, emitSteps } from '../generate.js'
import { parsePath, type Step } from '../path.js'
import { dataOf, followGetter, isView, viewGetter } from '../read.js'
import { type Resolved, recordMember, resolveSteps, type Start } from '../resolve.js'
import { annotation, type Known, memberOf } from '../schema.js'
import { nearest } from '../suggest.js'
import type { Rule, RuleContext, Scope } from './context.js'
import type { Frame, RuleFn } from './frame.js'

interface Base {
  /** Expression over the frame `f`, of fixed words. */
  readonly emit: (constants: Constants) => string
  readonly start: Start
  readonly steps: readonly Step[]
  /** The base is the source record itself. */
  readonly isSource?: boolean
  readonly rootName?: string
}

/** A path that was found to lead somewhere. */
export interface PathRule extends Rule {
  readonly resolved: Resolved
}

/** @returns undefined where the path has a problem, which is then noted */
export function compilePath(text: string, at: YamlPath, scope: Scope, cx: RuleContext): PathRule | undefined {
  const parsed = parsePath(text)
  if ('problem' in parsed) {
    cx.list.add('MAPPING_PATH_INVALID', at, `\`${text}\`: ${parsed.problem}`)
    return undefined
  }
  const base = findBase(parsed.steps, scope, cx)
  if (typeof base === 'string') {
    cx.list.add('MAPPING_PATH_UNKNOWN', at, `\`${text}\`: ${base}`)
    return undefined
  }
  const resolved = resolveSteps(base.start, base.steps, kind => cx.compile.schemaOf(kind))
  if (resolved.problem) {
    cx.list.add('MAPPING_PATH_UNKNOWN', at, `\`${text}\`: ${resolved.problem}`)
    return undefined
  }
  cx.reads.push(...resolved.reads)
  const inline = getter(base, resolved)
  const constants = new Constants()
  const run = build<RuleFn>(constants, 'f', `return ${inline(constants)}`)
  return { run, inline, type: resolved.schema, resolved, personal: annotation(resolved.schema, 'x-personal') }
}

const named = (steps: readonly Step[]): string | undefined =>
  steps[0]?.step === 'name' ? steps[0].name : undefined

const hasMember = (schema: Known, name: string) =>
  schema !== undefined && memberOf(schema, name) !== 'none' && memberOf(schema, name) !== undefined

/** A base, or what is wrong. */
function findBase(steps: readonly Step[], scope: Scope, cx: RuleContext): Base | string {
  const name = named(steps)
  const rest = steps.slice(1)
  if (cx.direction === 'scope' && name !== undefined) {
    const root = findRoot(name, rest, scope, cx)
    if (root) return root
  }
  // A root's name alone is a field of that name where the entry has one; `["source"]` is always the field.
  const isField = rest.length === 0 && name !== 'item' && hasMember(scope.entry.schema, name ?? '')
  if (name !== undefined && !isField && cx.direction !== 'scope') {
    if (name === 'source' || (name === 'record' && cx.direction !== 'in'))
      return { emit: () => 'f.run.source', start: cx.root, steps: rest, isSource: true }
    if (name === 'settings' && !hasMember(scope.entry.schema, name))
      return { emit: () => 'f.run.settings', start: { schema: undefined }, steps: rest }
  }
  if (name === 'item') return itemBase(rest, scope, cx)
  if (name === 'parent' && !isField) return climb(rest, scope, 1)
  return { emit: () => 'f.entry', start: scope.entry, steps, isSource: scope.up === undefined }
}

function itemBase(rest: readonly Step[], scope: Scope, cx: RuleContext): Base {
  if (scope.up) return { emit: () => 'f.entry', start: scope.entry, steps: rest }
  return { emit: () => 'f.run.item', start: itemStart(cx.roots['item']), steps: rest }
}

function climb(rest: readonly Step[], scope: Scope, levels: number): Base | string {
  const { up } = scope
  if (!up) return '`parent` is used outside `each`'
  if (named(rest) === 'parent' && up.up) return climb(rest.slice(1), up, levels + 1)
  const emit = () => `f${'.parent'.repeat(levels)}.entry`
  return { emit, start: up.entry, steps: rest, isSource: up.up === undefined }
}

function findRoot(
  name: string,
  rest: readonly Step[],
  scope: Scope,
  cx: RuleContext,
): Base | string | undefined {
  if (name === 'item' && scope.up) return undefined
  if (Object.hasOwn(cx.roots, name)) {
    const root = cx.roots[name]
    const emit = (constants: Constants) => `${constants.add(scopeRoot)}(f.run.scope, ${constants.add(name)})`
    const schema = root?.schema ?? (root?.kind === undefined ? undefined : cx.compile.schemaOf(root.kind))
    const origin = root?.kind === undefined ? undefined : { via: [], names: [], aboveList: undefined }
    return { emit, start: { schema, record: root?.kind, origin }, steps: rest, rootName: name }
  }
  if (scope.up || name === 'parent') return undefined
  const names = Object.keys(cx.roots)
  const near = nearest(name, names)
  return `there is no \`${name}\` here, only ${names.join(', ')}${near ? `; did you mean \`${near}\`?` : ''}; a constant is written { value: … }`
}

function scopeRoot(scope: Readonly<Record<string, unknown>> | undefined, name: string): unknown {
  return scope !== undefined && Object.hasOwn(scope, name) ? dataOf(scope[name]) : undefined
}

/** Text of the getter: plain steps inline, references followed by a function of the frame. */
function getter(base: Base, { hops }: Resolved): (constants: Constants) => string {
  const [first = [], ...further] = hops
  const onRecord = base.start.record !== undefined && first[0]?.step === 'name'
  const ofView = onRecord && recordMember(base.start.schema, first[0]?.step === 'name' ? first[0].name : '')
  const own = (constants: Constants): string => {
    if (!ofView) return emitSteps(base.emit(constants), first, constants)
    return `${constants.add(recordRead(base, first))}(f)`
  }
  if (further.length === 0) return own
  const follow = followGetter(further)
  const read = (value: unknown, frame: Frame) => follow(value, id => recordOf(base, frame)?.follow(id))
  return constants => `${constants.add(read)}(${own(constants)}, f)`
}

function recordOf(base: Base, frame: Frame) {
  if (base.rootName === undefined) return frame.run.view
  const root = frame.run.scope?.[base.rootName]
  return isView(root) ? root : undefined
}

/** `id`, `gone`, `kind`: members of the record beside its data; of plain data where the root is none. */
function recordRead(base: Base, steps: readonly Step[]): RuleFn {
  const ofView = viewGetter(steps, base.start.schema)
  const constants = new Constants()
  const ofData = build<RuleFn>(constants, 'f', `return ${emitSteps(base.emit(constants), steps, constants)}`)
  return frame => {
    const view = recordOf(base, frame)
    return view ? ofView(view) : ofData(frame)
  }
}
