/** Calls in an expression: `has`, `reached`, `matches`, optionals, and every row of the function table. */
import { RE2JS, RE2JSException } from 're2js'
import { scalarText, shownText } from '../scalar.js'
import type { Known } from '../schema.js'
import { entryOf, listed, wordsOf } from '../schema.js'
import { didYouMean } from '../suggest.js'
import { BOOL, type CelFunction, FUNCTIONS, LITERAL_CHECKS } from './functions.js'
import { compileMacro, isMacro } from './macro.js'
import { type CelState, type Compiled, expectType, mayBeOf, nameOf, nothing, report, typed } from './node.js'
import type { ASTNode } from './parse.js'
import { CelFailure, categoryOf, instantIn, isAbsent, NAMES } from './values.js'

type Call = Extract<ASTNode, { op: 'call' }>
type Method = Extract<ASTNode, { op: 'rcall' }>

const names = (method: boolean) => [
  ...new Set(FUNCTIONS.filter(row => (row.on !== undefined) === method).map(row => row.name)),
]
const PLAIN_NAMES = [...names(false), 'has', 'reached']
const METHOD_NAMES = [
  ...names(true),
  'matches',
  'orValue',
  'hasValue',
  'all',
  'exists',
  'exists_one',
  'filter',
  'map',
]

/** Names that other dialects have and this one leaves out on purpose. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  now: 'there is no now(): nothing would wake at that moment; use `at:` of the flow',
  uint: 'there are no unsigned numbers',
  bytes: 'there are no bytes',
  type: 'there is no type(); the schema knows the types',
}

export function compileCall<S>(node: Call, state: CelState<S>): Compiled<S> {
  const [name, args] = node.args
  if (name === 'has') return compileHas(node, args, state)
  if (name === 'reached') return compileReached(node, args, state)
  const rows = FUNCTIONS.filter(row => row.name === name && !row.on)
  if (rows.length === 0) {
    const why = Object.hasOwn(LEFT_OUT, name)
      ? LEFT_OUT[name]
      : `there is no ${name}()${didYouMean(name, PLAIN_NAMES)}`
    report(state, node, why ?? '')
    return nothing()
  }
  const row = rows.find(candidate => candidate.args.length === args.length)
  const parts = args.map(arg => state.compile(arg, state))
  if (!row) return wrongCount(node, name, state)
  return applied(row, parts, args, state)
}

function wrongCount<S>(node: ASTNode, name: string, state: CelState<S>): Compiled<S> {
  report(state, node, `${name}() takes another number of arguments`)
  return nothing()
}

function compileHas<S>(node: Call, args: readonly ASTNode[], state: CelState<S>): Compiled<S> {
  const [arg] = args
  if (args.length !== 1 || !arg || !['.', '.?', 'id', '[]', '[?]'].includes(arg.op)) {
    report(state, node, 'has() takes one path: has(record.schedule.start)')
    return nothing()
  }
  const part = state.compile(arg, state)
  return { type: typed(BOOL), run: scope => !isAbsent(part.run(scope)) }
}

/** `reached(record.state, "approved")`: the state is that word or one that comes after it in its kind's order. */
function compileReached<S>(node: Call, args: readonly ASTNode[], state: CelState<S>): Compiled<S> {
  const [of, word] = args
  if (args.length !== 2 || !of || !word) return wrongCount(node, 'reached', state)
  const [value, wanted] = [state.compile(of, state), state.compile(word, state)]
  const words = wordsOf(value.type.schema)?.map(String)
  const { kind } = value.type
  if (!kind || !words) {
    report(state, of, 'reached() takes a state of a record: reached(record.state, "approved")')
    return nothing()
  }
  if (typeof wanted.literal !== 'string' || !words.includes(wanted.literal)) {
    const given = shownText(wanted.literal)
    const hint = didYouMean(given, words)
    report(state, word, `"${given}" is none of ${listed(words)}${hint}`, 'MAPPING_ENUM_UNKNOWN')
    return nothing()
  }
  const least = state.context.stateOrder(kind, wanted.literal)
  const passed = new Set(
    words.filter(other => {
      const place = state.context.stateOrder(kind, other)
      return other === wanted.literal || (place !== undefined && least !== undefined && place >= least)
    }),
  )
  return {
    type: typed(BOOL),
    run: scope => {
      const current = value.run(scope)
      return isAbsent(current) ? false : passed.has(scalarText(current) ?? '')
    },
  }
}

export function compileMethod<S>(node: Method, state: CelState<S>): Compiled<S> {
  const [name, of, args] = node.args
  if (isMacro(name) && !(of.op === 'id' && of.args === 'cel')) return compileMacro(node, state)
  const value = state.compile(of, state)
  if (name === 'matches') return compileMatches(node, value, args, state)
  if (name === 'hasValue') return { type: typed(BOOL), run: scope => !isAbsent(value.run(scope)) }
  if (name === 'orValue') return compileOrValue(node, value, args, state)
  const rows = FUNCTIONS.filter(row => row.name === name && row.on)
  if (rows.length === 0) {
    report(state, node, `there is no .${name}()${didYouMean(name, METHOD_NAMES)}`)
    return nothing()
  }
  const parts = args.map(arg => state.compile(arg, state))
  const counted = rows.filter(row => row.args.length === args.length)
  if (counted.length === 0) return wrongCount(node, name, state)
  const row = counted.find(candidate => mayBeReceiver(candidate, value.type.schema))
  if (!row) {
    report(state, of, `.${name}() does not work on ${nameOf(value.type.schema)}`)
    return nothing()
  }
  return applied(row, [value, ...parts], [of, ...args], state)
}

const mayBeReceiver = (row: CelFunction, schema: Known) => mayBeOf(schema, row.on ?? [])

function compileOrValue<S>(
  node: Method,
  value: Compiled<S>,
  args: readonly ASTNode[],
  state: CelState<S>,
): Compiled<S> {
  const [other] = args.map(arg => state.compile(arg, state))
  if (!other || args.length !== 1) return wrongCount(node, 'orValue', state)
  return { type: value.type, run: scope => value.run(scope) ?? other.run(scope) }
}

/** Patterns are RE2's: linear time whatever the text. */
function compileMatches<S>(
  node: Method,
  value: Compiled<S>,
  args: readonly ASTNode[],
  state: CelState<S>,
): Compiled<S> {
  const [pattern] = args
  if (args.length !== 1 || pattern?.op !== 'value' || typeof pattern.args !== 'string') {
    report(state, node, 'a pattern is written as text: .matches("^[0-9]+$")')
    return nothing()
  }
  expectType(state, node.args[1], value.type.schema, ['text'])
  const compiled = safePattern(pattern.args)
  if (typeof compiled === 'string') {
    report(state, pattern, compiled)
    return nothing()
  }
  return {
    type: typed(BOOL),
    run: scope => {
      const text = value.run(scope)
      if (isAbsent(text)) return undefined
      if (typeof text !== 'string') throw new CelFailure('matches() works on text')
      return compiled.matcher(text).find()
    },
  }
}

function safePattern(text: string): RE2JS | string {
  if (text.length > 500) return 'the pattern is longer than 500 characters'
  try {
    return RE2JS.compile(text)
  } catch (error) {
    if (error instanceof RE2JSException) return `the pattern is not one of RE2: ${error.message}`
    throw error
  }
}

function applied<S>(
  row: CelFunction,
  parts: readonly Compiled<S>[],
  nodes: readonly ASTNode[],
  state: CelState<S>,
): Compiled<S> {
  const wanted = row.on ? [row.on, ...row.args.map(arg => [arg])] : row.args.map(arg => [arg])
  for (const [index, node] of nodes.entries()) {
    const part = parts[index]
    const categories = wanted[index] ?? ['any']
    if (part) expectType(state, node, part.type.schema, categories)
    const check = Object.hasOwn(LITERAL_CHECKS, row.name) ? LITERAL_CHECKS[row.name] : undefined
    const wrong = typeof part?.literal === 'string' ? check?.(part.literal) : undefined
    if (wrong) report(state, node, wrong)
  }
  const run = row.run as (...values: unknown[]) => unknown
  const limits = wanted.map(categories => new Set<string>(categories))
  return {
    type: typed(resultOf(row, parts[0]?.type.schema)),
    run: scope => {
      const values: unknown[] = []
      for (const [index, part] of parts.entries()) {
        const value = part.run(scope)
        if (isAbsent(value)) return undefined
        values.push(accepted(row, value, limits[index]))
      }
      return run(...values)
    },
  }
}

function accepted(row: CelFunction, value: unknown, wanted: ReadonlySet<string> | undefined): unknown {
  const category = categoryOf(value)
  if (!wanted || wanted.has('any') || wanted.has(category)) return value
  if (wanted.has('time') && typeof value === 'string') {
    const instant = instantIn(value)
    if (instant !== undefined) return new Date(instant)
  }
  throw new CelFailure(`${row.name}() does not work on ${NAMES[category]}`)
}

function resultOf(row: CelFunction, receiver: Known): Known {
  if (row.gives === 'same') return receiver
  if (row.gives !== 'entry') return row.gives
  const entry = entryOf(receiver)
  return entry === 'none' ? undefined : entry.schema
}
