/**
 * A page of docs as a script: `sh` is run, `sh background` runs until the end, `sh until` is run again until it says
 * what the `text` block below it says; `yaml file=…` is written, `diff file=…` is applied.
 */
import { readFileSync } from 'node:fs'

export interface Block {
  /** First word of the fence: sh, text, yaml, diff. */
  readonly language: string
  readonly mode: string | undefined
  readonly file: string | undefined
  readonly text: string
  /** Line of the page, for messages. */
  readonly line: number
}

/** @returns the fenced blocks of a page, in order */
export function blocksOf(page: string): Block[] {
  const lines = readFileSync(page, 'utf8').split('\n')
  const blocks: Block[] = []
  let open: { info: readonly string[]; from: number } | undefined
  for (const [index, line] of lines.entries()) {
    if (!line.startsWith('```')) continue
    if (open === undefined) {
      open = { info: line.slice(3).split(' '), from: index + 1 }
      continue
    }
    const { info, from } = open
    open = undefined
    blocks.push({
      language: info[0] ?? '',
      mode: info.slice(1).find(word => !word.includes('=')),
      file: info.find(word => word.startsWith('file='))?.slice('file='.length),
      text: lines.slice(from, index).join('\n'),
      line: from,
    })
  }
  return blocks
}

/** Replaces each run of `-` lines by the `+` lines after it; every run must stand there, once. */
export function applyDiff(text: string, diff: string): string {
  let done = text
  let away: string[] = []
  let here: string[] = []
  const change = () => {
    if (away.length === 0) return
    const old = away.join('\n')
    if (done.split(old).length !== 2) throw new Error(`it does not stand there once:\n${old}`)
    done = done.replace(old, () => here.join('\n'))
    away = []
    here = []
  }
  for (const line of diff.split('\n')) {
    if (line.startsWith('-')) {
      if (here.length > 0) change()
      away.push(line.slice(1))
    } else if (line.startsWith('+')) here.push(line.slice(1))
  }
  change()
  return done
}
