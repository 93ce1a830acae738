/** What compiling one node of an expression needs and gives; shared by the small files of this folder. */

import type { Code } from '../../kernel/errors.js'
import type { Json } from '../../kernel/json.js'
import type { Start } from '../resolve.js'
import { annotation, type Known, typesOf } from '../schema.js'
import type { ReadPath, RecordView } from '../types.js'
import type { ASTNode } from './parse.js'
import { type Category, instantIn, NAMES } from './values.js'

/** The only texts a root may contribute to generated code. */
export type BaseWord = 'f.entry' | 'f.parent.entry' | 'f.run.source' | 'f.run.item' | 'f.run.settings'

/** One root an expression may name. `S` is whatever carries the values when it runs. */
export interface CelRoot<S> {
  readonly start: Start
  /** The root's value; a record root gives its data. */
  readonly value: (scope: S) => unknown
  /** The same as `value`, as an expression over the frame `f` for generated code. */
  readonly emit?: BaseWord | undefined
  /** The record itself, where the root is one. */
  readonly view?: ((scope: S) => RecordView | undefined) | undefined
}

export interface CelContext<S> {
  readonly roots: Readonly<Record<string, CelRoot<S>>>
  schemaOf(kind: string): Known
  stateOrder(kind: string, word: string): number | undefined
  /** Follows a reference found in a list entry. */
  readonly follow: (scope: S) => (id: string) => RecordView | undefined
}

export interface Compiled<S> {
  readonly run: (scope: S) => unknown
  readonly type: Start
  readonly literal?: Json | undefined
  readonly isLiteral?: boolean
}

export interface Variable<S> {
  /** One cell per macro: expressions run to their end before another begins. */
  readonly cell: { value: unknown }
  readonly type: Start
  readonly view?: (scope: S) => RecordView | undefined
}

export interface CelState<S> {
  /** Compiles any node; carried along so that the files of this folder need not import each other in a ring. */
  readonly compile: (node: ASTNode, state: CelState<S>) => Compiled<S>
  readonly context: CelContext<S>
  readonly variables: ReadonlyMap<string, Variable<S>>
  /** Comprehensions around this node. */
  readonly depth: number
  readonly found: {
    readonly problems: { code: Code; message: string; offset: number }[]
    readonly reads: { readonly root: string; readonly path: string }[]
    readonly records: ReadPath[]
    personal: string | undefined
  }
  /** Iterations left in this evaluation. */
  readonly budget: { left: number }
}

export const typed = (schema: Known): Start => ({ schema })

/** Static categories; undefined = any. */
export function categoriesOf(schema: Known): ReadonlySet<Category> | undefined {
  const types = typesOf(schema)
  if (!types) return undefined
  const format = annotation(schema, 'format')
  const out = new Set<Category>()
  for (const type of types) {
    if (type === 'string') {
      if (format !== 'duration') out.add(format === 'date-time' ? 'time' : 'text')
      else out.add('span')
    } else if (type === 'number' || type === 'integer') out.add('number')
    else if (type === 'boolean') out.add('bool')
    else if (type === 'array') out.add('list')
    else if (type === 'object') out.add('map')
  }
  return out
}

/** Whether a value of a schema may be of one of these categories. */
export function mayBeOf(schema: Known, wanted: readonly (Category | 'any')[]): boolean {
  const possible = categoriesOf(schema)
  return !possible || wanted.some(category => category === 'any' || possible.has(category))
}

export function nameOf(schema: Known): string {
  const possible = categoriesOf(schema)
  return possible ? [...possible].map(category => NAMES[category]).join(' or ') : 'anything'
}

export type CelProblemCode = 'MAPPING_EXPRESSION_INVALID' | 'MAPPING_PATH_UNKNOWN' | 'MAPPING_ENUM_UNKNOWN'

export function report<S>(
  state: CelState<S>,
  node: ASTNode,
  message: string,
  code: CelProblemCode = 'MAPPING_EXPRESSION_INVALID',
): void {
  state.found.problems.push({ code, message, offset: node.start })
}

/** Stands in for a node that has a problem, so that the rest is still checked. */
export const nothing = <S>(): Compiled<S> => ({ run: () => undefined, type: typed(undefined) })

export function expectType<S>(
  state: CelState<S>,
  node: ASTNode,
  schema: Known,
  wanted: readonly (Category | 'any')[],
): void {
  if (!mayBeOf(schema, wanted)) report(state, node, `this is ${nameOf(schema)}, not ${wanted.join(' or ')}`)
}

/** Whether a value is a time by its schema, and nothing else. */
export function isTime(part: { readonly type: Start }): boolean {
  const possible = categoriesOf(part.type.schema)
  return possible?.size === 1 && possible.has('time')
}

/** Times leave an expression in one form, so that two ways of writing an instant make one key. */
export function outward<S>(part: Compiled<S>): (scope: S) => unknown {
  if (!isTime(part)) return part.run
  return scope => {
    const value = part.run(scope)
    const instant = typeof value === 'string' ? instantIn(value) : undefined
    return instant === undefined ? value : new Date(instant)
  }
}
