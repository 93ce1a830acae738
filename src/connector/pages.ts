/**
 * Lists of a vendor, page by page, in one grammar for polls and look-ups: where the items stand, where the
 * next page is, and how ids become things (`hydrate`).
 */
import { isObject, type Json } from '../kernel/json.js'
import type { Caller } from './caller.js'
import { attempt, holds, type Scope } from './expressions.js'
import type { Hydrate, Paging, Slot } from './manifest/connector.js'
import type { Judged } from './operation/outcome.js'
import type { Outcome } from './types.js'

export interface Page {
  readonly outcome: Outcome
  readonly items: readonly Json[]
  /** Scope after the answer. */
  readonly scope: Scope
  /** Cursor of the next page; undefined = this was the last. */
  readonly next: Json | undefined
}

export interface Listing extends Slot {
  readonly items: { evaluate(scope: Scope): Json | undefined } | undefined
  readonly paging: Paging | undefined
  readonly hydrate: Hydrate | undefined
  /** Reading takes the items away over there. */
  readonly consumes?: boolean
}

/** First value of the roots `cursor` and `page`. */
export function firstCursor(paging: Paging | undefined): Json | undefined {
  return paging?.kind === 'page' || paging?.kind === 'offset' ? paging.start : undefined
}

/** Reads one page. `cursor` is what the page before it gave, or firstCursor. */
export async function readPage(
  caller: Caller,
  list: Listing,
  verb: string,
  scope: Scope,
  cursor: Json | undefined,
): Promise<Page> {
  const here: Scope = {
    ...scope,
    cursor: list.paging?.kind === 'link' ? undefined : cursor,
    page: list.paging?.kind === 'page' ? cursor : undefined,
  }
  const judged = await listed(caller, list, verb, here, cursor)
  if (judged.outcome.is !== 'accepted')
    return { outcome: judged.outcome, items: [], scope: judged.scope, next: undefined }
  const raw = itemsOf(list.items ? attempt(list.items, judged.scope) : judged.outcome.answer)
  const next = nextCursor(list.paging, judged, raw.length, cursor)
  if (!list.hydrate || raw.length === 0)
    return { outcome: judged.outcome, items: raw, scope: judged.scope, next }
  const things: Json[] = []
  for (let start = 0; start < raw.length; start += list.hydrate.size) {
    const chunk = raw.slice(start, start + list.hydrate.size)
    const item: Json | undefined = list.hydrate.size === 1 ? chunk[0] : chunk
    const read = await caller.perform(
      { steps: [list.hydrate.step], take: undefined },
      { verb: 'read', scope: { ...here, item } },
    )
    if (read.outcome.is === 'absent') continue
    if (read.outcome.is !== 'accepted')
      return { outcome: read.outcome, items: [], scope: read.scope, next: undefined }
    const found = list.hydrate.items ? attempt(list.hydrate.items, read.scope) : read.outcome.answer
    if (list.hydrate.envelope) things.push({ id: item ?? null, body: found ?? null })
    else things.push(...(list.hydrate.size === 1 && !list.hydrate.items ? [found ?? null] : itemsOf(found)))
  }
  return { outcome: judged.outcome, items: things, scope: judged.scope, next }
}

async function listed(
  caller: Caller,
  list: Listing,
  verb: string,
  scope: Scope,
  cursor: Json | undefined,
): Promise<Judged> {
  // A link replaces path and query of the last step; its origin stays ours, whatever it says.
  // An item of an unknown form is refused by its mapping, and kept; a page that is not taken would be lost.
  const aim = { verb, scope, anyForm: list.consumes === true }
  if (list.paging?.kind !== 'link' || typeof cursor !== 'string') return caller.perform(list, aim)
  const last = list.steps.at(-1)
  if (!last) return caller.perform(list, aim)
  const call = {
    step: last.name,
    operation: last.operation.id,
    transport: 'http',
    repeatable: true,
    tokenWindow: undefined,
    method: last.operation.method,
    server: last.operation.server,
    path: '',
    headers: {},
    body: undefined,
    mediaType: undefined,
  }
  const base = caller.request(call).url
  const link = new URL(cursor, `${base.origin}/`)
  const prefix = base.pathname.replace(/\/$/, '')
  const path = link.pathname.startsWith(`${prefix}/`) ? link.pathname.slice(prefix.length) : link.pathname
  return caller.dispatch({ ...call, path: `${path}${link.search}` }, { ...aim, step: last })
}

/** A list as it is; an object or null alone is a list of one or none. */
function itemsOf(value: Json | undefined): readonly Json[] {
  if (value === undefined || value === null || value === '') return []
  return Array.isArray(value) ? value : [value]
}

function nextCursor(
  paging: Paging | undefined,
  judged: Judged,
  count: number,
  cursor: Json | undefined,
): Json | undefined {
  if (!paging) return undefined
  if (paging.while && !holds(paging.while, judged.scope)) return undefined
  if (paging.kind === 'page')
    return count > 0 || paging.while ? Number(cursor ?? paging.start) + 1 : undefined
  if (paging.kind === 'offset') return count > 0 ? Number(cursor ?? paging.start) + count : undefined
  const value = paging.from ? attempt(paging.from, judged.scope) : linkHeader(judged.scope)
  // The same cursor again would be the same page for ever.
  return value === undefined || value === null || value === '' || value === cursor ? undefined : value
}

/** RFC 8288: the target of rel="next". */
function linkHeader(scope: Scope): string | undefined {
  const headers = scope['headers']
  const header = isObject(headers) ? headers['link'] : undefined
  if (typeof header !== 'string') return undefined
  for (const part of header.slice(0, 8192).split(',')) {
    const [target = '', ...parameters] = part.split(';')
    const relation = parameters.some(parameter => /^\s*rel\s*=\s*"?next"?\s*$/i.test(parameter))
    if (relation) return target.trim().replace(/^<|>$/g, '')
  }
  return undefined
}
