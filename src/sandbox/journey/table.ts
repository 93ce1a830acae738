/** The end of the journey: what each system holds about each candidate, and whether all agree with one effect each. */
import { APPLICANTS } from '../company.js'
import type { Access } from './access.js'
import { type Held, interviewHeld } from './held.js'
import { outcomeHeld } from './outcome.js'

export interface Agreement {
  readonly candidate: string
  readonly held: readonly Held[]
  readonly problems: readonly string[]
}

export async function agreements(access: Access): Promise<Agreement[]> {
  return Promise.all(
    APPLICANTS.slice(0, 2).map(async ({ name, mobile }) => {
      const held = (
        await Promise.all([interviewHeld(access, name, mobile), outcomeHeld(access, name)])
      ).flat()
      return { candidate: name, held, problems: problemsIn(held) }
    }),
  )
}

/** What is wrong with a picture, in words; nothing when all agree. */
export function problemsIn(held: readonly Held[]): string[] {
  const problems = held.flatMap(({ system, thing, count, due = 1, wrong }) => [
    ...(count === due ? [] : [`${system} holds ${count} × ${thing}, ${due} would be right`]),
    ...(wrong === undefined ? [] : [wrong]),
  ])
  if (distinct(held.map(one => one.start)).length > 1) problems.push('the systems name different times')
  const scores = distinct(held.map(one => one.score))
  if (scores.length > 1) problems.push(`the systems name different composites: ${scores.join(', ')}`)
  for (const about of [undefined, 'offer'] as const) {
    const states = distinct(held.filter(one => one.about === about).map(one => one.state))
    if (states.length > 1)
      problems.push(`the systems name different states of the ${about ?? 'interview'}: ${states.join(', ')}`)
  }
  return problems
}

const distinct = <T>(values: readonly (T | undefined)[]): readonly T[] => [
  ...new Set(values.flatMap(value => (value === undefined ? [] : [value]))),
]

/** Chinese characters are two columns wide in a terminal. */
const width = (text: string) =>
  [...text].reduce((sum, sign) => sum + (/[\u2e80-\uffef]/u.test(sign) ? 2 : 1), 0)
const pad = (text: string, columns: number) => text + ' '.repeat(Math.max(0, columns - width(text)))

const COLUMNS = [14, 30, 13, 7, 18]
const row = (...cells: readonly string[]) =>
  `  ${cells.map((cell, index) => pad(cell, COLUMNS[index] ?? 0)).join('')}`
const beijing = (at: number | undefined) =>
  at === undefined ? '' : new Date(at + 8 * 3_600_000).toISOString().slice(0, 16).replace('T', ' ')

export function printTable(found: readonly Agreement[], print: (line: string) => void): void {
  print('\nWhat each system holds')
  for (const { candidate, held, problems } of found) {
    print(`\n  ${candidate}`)
    print(row('system', 'thing', 'state', 'score', 'start (Beijing)', 'how many'))
    for (const { system, thing, state = '', score = '', start, count, due } of held)
      print(
        row(
          system,
          thing,
          state,
          String(score),
          beijing(start),
          count === 0 && due === 0 ? 'none due' : `${count}`,
        ),
      )
    print(
      problems.length === 0
        ? '  all agree, one effect each'
        : problems.map(problem => `  ✗ ${problem}`).join('\n'),
    )
  }
}
