/** Everything about the people of the journey that must stand in no log, attempt, error, finding or figure. */
import { APPLICANTS, PEOPLE } from '../../src/sandbox/company.js'

export interface Needle {
  readonly what: string
  in(text: string): boolean
}

const word = (what: string, text: string): Needle => ({ what, in: hay => hay.includes(text) })
/** Digits that stand alone: a salary, not a part of an id or of a duration. */
const number = (what: string, value: number): Needle => {
  const alone = new RegExp(`(?<![0-9A-Za-z.:-])${value}(?![0-9A-Za-z.:-])`)
  return { what, in: hay => alone.test(hay) }
}

export const NEEDLES: readonly Needle[] = [
  ...[...APPLICANTS, ...PEOPLE].flatMap(({ name, mobile, email }) => [
    word(`name ${name}`, name),
    word(`phone ${mobile}`, mobile),
    word(`phone ${mobile} in groups`, `${mobile.slice(0, 3)} ${mobile.slice(3, 7)} ${mobile.slice(7)}`),
    word(`mail ${email}`, email),
  ]),
  ...APPLICANTS.flatMap(({ key, salary, experience, education }) => [
    number(`salary of ${key}`, salary),
    ...experience
      .flatMap(({ company, description }) => [company, description])
      .map(text => word(`résumé of ${key}`, text)),
    ...education.map(({ school }) => word(`school of ${key}`, school)),
  ]),
]

/** What of them stands in a text. */
export function personalIn(text: string): string[] {
  return NEEDLES.filter(needle => needle.in(text)).map(({ what }) => what)
}
