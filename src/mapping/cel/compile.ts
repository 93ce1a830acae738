/**
 * Compiles a syntax tree to closures, checking types on the way: one pass, so what is checked is what runs. Absent
 * is null; comparing with null is false but `== null`; an absent operand makes the result absent.
 */

import type { Json } from '../../kernel/json.js'
import { scalarText, shownText } from '../scalar.js'
import { type Known, listed, wordsOf } from '../schema.js'
import { didYouMean } from '../suggest.js'
import { compileCall, compileMethod } from './call.js'
import { BOOL, NUMBER, SPAN, TIME } from './functions.js'
import {
  type CelState,
  type Compiled,
  categoriesOf,
  expectType,
  isTime,
  mayBeOf,
  nameOf,
  nothing,
  outward,
  report,
  typed,
} from './node.js'
import type { ASTNode } from './parse.js'
import { compilePathNode } from './path-node.js'
import { ARITHMETIC, type Category, CelFailure, compare, equal, instantIn, isAbsent } from './values.js'

export function compileNode<S>(node: ASTNode, state: CelState<S>): Compiled<S> {
  switch (node.op) {
    case 'value':
      return compileLiteral(node, state)
    case 'id':
    case '.':
    case '.?':
    case '[]':
    case '[?]':
      return compilePathNode(node, state)
    case 'call':
      return compileCall(node, state)
    case 'rcall':
      return compileMethod(node, state)
    case 'list':
      return compileList(node.args, state)
    case 'map':
      return compileMap(node, state)
    case '?:':
      return compileChoice(node, state)
    case '&&':
    case '||':
      return compileLogic(node, state)
    case '!_':
      return compileNot(node, state)
    case '-_':
      return compileMinus(node, state)
    case '==':
    case '!=':
      return compileEquality(node, state)
    case '<':
    case '<=':
    case '>':
    case '>=':
      return compileOrder(node, state)
    case 'in':
      return compileIn(node, state)
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
      return compileArithmetic(node, state)
    default:
      node satisfies never
      return nothing()
  }
}

type NodeOf<Op extends ASTNode['op']> = Extract<ASTNode, { op: Op }>

function compileLiteral<S>(node: NodeOf<'value'>, state: CelState<S>): Compiled<S> {
  const raw = node.args
  if (typeof raw === 'object' && raw !== null) {
    report(state, node, 'unsigned numbers and bytes are not part of the profile')
    return nothing()
  }
  const value: Json = typeof raw === 'bigint' ? Number(raw) : raw
  if (typeof value === 'number' && typeof raw === 'bigint' && !Number.isSafeInteger(value))
    report(state, node, 'the number is too large to be exact')
  const type = typed({ const: value } as { const: Json })
  return { run: () => value, type, literal: value, isLiteral: true }
}

function compileList<S>(nodes: readonly ASTNode[], state: CelState<S>): Compiled<S> {
  const parts = nodes.map(part => compileNode(part, state))
  const isLiteral = parts.every(part => part.isLiteral)
  const type = typed({ type: 'array' })
  const outputs = parts.map(outward)
  if (isLiteral) {
    const literal = parts.map(part => part.literal ?? null)
    return {
      run: () => literal,
      type: typed({ type: 'array', items: { enum: literal } }),
      literal,
      isLiteral,
    }
  }
  return {
    type,
    run: scope => {
      const out: unknown[] = []
      for (const [index, part] of parts.entries()) {
        const value = outputs[index]?.(scope)
        if (isAbsent(value) && !part.isLiteral) return undefined
        out.push(value)
      }
      return out
    },
  }
}

function compileMap<S>(node: NodeOf<'map'>, state: CelState<S>): Compiled<S> {
  const parts = node.args.map(([key, value]) => {
    const name = compileNode(key, state)
    if (!name.isLiteral || typeof name.literal !== 'string' || name.literal === '__proto__')
      report(state, key, 'a key is written as text: {"key": …}')
    const part = compileNode(value, state)
    return { name: shownText(name.literal), isLiteral: part.isLiteral, run: outward(part) }
  })
  return {
    type: typed({ type: 'object' }),
    run: scope => {
      const out: Record<string, unknown> = {}
      for (const { name, isLiteral, run } of parts) {
        const member = run(scope)
        if (isAbsent(member) && !isLiteral) return undefined
        out[name] = member
      }
      return out
    },
  }
}

function compileChoice<S>(node: NodeOf<'?:'>, state: CelState<S>): Compiled<S> {
  const [test, yes, no] = node.args.map(part => compileNode(part, state)) as [
    Compiled<S>,
    Compiled<S>,
    Compiled<S>,
  ]
  expectType(state, node.args[0], test.type.schema, ['bool'])
  const schemas = [yes, no]
    .filter(part => !(part.isLiteral && part.literal === null))
    .map(part => part.type.schema)
  const options = schemas.filter(schema => schema !== undefined)
  const type = options.length === schemas.length && options.length > 0 ? { anyOf: options } : undefined
  return {
    type: typed(options.length === 1 && schemas.length === 1 ? options[0] : type),
    run: scope => {
      const chosen = test.run(scope)
      if (isAbsent(chosen)) return undefined
      return truth(chosen) ? yes.run(scope) : no.run(scope)
    },
  }
}

/** `&&` and `||` as CEL has them: the deciding side wins whichever it is; otherwise absent stays absent. */
function compileLogic<S>(node: NodeOf<'&&' | '||'>, state: CelState<S>): Compiled<S> {
  const [left, right] = [compileNode(node.args[0], state), compileNode(node.args[1], state)]
  expectType(state, node.args[0], left.type.schema, ['bool'])
  expectType(state, node.args[1], right.type.schema, ['bool'])
  const deciding = node.op === '||'
  const run = (scope: S) => {
    const first = left.run(scope)
    if (first === deciding) return deciding
    const second = right.run(scope)
    if (second === deciding) return deciding
    if (isAbsent(first) || isAbsent(second)) return undefined
    truth(first)
    truth(second)
    return !deciding
  }
  return { type: typed(BOOL), run }
}

function truth(value: unknown): boolean {
  if (typeof value !== 'boolean') return compareFailure(value)
  return value
}

const compareFailure = (value: unknown): boolean => {
  compare(value, true)
  return false
}

function compileNot<S>(node: NodeOf<'!_'>, state: CelState<S>): Compiled<S> {
  const part = compileNode(node.args, state)
  expectType(state, node.args, part.type.schema, ['bool'])
  return {
    type: typed(BOOL),
    run: scope => {
      const value = part.run(scope)
      return isAbsent(value) ? undefined : !truth(value)
    },
  }
}

function compileMinus<S>(node: NodeOf<'-_'>, state: CelState<S>): Compiled<S> {
  const part = compileNode(node.args, state)
  expectType(state, node.args, part.type.schema, ['number'])
  if (part.isLiteral && typeof part.literal === 'number') {
    const literal = -part.literal
    return { run: () => literal, type: typed({ const: literal }), literal, isLiteral: true }
  }
  return {
    type: typed(NUMBER),
    run: scope => {
      const value = part.run(scope)
      return isAbsent(value) ? undefined : ARITHMETIC['-'](0, value)
    },
  }
}

const isNull = (part: Compiled<never>) => part.isLiteral === true && part.literal === null

function compileEquality<S>(node: NodeOf<'==' | '!='>, state: CelState<S>): Compiled<S> {
  const [left, right] = [compileNode(node.args[0], state), compileNode(node.args[1], state)]
  const wanted = node.op === '=='
  const type = typed(BOOL)
  const present = isNull(right) ? left : isNull(left) ? right : undefined
  if (present) return { type, run: scope => isAbsent(present.run(scope)) === wanted }
  checkWords(state, node, left, right)
  checkWords(state, node, right, left)
  checkComparable(state, node, left.type.schema, right.type.schema)
  if (right.isLiteral && typeof right.literal !== 'object' && !mayBeTime(left, right)) {
    const { literal } = right
    return { type, run: scope => sameAs(left.run(scope), literal, wanted) }
  }
  const [leftTime, rightTime] = [isTime(left), isTime(right)]
  checkTimeLiteral(state, node, left, right)
  return {
    type,
    run: scope => {
      const [a, b] = [left.run(scope), right.run(scope)]
      if (isAbsent(a) || isAbsent(b)) return false
      return equal(leftTime ? asTime(a) : a, rightTime ? asTime(b) : b) === wanted
    },
  }
}

function sameAs(value: unknown, literal: Json | undefined, wanted: boolean): boolean {
  if (value === literal) return wanted
  if (isAbsent(value)) return false
  return (typeof value === 'object' ? equal(value, literal) : false) === wanted
}

const mayBeTime = (left: Compiled<never>, right: Compiled<never>) => isTime(left) || isTime(right)

function asTime(value: unknown): Date {
  const instant = instantIn(value)
  if (instant === undefined) throw new CelFailure('a time needs its zone: 2026-12-01T10:00:00+08:00')
  return new Date(instant)
}

function checkTimeLiteral<S>(state: CelState<S>, node: ASTNode, left: Compiled<S>, right: Compiled<S>): void {
  const literal = isTime(left) ? right.literal : isTime(right) ? left.literal : undefined
  if (typeof literal === 'string' && instantIn(literal) === undefined)
    report(state, node, 'a time needs its zone: "2026-12-01T10:00:00+08:00"')
}

/** Text may meet a time: it is read as one. */
function checkComparable<S>(state: CelState<S>, node: ASTNode, left: Known, right: Known): void {
  const [a, b] = [categoriesOf(left), categoriesOf(right)]
  if (!a || !b) return
  const near = (x: Category, y: Category) =>
    x === y || (x === 'time' && y === 'text') || (x === 'text' && y === 'time')
  if ([...a].some(x => [...b].some(y => near(x, y)))) return
  report(state, node, `${nameOf(left)} never equals ${nameOf(right)}`)
}

/** A literal compared with an enumeration must be one of its words: a misspelt state is never reached. */
export function checkWords<S>(
  state: CelState<S>,
  node: ASTNode,
  of: Compiled<S>,
  literal: Compiled<S>,
): void {
  const words = of.isLiteral ? undefined : wordsOf(of.type.schema)
  if (!words || !literal.isLiteral) return
  const given = Array.isArray(literal.literal) ? (literal.literal as Json[]) : [literal.literal ?? null]
  for (const word of given) {
    if (word === null || words.includes(word)) continue
    const texts = words.map(shownText)
    const hint = didYouMean(shownText(word), texts)
    report(state, node, `"${shownText(word)}" is none of ${listed(texts)}${hint}`, 'MAPPING_ENUM_UNKNOWN')
  }
}

const ORDERS: Readonly<Record<'<' | '<=' | '>' | '>=', (order: number) => boolean>> = {
  '<': order => order < 0,
  '<=': order => order <= 0,
  '>': order => order > 0,
  '>=': order => order >= 0,
}

function compileOrder<S>(node: NodeOf<'<' | '<=' | '>' | '>='>, state: CelState<S>): Compiled<S> {
  const [left, right] = [compileNode(node.args[0], state), compileNode(node.args[1], state)]
  for (const part of [left, right])
    if (!part.isLiteral && wordsOf(part.type.schema)?.some(word => typeof word === 'string'))
      report(state, node, 'words of an enumeration have no order of letters; use reached(state, "word")')
  checkComparable(state, node, left.type.schema, right.type.schema)
  checkTimeLiteral(state, node, left, right)
  const holds = ORDERS[node.op]
  const byInstant = mayBeTime(left, right)
  return {
    type: typed(BOOL),
    run: scope => {
      const a = left.run(scope)
      const b = right.run(scope)
      if (isAbsent(a) || isAbsent(b)) return false
      if (typeof a === 'number' && typeof b === 'number') return holds(a - b)
      return holds(compare(byInstant ? asTime(a) : a, b))
    },
  }
}

function compileIn<S>(node: NodeOf<'in'>, state: CelState<S>): Compiled<S> {
  const [value, within] = [compileNode(node.args[0], state), compileNode(node.args[1], state)]
  expectType(state, node.args[1], within.type.schema, ['list', 'map'])
  checkWords(state, node, value, within)
  if (value.isLiteral && within.type.schema?.items)
    checkWords(state, node, { run: () => undefined, type: typed(within.type.schema.items) }, value)
  return {
    type: typed(BOOL),
    run: scope => {
      const [a, b] = [value.run(scope), within.run(scope)]
      if (isAbsent(a) || isAbsent(b)) return false
      if (Array.isArray(b)) return b.includes(a) || b.some(entry => !isAbsent(entry) && equal(a, entry))
      return typeof b === 'object' && Object.hasOwn(b, scalarText(a) ?? '')
    },
  }
}

function compileArithmetic<S>(node: NodeOf<'+' | '-' | '*' | '/' | '%'>, state: CelState<S>): Compiled<S> {
  const [left, right] = [compileNode(node.args[0], state), compileNode(node.args[1], state)]
  const work = ARITHMETIC[node.op]
  return {
    type: typed(arithmeticType(state, node, left, right)),
    run: scope => {
      const a = left.run(scope)
      const b = right.run(scope)
      return isAbsent(a) || isAbsent(b) ? undefined : work(a, b)
    },
  }
}

/** Which categories meet under a sign, and what they make. */
const MEETINGS: readonly (readonly [string, Category, Category, Known])[] = [
  ['+-*/%', 'number', 'number', NUMBER],
  ['+', 'text', 'text', { type: 'string' }],
  ['+', 'list', 'list', { type: 'array' }],
  ['+-', 'time', 'span', TIME],
  ['+', 'span', 'time', TIME],
  ['+-', 'span', 'span', SPAN],
  ['-', 'time', 'time', SPAN],
  // Text from a place without a schema may say a time; the text is judged when it is there.
  ['+-', 'text', 'span', TIME],
]

function arithmeticType<S>(
  state: CelState<S>,
  node: NodeOf<'+' | '-' | '*' | '/' | '%'>,
  left: Compiled<S>,
  right: Compiled<S>,
): Known {
  const [a, b] = [left.type.schema, right.type.schema]
  const fits = MEETINGS.filter(
    ([signs, x, y]) => signs.includes(node.op) && mayBeOf(a, [x]) && mayBeOf(b, [y]),
  )
  if (fits.length === 0) report(state, node, `${nameOf(a)} ${node.op} ${nameOf(b)} has no meaning`)
  const results = new Set(fits.map(([, , , result]) => result))
  return results.size === 1 ? fits[0]?.[3] : undefined
}
