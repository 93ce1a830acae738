/**
 * The only place that builds code. A function gets a text of its own, so that V8 keeps separate type feedback
 * for each path of each mapping. Safe by construction: the text is assembled from the fixed words and counters of
 * this file alone; every name, key and function of a mapping enters as an argument.
 */
import type { Step } from './path.js'

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
export function build<F>(constants: Constants, parameter: 'f' | 'v', body: string): F {
  const names = constants.values.map((_, index) => `k${index}`)
  const text = `'use strict'\nreturn function generated${serial++}(${parameter}) {\n${body}\n}`
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
  return Array.isArray(value) ? value.at(index) : undefined
}

function findEntry(value: unknown, member: string, is: string): unknown {
  if (!Array.isArray(value)) return undefined
  return value.find(entry => {
    const found = ownMember(entry, member)
    return found !== undefined && found !== null && String(found) === is
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
  const lines = ['const o = {}', 'let v']
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
  return build(constants, 'f', lines.join('\n'))
}
