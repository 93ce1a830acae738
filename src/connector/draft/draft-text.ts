/**
 * A YAML file in the making: parts with comments and open questions, each of which can be taken out again where a
 * checker finds it wrong, and then leaves its question behind.
 */
import { stringify } from 'yaml'

/** How a draft marks what it could not tell; `hrhub check` lists them. */
export const QUESTION = '# ?:'

export interface Part {
  /** Unique in its text. */
  readonly id: string
  readonly indent: number
  /** `create: { operation: … }`; several lines are indented alike. */
  readonly line: string
  readonly comments?: readonly string[]
  readonly questions?: readonly string[]
  /** Stands only as long as one part below it does. */
  readonly holds?: true
  readonly parent?: string
}

export interface Rendered {
  readonly text: string
  /** The part that a line (from 1) belongs to. */
  partAt(line: number): Part | undefined
}

/** Line breaks of every kind, and what a terminal or a reader would not show. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u
const ALL_UNSEEN = new RegExp(UNSEEN, 'gu')

/** A value on one line, always; quoted where YAML needs it. */
export function flow(value: unknown): string {
  const text = stringify(value, {
    collectionStyle: 'flow',
    lineWidth: 0,
    flowCollectionPadding: true,
    aliasDuplicateObjects: false,
    blockQuote: false,
  }).trimEnd()
  // The library breaks long texts at their own line breaks; JSON is YAML, and never does.
  return UNSEEN.test(text) ? JSON.stringify(value).replace(ALL_UNSEEN, escaped) : text
}

const escaped = (sign: string): string =>
  [...Array(sign.length).keys()].map(at => `\\u${sign.charCodeAt(at).toString(16).padStart(4, '0')}`).join('')

/** Of a comment that the hub words itself. */
const LONGEST = 300
/** Of one text of a vendor's document in it. */
const LONGEST_SAID = 120

/** One line of a comment: what a vendor's document says may hold line breaks, and much more. */
export function oneLine(text: string, longest = LONGEST): string {
  const line = text
    .replace(/[\s\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(/\p{Cf}/gu, '')
    .trim()
  return line.length > longest ? `${line.slice(0, longest - 1)}…` : line
}

/** A name, path or title of the document, as it may stand in a comment or a sentence. */
export const said = (text: string): string => oneLine(text, LONGEST_SAID)

/** Lines of a comment of their own, one each, whatever stands in them. */
export const commented = (lines: readonly string[]): string =>
  lines.map(line => `#${line.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')}`).join('\n')

/** @param dropped why, by id of the part that was taken out; without a word where nobody need know */
export function render(parts: readonly Part[], dropped: ReadonlyMap<string, string>): Rendered {
  const lines: string[] = []
  const owner: (Part | undefined)[] = []
  const stands = (part: Part): boolean =>
    !dropped.has(part.id) &&
    (!part.holds || parts.some(other => other.parent === part.id && stands(other))) &&
    aboveStands(part)
  const aboveStands = ({ parent }: Part): boolean => {
    if (parent === undefined || !dropped.has(parent)) return true
    return false
  }
  const put = (text: string, part: Part) => {
    lines.push(text)
    owner.push(part)
  }
  for (const part of parts) {
    const why = dropped.get(part.id)
    if (why === '') continue
    const space = ' '.repeat(part.indent)
    for (const comment of part.comments ?? []) put(`${space}# ${oneLine(comment)}`, part)
    for (const question of part.questions ?? []) put(`${space}${QUESTION} ${oneLine(question)}`, part)
    if (why !== undefined) put(`${space}${QUESTION} ${oneLine(why)}`, part)
    if (stands(part))
      for (const line of part.line === '' ? [] : part.line.split('\n')) put(`${space}${line}`, part)
  }
  return { text: `${lines.join('\n')}\n`, partAt: line => owner[line - 1] }
}
