/**
 * The only place that builds code. A function gets a text of its own, so that V8 keeps separate type feedback
 * for each path of each mapping. Safe by construction: the text is assembled from the fixed words and counters of
 * this file alone; every name, key and function of a mapping enters as an argument.
 */

import type { Step } from './path.js'
import { scalarText } from './scalar.js'

let serial = 0

/** Collects the arguments of generated code and names them k0, k1 … */
export class Constants {
  readonly values: unknown[] = []

  add(value: unknown): string {
    this.values.push(value)
    return `k${this.values.length - 1}`
  }
}

/** @param body text made by the emitters of this file, of fixed words and names of constants only */
export function build<F>(constants: Constants, parameter: 'f' | 'v', body: string, before = ''): F {
  const names = constants.values.map((_, index) => `k${index}`)
  const text = `'use strict'\n${before}\nreturn function generated${serial++}(${parameter}) {\n${body}\n}`
  return new Function(...names, text)(...constants.values) as F
}

/**
 * Names that a prototype of JSON values answers to (`constructor`, `length`, `0` of a text …) need the slow,
 * own-members-only read. Any other name is answered by own members alone.
 */
const INHERITED = new Set(
  [Object.prototype, Array.prototype, String.prototype, Number.prototype, Boolean.prototype].flatMap(
    prototype => Object.getOwnPropertyNames(prototype),
  ),
)
const isOrdinary = (name: string) => !INHERITED.has(name) && !/^\d/.test(name)

/** Own member of an object; nothing else has members. */
export function ownMember(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined
}

function entryAt(value: unknown, index: number): unknown {
  if (!Array.isArray(value)) return undefined
  return index < 0 ? value.at(index) : value[index]
}

function findEntry(value: unknown, member: string, is: string): unknown {
  if (!Array.isArray(value)) return undefined
  return value.find(entry => {
    const found = ownMember(entry, member)
    return scalarText(found) === is
  })
}

type Get = (value: unknown) => unknown

function everyEntry(value: unknown, rest: Get | undefined, flatten: boolean): unknown {
  if (!Array.isArray(value)) return undefined
  if (!rest) return value
  const found: unknown[] = []
  for (const entry of value) {
    const member = rest(entry)
    if (member === undefined) continue
    if (flatten && Array.isArray(member)) found.push(...member)
    else found.push(member)
  }
  return found
}

/** Text of an expression that walks the steps from `base`, itself a text of fixed words. Null on the way is absent. */
export function emitSteps(base: string, steps: readonly Step[], constants: Constants): string {
  let text = base
  for (const [position, step] of steps.entries()) {
    switch (step.step) {
      case 'name':
        text = isOrdinary(step.name)
          ? `${text}?.[${constants.add(step.name)}]`
          : `${constants.add(ownMember)}(${text}, ${constants.add(step.name)})`
        break
      case 'index':
        text = `${constants.add(entryAt)}(${text}, ${constants.add(step.index)})`
        break
      case 'find':
        text = `${constants.add(findEntry)}(${text}, ${constants.add(step.member)}, ${constants.add(step.is)})`
        break
      case 'all': {
        const rest = steps.slice(position + 1)
        const get = rest.length > 0 ? generateGet(rest) : undefined
        const flatten = rest.some(next => next.step === 'all')
        return `${constants.add(everyEntry)}(${text}, ${constants.add(get)}, ${constants.add(flatten)})`
      }
      default:
        step satisfies never
    }
  }
  return text
}

/** A getter for a plain JSON value. */
export function generateGet(steps: readonly Step[]): Get {
  const constants = new Constants()
  return build<Get>(constants, 'v', `return ${emitSteps('v', steps, constants)}`)
}

/** One member of a generated object: where it goes, and its value as an inline expression or a function of the frame. */
export interface Member<F> {
  /** Names from the object inwards; more than one makes nested objects. */
  readonly target: readonly string[]
  /** Emits an expression over the frame `f`; where absent `run` is called. */
  readonly inline?: ((constants: Constants) => string) | undefined
  readonly run: (frame: F) => unknown
}

/**
 * A function that fills one object from all members; absent values make no member, nested objects come to be
 * with their first member.
 */
export function generateObject<F>(members: readonly Member<F>[]): (frame: F) => Record<string, unknown> {
  const constants = new Constants()
  // A plain object by its prototype; a constructor of its own lets V8 learn how many members to make room for.
  const before = `function Plain() {}\nPlain.prototype = ${constants.add(Object.prototype)}`
  const lines = ['const o = new Plain()', 'let v']
  const nested = new Map<string, string>()
  const holder = (path: readonly string[]): string => {
    if (path.length === 0) return 'o'
    const key = JSON.stringify(path)
    const known = nested.get(key)
    const name = known ?? `n${nested.size}`
    if (!known) {
      nested.set(key, name)
      lines.splice(1, 0, `let ${name}`)
    }
    return `(${name} ??= (${holder(path.slice(0, -1))}[${constants.add(path.at(-1))}] = {}))`
  }
  for (const { target, inline, run } of members) {
    const expression = inline ? inline(constants) : `${constants.add(run)}(f)`
    lines.push(`v = ${expression}`)
    lines.push(`if (v !== undefined) ${holder(target.slice(0, -1))}[${constants.add(target.at(-1))}] = v`)
  }
  lines.push('return o')
  return build(constants, 'f', lines.join('\n'), before)
}

/** A rule's pipeline as one function: the value, each stage in turn, each over a list's entries where it is one. */
export interface PipelineStage<F> {
  readonly run: (value: unknown, frame: F) => unknown
  /** Takes a list whole. */
  readonly whole: boolean
}

export interface Pipeline<F> {
  readonly source: Pick<Member<F>, 'inline' | 'run'>
  readonly stages: readonly PipelineStage<F>[]
  /** Makes of a stage one that takes the entries of a list. */
  readonly overEntries: (run: PipelineStage<F>['run']) => PipelineStage<F>['run']
}

function emitPipeline<F>({ source, stages, overEntries }: Pipeline<F>, constants: Constants): string[] {
  const lines = ['let v', `v = ${emitValue(source, constants)}`]
  for (const { run, whole } of stages) {
    lines.push('if (v === undefined || v === null) return v')
    const one = `${constants.add(run)}(v, f)`
    lines.push(
      whole ? `v = ${one}` : `v = Array.isArray(v) ? ${constants.add(overEntries(run))}(v, f) : ${one}`,
    )
  }
  return lines
}

export function generatePipeline<F>(pipeline: Pipeline<F>): (frame: F) => unknown {
  const constants = new Constants()
  const lines = [...emitPipeline(pipeline, constants), 'return v']
  return build(constants, 'f', lines.join('\n'))
}

/** Runs a pipeline or a function, lets `accept` judge what is there, and hands every error to `fail`. */
export function generateGuarded<F>(
  rule: Pipeline<F> | ((frame: F) => unknown),
  accept:
    | { readonly test: (value: unknown) => boolean; readonly reject: (value: unknown) => never }
    | undefined,
  fail: (error: unknown, frame: F) => never,
): (frame: F) => unknown {
  const constants = new Constants()
  const lines =
    typeof rule === 'function' ? [`const v = ${constants.add(rule)}(f)`] : emitPipeline(rule, constants)
  if (accept) {
    const { test, reject } = accept
    lines.push(`if (v !== undefined && v !== null && !${constants.add(test)}(v)) ${constants.add(reject)}(v)`)
  }
  lines.push('return v')
  return build(
    constants,
    'f',
    ['try {', ...lines, '} catch (e) {', `${constants.add(fail)}(e, f)`, '}'].join('\n'),
  )
}

const emitValue = <F>({ inline, run }: Pick<Member<F>, 'inline' | 'run'>, constants: Constants): string =>
  inline ? inline(constants) : `${constants.add(run)}(f)`

/** A list of what the parts give; absent parts are left out. */
export function generateList<F>(
  parts: readonly Pick<Member<F>, 'inline' | 'run'>[],
): (frame: F) => unknown[] {
  const constants = new Constants()
  const names = parts.map((_, index) => `a${index}`)
  const lines = ['let v', ...parts.map((part, index) => `const a${index} = ${emitValue(part, constants)}`)]
  const all = names.map(name => `${name} !== undefined`).join(' && ') || 'true'
  lines.push(`if (${all}) return [${names.join(', ')}]`)
  lines.push('const o = []', ...names.map(name => `if (${name} !== undefined) o.push(${name})`), 'return o')
  return build(constants, 'f', lines.join('\n'))
}

export interface Loop<F> {
  readonly list: Pick<Member<F>, 'inline' | 'run'>
  readonly where: ((frame: F) => boolean) | undefined
  readonly one: Pick<Member<F>, 'inline' | 'run'>
  /** Longest list that is walked here. */
  readonly most: number
  /** Whatever is no list, or too long a one. */
  readonly other: (value: unknown, frame: F) => unknown
}

/** One result per entry of a list; the entries share one frame, because rules keep nothing. */
export function generateLoop<F>({ list, where, one, most, other }: Loop<F>): (frame: F) => unknown {
  const constants = new Constants()
  const body = [
    'let v',
    `const list = ${emitValue(list, constants)}`,
    'if (list === undefined || list === null) return list',
    `if (!Array.isArray(list) || list.length > ${constants.add(most)}) return ${constants.add(other)}(list, f)`,
    'const inner = { entry: undefined, index: 0, parent: f, run: f.run }',
    'const o = []',
    'for (let i = 0; i < list.length; i++) {',
    'const f = inner',
    'f.entry = list[i]',
    'f.index = i',
    ...(where ? [`if (!${constants.add(where)}(f)) continue`] : []),
    `v = ${emitValue(one, constants)}`,
    'if (v !== undefined) o.push(v)',
    '}',
    'return o',
  ]
  return build(constants, 'f', body.join('\n'))
}

/** Text of literals with a value between each two; absent where any value is. */
export function generateText<F>(
  literals: readonly string[],
  parts: readonly Pick<Member<F>, 'inline' | 'run'>[],
  refuse: (value: unknown) => never,
): (frame: F) => string | undefined {
  const constants = new Constants()
  const lines = ['let v', `let t = ${constants.add(literals[0] ?? '')}`]
  for (const [index, part] of parts.entries()) {
    lines.push(`v = ${emitValue(part, constants)}`)
    lines.push('if (v === undefined || v === null) return undefined')
    lines.push(`if (typeof v === 'object') ${constants.add(refuse)}(v)`)
    lines.push(`t += v`)
    const literal = literals[index + 1] ?? ''
    if (literal !== '') lines.push(`t += ${constants.add(literal)}`)
  }
  lines.push('return t')
  return build(constants, 'f', lines.join('\n'))
}
