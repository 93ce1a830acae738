/**
 * One expression, checked against what its roots are and compiled to closures. Mappings, flows and manifests use
 * the same function with the roots they declare; a problem carries its character, so callers add file and line.
 */
import { type Code, HubError } from '../kernel/errors.js'
import type { Json } from '../kernel/json.js'
import type { JsonSchema } from '../kernel/json-schema.js'
import { compileNode } from './cel/compile.js'
import { MAX_VISITS } from './cel/macro.js'
import type { CelRoot, CelState } from './cel/node.js'
import { mayBeOf, outward } from './cel/node.js'
import { parseExpression } from './cel/parse.js'
import { CelFailure, toJson } from './cel/values.js'
import { isPath } from './path.js'
import { dataOf, isView } from './read.js'
import type { Start } from './resolve.js'
import type { Known } from './schema.js'
import type { Expression, ReadPath } from './types.js'

/** What a root is. Without a schema anything may be read below it. */
export interface RootOptions {
  readonly schema?: JsonSchema | undefined
  /** The root is a record of this kind: `id` and `gone` are there, references are followed. */
  readonly kind?: string | undefined
  /** The root is an entry of a list of the record, so its references are followed as well. */
  readonly entryOf?: { readonly kind: string; readonly path: string } | undefined
}

export interface ExpressionOptions {
  readonly roots: Readonly<Record<string, RootOptions>>
  schemaOf?(kind: string): JsonSchema | undefined
  stateOrder?(kind: string, word: string): number | undefined
  /** What the result must be; a wrong one is a problem. */
  readonly gives?: 'bool' | 'time' | undefined
}

export interface ExpressionProblem {
  readonly code: Code
  readonly message: string
  /** Characters from the start of the text. */
  readonly offset: number
}

export type CompiledExpression =
  | { readonly expression: Expression }
  | { readonly problems: readonly ExpressionProblem[] }

type Scope = Readonly<Record<string, unknown>>

/**
 * Compiles CEL text over named roots.
 * @returns the expression, or every problem in it; evaluating throws HubError `MAPPING_EXPRESSION_FAILED`
 */
export function compileExpression(text: string, options: ExpressionOptions): CompiledExpression {
  const roots: Record<string, CelRoot<Scope>> = Object.create(null) as Record<string, CelRoot<Scope>>
  for (const [name, root] of Object.entries(options.roots)) roots[name] = scopeRoot(name, root, options)
  const follower = Object.entries(options.roots).find(([, root]) => root.kind)?.[0]
  const compiled = compileCel<Scope>(text, {
    roots,
    schemaOf: kind => options.schemaOf?.(kind),
    stateOrder: (kind, word) => options.stateOrder?.(kind, word),
    follow: scope => id => {
      const view = follower === undefined ? undefined : scope[follower]
      return isView(view) ? view.follow(id) : undefined
    },
  })
  if ('problems' in compiled) return compiled
  const wrong = options.gives ? wrongResult(compiled.type.schema, options.gives) : undefined
  if (wrong) return { problems: [{ code: 'MAPPING_EXPRESSION_INVALID', message: wrong, offset: 0 }] }
  const { run } = compiled
  return {
    expression: {
      text,
      reads: compiled.reads,
      records: compiled.records,
      evaluate: scope => {
        try {
          return run(scope)
        } catch (error) {
          throw error instanceof CelFailure ? expressionFailed(text, error) : error
        }
      },
    },
  }
}

function scopeRoot(name: string, root: RootOptions, options: ExpressionOptions): CelRoot<Scope> {
  const isRecord = root.kind !== undefined
  const schema = root.schema ?? (root.kind === undefined ? undefined : options.schemaOf?.(root.kind))
  const origin = isRecord
    ? { via: [], names: [], aboveList: undefined }
    : root.entryOf && {
        via: [],
        names: root.entryOf.path.split('.'),
        aboveList: root.entryOf.path.split('.').length,
      }
  const start: Start = { schema, record: root.kind, kind: root.kind ?? root.entryOf?.kind, origin }
  const value = (scope: Scope) => (Object.hasOwn(scope, name) ? dataOf(scope[name]) : undefined)
  if (!isRecord) return { start, value }
  return {
    start,
    value,
    view: scope => {
      const view = scope[name]
      return isView(view) ? view : undefined
    },
  }
}

export function expressionFailed(text: string, failure: CelFailure): HubError {
  return new HubError('MAPPING_EXPRESSION_FAILED', { detail: `${failure.message} in ${text}` })
}

function wrongResult(schema: Known, wanted: 'bool' | 'time'): string | undefined {
  if (wanted === 'bool') return mayBeOf(schema, ['bool']) ? undefined : 'the result is neither true nor false'
  return mayBeOf(schema, ['time', 'text']) ? undefined : 'the result is no time'
}

export interface Cel<S> {
  /** @throws CelFailure */
  readonly run: (scope: S) => Json | undefined
  /** Whether the result is true; absent is not. @throws CelFailure */
  readonly test: (scope: S) => boolean
  readonly type: Start
  readonly reads: readonly { readonly root: string; readonly path: string }[]
  readonly records: readonly ReadPath[]
  readonly personal: string | undefined
  readonly literal: Json | undefined
}

/** The core: CEL over any scope type. */
export function compileCel<S>(
  text: string,
  context: CelState<S>['context'],
): Cel<S> | { readonly problems: readonly ExpressionProblem[] } {
  const tree = parseExpression(text)
  if (typeof tree === 'string') {
    const message = isPath(text) ? `${tree} (a path is no expression here)` : tree
    return { problems: [{ code: 'MAPPING_EXPRESSION_INVALID', message, offset: 0 }] }
  }
  const found: CelState<S>['found'] = { problems: [], reads: [], records: [], personal: undefined }
  const budget = { left: MAX_VISITS }
  const compiled = compileNode(tree, {
    compile: compileNode,
    context,
    variables: new Map(),
    depth: 0,
    found,
    budget,
  })
  if (found.problems.length > 0) return { problems: found.problems }
  const run = outward(compiled)
  return {
    type: compiled.type,
    reads: found.reads,
    records: found.records,
    personal: found.personal,
    literal: compiled.isLiteral ? compiled.literal : undefined,
    test: scope => {
      budget.left = MAX_VISITS
      return run(scope) === true
    },
    run: scope => {
      budget.left = MAX_VISITS
      return toJson(run(scope))
    },
  }
}
