/**
 * Where a command writes and reads: text for people or, with --json, one JSON document. Columns are aligned by
 * what a terminal shows, so that Chinese text stands straight.
 */
import { readFile } from 'node:fs/promises'
import { HubError } from '../kernel/errors.js'
import { createProgress, type Progress } from './progress.js'

export type { Progress } from './progress.js'

/** 0 good, 1 findings, 2 wrong use, 70 a failure of the hub itself (EX_SOFTWARE). */
export type Exit = 0 | 1 | 2 | 70

export interface Streams {
  readonly out: { write(text: string): unknown }
  readonly err: { write(text: string): unknown; readonly isTTY?: boolean }
  readonly in: AsyncIterable<Buffer | string>
}

export interface Terminal {
  readonly json: boolean
  /** The result: the value as JSON, or the lines for a person. */
  show(value: unknown, lines: readonly string[]): void
  /** A line for a person beside the result; never in the way of JSON. */
  note(line: string): void
  /** How far a long command is, beside the result. */
  progress(title: string): Progress
  /** Text of a file, of standard input where it is `-`. @throws HubError `CLI_FILE_UNREADABLE` */
  read(file: string): Promise<string>
}

/** A mapping's input is one thing: far above any real one, far below what hurts. */
const MOST_BYTES = 32 * 1024 * 1024

export function createTerminal(streams: Streams, json: boolean): Terminal {
  return {
    json,
    show(value, lines) {
      if (json) streams.out.write(`${JSON.stringify(value, null, 2)}\n`)
      else if (lines.length > 0) streams.out.write(`${lines.map(safeLine).join('\n')}\n`)
    },
    note: line => void streams.err.write(`${safeLine(line)}\n`),
    progress: title => createProgress(streams.err, title),
    async read(file) {
      const text = file === '-' ? await textOf(streams.in) : await fileText(file)
      // Written by a spreadsheet or an editor on Windows.
      return text.startsWith('\uFEFF') ? text.slice(1) : text
    },
  }
}

async function fileText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    throw new HubError('CLI_FILE_UNREADABLE', { detail: `${file} cannot be read`, cause })
  }
}

async function textOf(input: Streams['in']): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of input) {
    const part = typeof chunk === 'string' ? Buffer.from(chunk) : chunk
    bytes += part.length
    if (bytes > MOST_BYTES)
      throw new HubError('CLI_FILE_UNREADABLE', { detail: `more than ${MOST_BYTES} bytes on standard input` })
    chunks.push(part)
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** Rows under their heads, two spaces apart; the last column is not padded. */
export function columns(rows: readonly (readonly string[])[], indent = ''): string[] {
  const count = Math.max(0, ...rows.map(row => row.length))
  const widths = Array.from({ length: count }, (_, column) =>
    Math.max(0, ...rows.map(row => shownWidth(row[column] ?? ''))),
  )
  return rows.map(row => {
    const cells = row.map((cell, column) =>
      column === row.length - 1 ? cell : cell + ' '.repeat((widths[column] ?? 0) - shownWidth(cell)),
    )
    return `${indent}${cells.join('  ')}`.trimEnd()
  })
}

/** East Asian wide and full-width blocks (UAX #11) take two cells, combining marks none. */
const WIDE =
  /[\u1100-\u115F\u2E80-\u303E\u3041-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6\u{1F300}-\u{1FAFF}\u{20000}-\u{3FFFD}]/u
const MARK = /\p{M}/u

export function shownWidth(text: string): number {
  let width = 0
  for (const sign of text) width += WIDE.test(sign) ? 2 : MARK.test(sign) ? 0 : 1
  return width
}

/** Vendors' texts are shown: escape sequences in them must not reach the terminal. */
export function safeLine(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is taken out
  return text.replace(/[\u0000-\u0008\u000B-\u001F\u007F-\u009F]/g, '�')
}

/** `2026-03-01 10:00:00`, in the zone of the person who reads. */
export function localTime(at: number): string {
  const date = new Date(at)
  const two = (value: number) => String(value).padStart(2, '0')
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`
}
