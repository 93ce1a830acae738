/**
 * Rows of cells under a header, for CSV and XLSX alike: every cell is text, and a name like `phones[0].number` says
 * where in the thing it stands. What a row lacks or has too much is told by the row.
 */
import { HubError } from '../../kernel/errors.js'
import type { Json } from '../../kernel/json.js'
import { type ImportRow, MOST_COLUMNS, type ReadWords } from './types.js'

/** A name that leads into the thing: `name.first`, `phones[0].number`; any other name is one member. */
const LEADING = /^[\p{L}_][\p{L}\p{N}_]*(?:\.[\p{L}_][\p{L}\p{N}_]*|\[\d{1,2}\])+$/u

type Steps = readonly (string | number)[]
type Held = Record<string, unknown> | unknown[]

export interface Columns {
  readonly names: readonly string[]
  /** @returns undefined for a row in which nothing stands */
  rowOf(
    head: { readonly row: number; readonly line: number },
    cells: readonly string[],
  ): ImportRow | undefined
}

/** Columns that a rejects file has besides: it can be mended and imported as it is. */
export const REJECT_COLUMNS = ['reject_line', 'reject_code', 'reject_reason', 'reject_place', 'reject_raw']

/** @throws HubError `PIPELINE_IMPORT_FILE_BROKEN`, `PIPELINE_IMPORT_FILE_LARGE` */
export function columnsOf(
  header: readonly string[],
  blank: ReadWords['blank'],
  place: { readonly file: string; readonly line: number },
): Columns {
  const broken = (detail: string) => new HubError('PIPELINE_IMPORT_FILE_BROKEN', { detail, where: place })
  const all = header.map(name => name.trim())
  while (all.at(-1) === '') all.pop()
  if (all.length > MOST_COLUMNS)
    throw new HubError('PIPELINE_IMPORT_FILE_LARGE', {
      detail: `${all.length} columns, where ${MOST_COLUMNS} are taken`,
      where: place,
    })
  const isRejects = REJECT_COLUMNS.every((name, i) => all[all.length - REJECT_COLUMNS.length + i] === name)
  const names = isRejects ? all.slice(0, -REJECT_COLUMNS.length) : all
  const unnamed = names.indexOf('')
  if (unnamed >= 0) throw broken(`column ${unnamed + 1} of the header has no name`)
  const double = names.find((name, i) => names.indexOf(name) !== i)
  if (double !== undefined) throw broken(`two columns of the header are called ${double}`)
  if (names.length === 0) throw broken('the header names no column')
  const places = names.map(stepsOf)
  const clash = names.findIndex((_, i) =>
    places.some((other, k) => k !== i && leadsInto(other, places[i] ?? [])),
  )
  if (clash >= 0) throw broken(`the column ${names[clash]} is also a part of another column`)

  return {
    names,
    rowOf(head, given) {
      if (given.every(cell => cell === '')) return undefined
      const cells = isRejects ? given.slice(0, names.length) : given
      const filled = lastFilled(cells)
      if (cells.length < names.length || filled > names.length) {
        const detail = `the row has ${Math.max(filled, Math.min(cells.length, names.length))} cells, the header ${names.length}`
        return { ...head, cells, broken: detail }
      }
      const body: Record<string, unknown> = {}
      for (const [i, steps] of places.entries()) {
        const cell = cells[i] ?? ''
        if (cell !== '') put(body, steps, cell)
        else if (blank === 'null') put(body, steps, null)
      }
      return { ...head, cells, body: withoutHoles(body) }
    },
  }
}

const leadsInto = (long: Steps, short: Steps) =>
  long.length > short.length && short.every((step, i) => step === long[i])

function lastFilled(cells: readonly string[]): number {
  let count = cells.length
  while (count > 0 && cells[count - 1] === '') count--
  return count
}

function stepsOf(name: string): Steps {
  if (!LEADING.test(name)) return [name]
  return [...name.matchAll(/\[(\d+)\]|[^.[\]]+/g)].map(([word, index]) =>
    index === undefined ? word : Number(index),
  )
}

function put(body: Record<string, unknown>, steps: Steps, value: string | null): void {
  let holder: Held = body
  for (const [i, step] of steps.entries()) {
    const next = steps[i + 1]
    if (next === undefined) write(holder, step, value)
    else {
      const there: unknown = read(holder, step)
      const inner: Held =
        typeof there === 'object' && there !== null ? (there as Held) : typeof next === 'number' ? [] : {}
      if (inner !== there) write(holder, step, inner)
      holder = inner
    }
  }
}

const read = (holder: Held, step: string | number): unknown =>
  Array.isArray(holder) ? holder[Number(step)] : Object.hasOwn(holder, step) ? holder[step] : undefined

/** Defined, not assigned: a column may be called `__proto__`. */
function write(holder: Held, step: string | number, value: unknown): void {
  Object.defineProperty(holder, step, { value, enumerable: true, configurable: true, writable: true })
}

/** Entries of a list that nobody filled are no entries. */
function withoutHoles(value: unknown): Json {
  if (Array.isArray(value)) return value.filter(entry => entry !== undefined).map(withoutHoles)
  if (typeof value !== 'object' || value === null) return value as Json
  for (const [name, member] of Object.entries(value))
    if (typeof member === 'object' && member !== null) write(value as Held, name, withoutHoles(member))
  return value as Json
}
