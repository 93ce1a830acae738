/** The comprehensions: all, exists, exists_one, filter, map. At most two inside each other, within one budget. */
import { entryStart } from '../resolve.js'
import { BOOL } from './functions.js'
import { type CelState, type Compiled, expectType, nothing, report, typed, type Variable } from './node.js'
import type { ASTNode } from './parse.js'
import { CelFailure, isAbsent } from './values.js'

type Method = Extract<ASTNode, { op: 'rcall' }>

/** Entries that one evaluation may visit in all. */
export const MAX_VISITS = 100_000
const MAX_DEPTH = 2

interface Loop<S> {
  readonly cell: { value: unknown }
  readonly body: (scope: S) => unknown
  readonly select: ((scope: S) => unknown) | undefined
}

type Macro = <S>(loop: Loop<S>, entries: readonly unknown[], scope: S) => unknown

const MACROS: Readonly<Record<string, Macro>> = {
  all: (loop, entries, scope) => every(loop, entries, scope, false) ?? true,
  exists: (loop, entries, scope) => every(loop, entries, scope, true) ?? false,
  exists_one: (loop, entries, scope) => {
    let count = 0
    for (const _ of matching(loop, entries, scope)) count++
    return count === 1
  },
  filter: (loop, entries, scope) => [...matching(loop, entries, scope)],
  map: (loop, entries, scope) => {
    const out: unknown[] = []
    for (const entry of entries) {
      loop.cell.value = entry
      if (loop.select && loop.select(scope) !== true) continue
      loop.cell.value = entry
      const value = loop.body(scope)
      if (!isAbsent(value)) out.push(value)
    }
    return out
  },
}

/** The deciding value where an entry gives it; undefined where none does. An absent answer counts as false. */
function every<S>(
  loop: Loop<S>,
  entries: readonly unknown[],
  scope: S,
  deciding: boolean,
): boolean | undefined {
  for (const entry of entries) {
    loop.cell.value = entry
    if ((loop.body(scope) === true) === deciding) return deciding
  }
  return undefined
}

function* matching<S>(loop: Loop<S>, entries: readonly unknown[], scope: S): Generator<unknown> {
  for (const entry of entries) {
    loop.cell.value = entry
    if (loop.body(scope) === true) yield entry
  }
}

export const isMacro = (name: string): boolean => Object.hasOwn(MACROS, name)

export function compileMacro<S>(node: Method, state: CelState<S>): Compiled<S> {
  const [name, of, args] = node.args
  const list = state.compile(of, state)
  expectType(state, of, list.type.schema, ['list', 'map'])
  const [variable, ...bodies] = args
  const countIsRight = bodies.length === 1 || (name === 'map' && bodies.length === 2)
  if (variable?.op !== 'id' || !countIsRight) {
    report(state, node, `${name} is written list.${name}(entry, …)`)
    return nothing()
  }
  if (state.depth >= MAX_DEPTH) {
    report(state, node, `comprehensions may be nested ${MAX_DEPTH} deep`)
    return nothing()
  }
  if (Object.hasOwn(state.context.roots, variable.args))
    report(state, variable, `\`${variable.args}\` is a root; choose another name`)
  const bound: Variable<S> = { cell: { value: undefined }, type: entryStart(list.type) }
  const inner: CelState<S> = {
    ...state,
    depth: state.depth + 1,
    variables: new Map([...state.variables, [variable.args, bound]]),
  }
  const parts = bodies.map(body => state.compile(body, inner))
  const body = parts.at(-1) ?? nothing<S>()
  const condition = name === 'map' ? (parts.length === 2 ? parts[0] : undefined) : body
  if (condition && bodies[0]) expectType(state, bodies[0], condition.type.schema, ['bool'])
  const { budget } = state
  const entries = (scope: S): readonly unknown[] | undefined => {
    const value = list.run(scope)
    if (isAbsent(value)) return undefined
    const all = Array.isArray(value) ? value : typeof value === 'object' ? Object.keys(value) : undefined
    if (!all) throw new CelFailure(`${name}() works on a list`)
    budget.left -= all.length
    if (budget.left < 0) throw new CelFailure(`more than ${MAX_VISITS} entries to look at`)
    return all
  }
  const macro = MACROS[name]
  const loop: Loop<S> = {
    cell: bound.cell,
    body: body.run,
    select: name === 'map' && parts.length === 2 ? parts[0]?.run : undefined,
  }
  return {
    type: typeOf(name, list, body),
    run: scope => {
      const all = entries(scope)
      return all === undefined ? undefined : macro?.(loop, all, scope)
    },
  }
}

function typeOf<S>(name: string, list: Compiled<S>, body: Compiled<S>) {
  if (name === 'filter') return list.type
  if (name !== 'map') return typed(BOOL)
  return {
    ...body.type,
    record: undefined,
    schema: { type: 'array', ...(body.type.schema ? { items: body.type.schema } : {}) },
  }
}
