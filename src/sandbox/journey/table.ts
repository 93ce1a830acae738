/** The end of the journey: what each system holds about each candidate, and whether all agree with one effect each. */
import { APPLICANTS } from '../company.js'
import type { Access } from './access.js'
import { type Held, heldAbout } from './held.js'

export interface Agreement {
  readonly candidate: string
  readonly held: readonly Held[]
  readonly problems: readonly string[]
}

export async function agreements(access: Access): Promise<Agreement[]> {
  return Promise.all(
    APPLICANTS.slice(0, 2).map(async ({ name, mobile }) => {
      const held = await heldAbout(access, name, mobile)
      return { candidate: name, held, problems: problemsIn(held) }
    }),
  )
}

function problemsIn(held: readonly Held[]): string[] {
  const problems = held.flatMap(one =>
    one.count === 1 ? [] : [`${one.system} holds ${one.count} × ${one.thing}`],
  )
  const starts = new Set(held.flatMap(one => (one.start === undefined ? [] : [one.start])))
  if (starts.size > 1) problems.push('the systems name different times')
  const states = new Set(held.flatMap(one => (one.state === undefined ? [] : [one.state])))
  if (states.size > 1) problems.push(`the systems name different states: ${[...states].join(', ')}`)
  return problems
}

/** Chinese characters are two columns wide in a terminal. */
const width = (text: string) =>
  [...text].reduce((sum, sign) => sum + (/[\u2e80-\uffef]/u.test(sign) ? 2 : 1), 0)
const pad = (text: string, columns: number) => text + ' '.repeat(Math.max(0, columns - width(text)))

export function printTable(found: readonly Agreement[], print: (line: string) => void): void {
  print('\nWhat each system holds')
  for (const { candidate, held, problems } of found) {
    print(`\n  ${candidate}`)
    print(`  ${pad('system', 14)}${pad('thing', 26)}${pad('state', 12)}${pad('start (Beijing)', 20)}how many`)
    for (const one of held) {
      const start =
        one.start === undefined
          ? ''
          : new Date(one.start + 8 * 3_600_000).toISOString().slice(0, 16).replace('T', ' ')
      print(
        `  ${pad(one.system, 14)}${pad(one.thing, 26)}${pad(one.state ?? '', 12)}${pad(start, 20)}${one.count}`,
      )
    }
    print(
      problems.length === 0
        ? '  all agree, one effect each'
        : problems.map(problem => `  ✗ ${problem}`).join('\n'),
    )
  }
}
