/** What compiling a rule needs and gives; every source and modifier works on these few types. */
import type { Json } from '../../kernel/json.js'
import type { YamlPath } from '../../kernel/yaml.js'
import type { RootOptions } from '../expression.js'
import type { Constants, Pipeline } from '../generate.js'
import type { ProblemList } from '../problems.js'
import type { RuleSite } from '../refusal.js'
import type { Start } from '../resolve.js'
import type { Known } from '../schema.js'
import type { CompileContext, ReadPath } from '../types.js'
import type { Frame, RuleFn } from './frame.js'

/** in: vendor → record · out: record → vendor · hub: record → record · scope: named roots of a manifest. */
export type Direction = 'in' | 'out' | 'hub' | 'scope'

/** Watches rules run: coverage of tests, explanations. Compiling without one costs nothing at run time. */
export interface Probe {
  declare(rule: ProbedRule): void
  /** @param value undefined = the rule said nothing */
  gave(rule: ProbedRule, value: unknown, from: () => unknown, frame: Frame): void
  refused(rule: ProbedRule, error: unknown, frame: Frame): void
}

export interface ProbedRule {
  readonly site: RuleSite
  /** The rule as written, in a line. */
  readonly text: string
}

export interface RuleContext {
  readonly direction: Direction
  readonly list: ProblemList
  readonly compile: CompileContext
  /** Kind of the target record; undefined for vendor shapes. */
  readonly targetKind: string | undefined
  /** The target's shape says somewhere what is personal, so that a gap in it can be told. */
  readonly targetMarksPersonal: boolean
  readonly connector: string | undefined
  readonly root: Start
  readonly roots: Readonly<Record<string, RootOptions>>
  readonly reads: ReadPath[]
  readonly externals: { of: string; resource: string | undefined; missing: string }[]
  readonly tablesUsed: Set<string>
  readonly probe: Probe | undefined
  /** Compiles any rule; carried along so that sources need not import the dispatcher. */
  readonly rule: CompileRule
}

/** Where paths of a rule begin. */
export interface Scope {
  readonly entry: Start
  readonly up: Scope | undefined
}

/** Where a rule stands and what its value is for. */
export interface Spot {
  readonly at: YamlPath
  readonly target: string
  /** Schema of the target; undefined = not known. */
  readonly schema: Known
  /** The value ends up in a target field (not a part of a template, a zone …). */
  readonly isTarget: boolean
}

export interface Rule {
  readonly run: RuleFn
  readonly type: Known
  /** A plain path: may be put into generated code as it is. */
  readonly inline?: ((constants: Constants) => string) | undefined
  /** The steps of `run`, so that the last layer can put them into its own function. */
  readonly pipeline?: Pipeline<Frame> | undefined
  /** What kind of personal data the value carries. */
  readonly personal?: string | undefined
  /** The value, where it is the same for every input. */
  readonly constant?: { readonly value: Json } | undefined
  /** The last step itself makes the type (a lookup, `as`, a template); no guard is needed. */
  readonly sure?: boolean | undefined
  /** Refusals of `run` already carry their place. */
  readonly placed?: boolean | undefined
  /** The value before modifiers, for explanations. */
  readonly source?: RuleFn | undefined
}

export type CompileRule = (node: Json, spot: Spot, scope: Scope, cx: RuleContext) => Rule

/** Stands in for a rule that has a problem. */
export const NO_RULE: Rule = { run: () => undefined, type: undefined }

export const partOf = (spot: Spot, ...steps: (string | number)[]): Spot => ({
  ...spot,
  at: [...spot.at, ...steps],
  schema: undefined,
  isTarget: false,
})

export type RuleObject = Readonly<Record<string, Json>>
