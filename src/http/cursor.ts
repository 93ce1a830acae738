/** Cursors of lists: where the last page ended, opaque to the caller and checked when it comes back. */
import { HubError } from '../kernel/errors.js'

export function writeCursor(...place: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url')
}

const broken = () => new HubError('HTTP_CURSOR_BROKEN', { detail: 'the cursor is not one of this list' })

function readCursor(cursor: string): unknown[] {
  let place: unknown
  try {
    place = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
  } catch {
    throw broken()
  }
  if (!Array.isArray(place)) throw broken()
  return place
}

/** The last instant a Date can hold (ECMA-262). */
const MOST_INSTANT = 8.64e15
const ID = /^[a-z_]{1,40}_[0-9a-f]{32}$/

/** @throws HubError `HTTP_CURSOR_BROKEN` */
export function idCursor(cursor: string | undefined): string | undefined {
  if (cursor === undefined) return undefined
  const [id, ...rest] = readCursor(cursor)
  if (typeof id !== 'string' || !ID.test(id) || rest.length > 0) throw broken()
  return id
}

/** @throws HubError `HTTP_CURSOR_BROKEN` */
export function effectCursor(cursor: string | undefined): { delivery: string; n: number } | undefined {
  if (cursor === undefined) return undefined
  const [delivery, n, ...rest] = readCursor(cursor)
  if (typeof delivery !== 'string' || !ID.test(delivery) || rest.length > 0) throw broken()
  if (typeof n !== 'number' || !Number.isInteger(n) || n < 0 || n > 2 ** 31 - 1) throw broken()
  return { delivery, n }
}

/** @throws HubError `HTTP_CURSOR_BROKEN` */
export function findingCursor(cursor: string | undefined): { first_at: number; id: string } | undefined {
  if (cursor === undefined) return undefined
  const [at, id, ...rest] = readCursor(cursor)
  if (typeof id !== 'string' || !ID.test(id) || rest.length > 0) throw broken()
  if (typeof at !== 'number' || !Number.isInteger(at) || at < 0 || at > MOST_INSTANT) throw broken()
  return { first_at: at, id }
}

/** A page and the cursor of the next; `rows` holds one more than the limit where there is more. */
export function pageOf<Row, Item>(
  rows: readonly Row[],
  limit: number,
  item: (row: Row) => Item,
  place: (row: Row) => readonly (string | number)[],
): { readonly items: Item[]; readonly next: string | null } {
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  return {
    items: shown.map(item),
    next: rows.length > limit && last !== undefined ? writeCursor(...place(last)) : null,
  }
}

/** For rows whose ids are texts of any form. @throws HubError `HTTP_CURSOR_BROKEN` */
export function textCursor(cursor: string | undefined): string | undefined {
  if (cursor === undefined) return undefined
  const [id, ...rest] = readCursor(cursor)
  if (typeof id !== 'string' || id.length > 300 || id.includes('\0') || rest.length > 0) throw broken()
  return id
}
