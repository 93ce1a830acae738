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

/** A value on one line, quoted where YAML needs it. */
export function flow(value: unknown): string {
  return stringify(value, {
    collectionStyle: 'flow',
    lineWidth: 0,
    flowCollectionPadding: true,
    aliasDuplicateObjects: false,
  }).trimEnd()
}

const LONGEST = 300
/** One line of a comment: what a vendor's document says may hold line breaks. */
export function oneLine(text: string): string {
  const line = text.replace(/\s+/gu, ' ').trim()
  return line.length > LONGEST ? `${line.slice(0, LONGEST - 1)}…` : line
}

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
