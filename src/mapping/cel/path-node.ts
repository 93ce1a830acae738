/**
 * Selections in an expression: `record.candidate.name`, `headers['x-id']`, `list[0].x`. A chain of fixed names is
 * one compiled path, followed through references; whatever is not fixed is read member by member.
 */

import { build, Constants, emitSteps, generateGet } from '../generate.js'
import { formatPath, type Step } from '../path.js'
import { followGetter, isView, viewGetter } from '../read.js'
import { recordMember, resolveSteps, type Start } from '../resolve.js'
import { scalarText } from '../scalar.js'
import { annotation } from '../schema.js'
import { nearest } from '../suggest.js'
import { type CelRoot, type CelState, type Compiled, nothing, report, type Variable } from './node.js'
import type { ASTNode } from './parse.js'
import { isAbsent } from './values.js'

type PathNode = Extract<ASTNode, { op: 'id' | '.' | '.?' | '[]' | '[?]' }>

/** The node a chain of fixed selections begins at, and the steps from there. */
function chainOf(node: ASTNode): { head: ASTNode; steps: Step[]; at: ASTNode } {
  const steps: Step[] = []
  let head: ASTNode = node
  for (;;) {
    if (head.op === '.' || head.op === '.?') {
      steps.unshift({ step: 'name', name: head.args[1] })
      head = head.args[0]
    } else if (head.op === '[]' || head.op === '[?]') {
      const key = head.args[1]
      const step = key.op === 'value' ? literalStep(key.args) : undefined
      if (!step) return { head, steps, at: node }
      steps.unshift(step)
      head = head.args[0]
    } else return { head, steps, at: node }
  }
}

function literalStep(key: unknown): Step | undefined {
  if (typeof key === 'string') return { step: 'name', name: key }
  return typeof key === 'bigint' && key >= 0n && key < 1_000_000n
    ? { step: 'index', index: Number(key) }
    : undefined
}

export function compilePathNode<S>(node: PathNode, state: CelState<S>): Compiled<S> {
  const { head, steps } = chainOf(node)
  if (head.op === 'id') return compileNamed(node, head.args, steps, state)
  const of = head.op === '[]' || head.op === '[?]' ? compileDynamic(head, state) : state.compile(head, state)
  return steps.length > 0 ? stepInto(of, steps, node, state) : of
}

function compileNamed<S>(
  node: ASTNode,
  name: string,
  steps: readonly Step[],
  state: CelState<S>,
): Compiled<S> {
  const variable = state.variables.get(name)
  if (variable) return stepInto(fromVariable(variable), steps, node, state)
  const { roots } = state.context
  const root = Object.hasOwn(roots, name) ? roots[name] : undefined
  if (root) return compileRoot(node, name, root, steps, state)
  const names = Object.keys(roots)
  const hint = nearest(name, names)
  const [first] = names
  report(
    state,
    node,
    `there is no \`${name}\` here, only ${names.join(', ')}; ${hint ? `did you mean \`${hint}\`?` : `write \`${first}.${name}\` for a field`}`,
    'MAPPING_PATH_UNKNOWN',
  )
  return nothing()
}

const fromVariable = <S>({ cell, type }: Variable<S>): Compiled<S> => ({ run: () => cell.value, type })

function compileRoot<S>(
  node: ASTNode,
  name: string,
  root: CelRoot<S>,
  steps: readonly Step[],
  state: CelState<S>,
): Compiled<S> {
  state.found.reads.push({ root: name, path: formatPath(steps) })
  if (steps.length === 0 && root.view) {
    const { view, value } = root
    state.found.records.push({ via: [], path: '' })
    return { run: scope => view(scope) ?? value(scope), type: { schema: { type: 'string' } } }
  }
  const resolved = resolve(root.start, steps, node, state)
  const [first = [], ...further] = resolved.hops
  const onView = root.view && first[0]?.step === 'name' && recordMember(root.start.schema, first[0].name)
  const own = onView ? viewRead(root, first) : plainRead(root, first)
  if (further.length === 0) return { run: own, type: resolved }
  const follow = followGetter(further)
  const { view } = root
  const follower = state.context.follow
  return {
    type: resolved,
    run: scope => {
      const from = view?.(scope)
      return follow(own(scope), from ? id => from.follow(id) : follower(scope))
    },
  }
}

function plainRead<S>({ value, emit }: CelRoot<S>, steps: readonly Step[]): (scope: S) => unknown {
  if (steps.length === 0) return value
  if (emit) {
    const constants = new Constants()
    return build(constants, 'f', `return ${emitSteps(emit, steps, constants)}`)
  }
  const get = generateGet(steps)
  return scope => get(value(scope))
}

/** `record.id`: where the root is no record but plain data, its member of that name. */
function viewRead<S>(root: CelRoot<S>, steps: readonly Step[]): (scope: S) => unknown {
  const ofView = viewGetter(steps, root.start.schema)
  const ofData = generateGet(steps)
  return scope => {
    const view = root.view?.(scope)
    return view ? ofView(view) : ofData(root.value(scope))
  }
}

function resolve<S>(start: Start, steps: readonly Step[], node: ASTNode, state: CelState<S>) {
  const resolved = resolveSteps(start, steps, state.context.schemaOf)
  if (resolved.problem) report(state, node, resolved.problem, 'MAPPING_PATH_UNKNOWN')
  state.found.records.push(...resolved.reads)
  state.found.personal ??= annotation(resolved.schema, 'x-personal')
  return resolved
}

/** Steps from a computed value: a macro's variable, a function's result. */
function stepInto<S>(
  of: Compiled<S>,
  steps: readonly Step[],
  node: ASTNode,
  state: CelState<S>,
): Compiled<S> {
  if (steps.length === 0) return of
  const resolved = resolve(of.type, steps, node, state)
  const [first = [], ...further] = resolved.hops
  const get = generateGet(first)
  const ofView = viewGetter(first, undefined)
  const own = (scope: S) => {
    const value = of.run(scope)
    return isView(value) ? ofView(value) : get(value)
  }
  if (further.length === 0) return { run: own, type: resolved }
  const follow = followGetter(further)
  return { type: resolved, run: scope => follow(own(scope), state.context.follow(scope)) }
}

function compileDynamic<S>(node: Extract<ASTNode, { op: '[]' | '[?]' }>, state: CelState<S>): Compiled<S> {
  const [of, key] = [state.compile(node.args[0], state), state.compile(node.args[1], state)]
  return {
    type: { schema: undefined },
    run: scope => {
      const [value, at] = [of.run(scope), key.run(scope)]
      if (isAbsent(value) || isAbsent(at)) return undefined
      if (Array.isArray(value)) return typeof at === 'number' && at >= 0 ? value[at] : undefined
      if (typeof value !== 'object' || isView(value)) return undefined
      const name = scalarText(at)
      return name !== undefined && Object.hasOwn(value, name)
        ? (value as Record<string, unknown>)[name]
        : undefined
    },
  }
}
