/**
 * The grammar of PATH: `a.b`, `a[0]`, `a[-1]`, `[0]`, `a[*].b`, `a["odd key"]`, `list[name=Email].value`.
 * Parsing only; what a first word means (an entry's field, `parent`, `source`, a root) is scope.ts.
 */

export type Step =
  | { readonly step: 'name'; readonly name: string }
  /** Negative counts from the end. */
  | { readonly step: 'index'; readonly index: number }
  /** Every entry; members that are not there are left out. */
  | { readonly step: 'all' }
  /** The first entry whose member, as text, equals the word. */
  | { readonly step: 'find'; readonly member: string; readonly is: string }

export type ParsedPath =
  | { readonly steps: readonly Step[] }
  | { readonly problem: string; readonly offset: number }

export const MAX_PATH_LENGTH = 500
const MAX_STEPS = 40
const NAME = /[\p{L}\p{N}_$@-]+/uy
const INDEX = /-?\d{1,6}(?=\])/y
const FILTER = /([\p{L}\p{N}_$@-]+)=/uy
const BARE_VALUE = /[^\]["']{1,200}(?=\])/y
const QUOTED = /"((?:[^"\\]|\\.){1,200})"|'((?:[^'\\]|\\.){1,200})'/y

/** Whether a text is a path, and its steps. "What parses as a path is a path." */
export function parsePath(text: string): ParsedPath {
  if (text === '') return { problem: 'the path is empty', offset: 0 }
  if (text.length > MAX_PATH_LENGTH) return { problem: 'the path is too long', offset: MAX_PATH_LENGTH }
  const steps: Step[] = []
  let at = 0
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at
    const match = pattern.exec(text)
    if (match) at += match[0].length
    return match
  }
  while (at < text.length) {
    if (steps.length >= MAX_STEPS) return { problem: `more than ${MAX_STEPS} steps`, offset: at }
    if (text[at] === '[') {
      at++
      const step = takeBracket(text[at], take, () => at++)
      if (!step || text[at] !== ']')
        return { problem: 'not a position, "name", * or member=value', offset: at }
      at++
      steps.push(step)
      continue
    }
    if (text[at] === '.' && steps.length > 0) at++
    else if (steps.length > 0) return { problem: `unexpected "${text[at]}"`, offset: at }
    const name = take(NAME)
    if (!name)
      return { problem: at < text.length ? `unexpected "${text[at]}"` : 'ends with a dot', offset: at }
    steps.push({ step: 'name', name: name[0] })
  }
  return { steps }
}

function takeBracket(
  next: string | undefined,
  take: (pattern: RegExp) => RegExpExecArray | null,
  skip: () => void,
): Step | undefined {
  if (next === '*') {
    skip()
    return { step: 'all' }
  }
  const quoted = take(QUOTED)
  if (quoted) return { step: 'name', name: unquote(quoted) }
  const index = take(INDEX)
  if (index) return { step: 'index', index: Number(index[0]) }
  const filter = take(FILTER)
  if (!filter) return undefined
  const word = take(QUOTED)
  const is = word ? unquote(word) : take(BARE_VALUE)?.[0]
  return is === undefined ? undefined : { step: 'find', member: filter[1] ?? '', is }
}

const unquote = (match: RegExpExecArray): string => (match[1] ?? match[2] ?? '').replace(/\\(.)/g, '$1')

export function isPath(text: string): boolean {
  return 'steps' in parsePath(text)
}

export function formatPath(steps: readonly Step[]): string {
  let text = ''
  for (const step of steps) {
    if (step.step === 'name') {
      const plain = /^[\p{L}\p{N}_$@-]+$/u.test(step.name)
      text += plain ? `${text ? '.' : ''}${step.name}` : `[${JSON.stringify(step.name)}]`
    } else if (step.step === 'index') text += `[${step.index}]`
    else if (step.step === 'all') text += '[*]'
    else text += `[${step.member}=${JSON.stringify(step.is)}]`
  }
  return text
}
