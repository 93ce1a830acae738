/**
 * How a list is walked: which input takes the cursor, the page or the offset and where the answer says what comes
 * next, which input takes "changed since", and where an item says when it was changed. Words are one table.
 */
import type { JsonSchema } from '../../kernel/json-schema.js'
import type { Operation } from '../manifest/openapi.js'
import { answerSchema } from '../manifest/shapes.js'
import { propertiesOf } from '../operation/project.js'
import { type Found, isListSchema, isObjectSchema } from './answers.js'
import { type Input, typeOf } from './inputs.js'
import { member, squash } from './words.js'

const WORDS = {
  cursor: [
    'cursor',
    'pagetoken',
    'nextpagetoken',
    'nexttoken',
    'pageid',
    'nextpageid',
    'continuationtoken',
    'continuation',
    'startingafter',
    'after',
    'scrollid',
    'nextcursor',
    'pagecursor',
    'marker',
  ],
  page: ['page', 'pagenumber', 'pageno', 'pagenum', 'pageindex', 'currentpage', 'current'],
  offset: ['offset', 'skip', 'start', 'startindex', 'from'],
  size: ['limit', 'pagesize', 'perpage', 'size', 'count', 'maxresults', 'pagelimit', 'top'],
  next: [
    'nextcursor',
    'nextpagetoken',
    'nextpageid',
    'nextpage',
    'nexttoken',
    'continuationtoken',
    'next',
    'cursor',
    'scrollid',
    'endcursor',
    'pagetoken',
  ],
  more: ['hasmore', 'hasnext', 'hasnextpage', 'more', 'morepages', 'moredata', 'moredataavailable'],
  total: ['total', 'totalfound', 'totalcount', 'totalelements', 'totalrecords', 'totalresults', 'totalsize'],
} as const
const SINCE =
  /^(?:filter)?(?:updated|modified|changed|lastmodified|lastupdated|lastchanged|update|modify|change)(?:at|on|time|date)?(?:after|since|from|start|begin|gt|gte|min)$/
const CHANGED =
  /^(?:updated|modified|changed|lastmodified|lastupdated|lastchanged|lastactivity|update|modify|modification)(?:at|on|time|date|datetime|ms)?$/
/** As many as one page is asked for, where the document allows it. */
const PAGE_SIZE = 100
/** From here on a number of seconds would be a year beyond 5000: it is milliseconds. */
const MILLISECONDS = 1e11

export interface Paging {
  readonly next: Readonly<Record<string, unknown>>
  /** Input → rule. */
  readonly rules: ReadonlyMap<Input, unknown>
}

const named = (inputs: readonly Input[], words: readonly string[], fits: (schema: JsonSchema) => boolean) =>
  words.flatMap(word => inputs.filter(input => squash(input.name) === word && fits(input.schema)))[0]

const isNumber = (schema: JsonSchema) => ['integer', 'number'].includes(typeOf(schema) ?? '')

/** Undefined where the document names no way to a second page. */
export function pagingOf(
  operation: Operation,
  inputs: readonly Input[],
  items: Found,
  linked: boolean,
): Paging | undefined {
  const rules = new Map<Input, unknown>()
  const size = named(inputs, WORDS.size, isNumber)
  if (size) rules.set(size, { value: Math.min(size.schema.maximum ?? PAGE_SIZE, PAGE_SIZE) })
  const answer = answerMembers(operation)
  const more = first(answer, WORDS.more, schema => typeOf(schema) === 'boolean')
  const onlyMore = more ? { while: more.path } : {}
  const offset = named(inputs, WORDS.offset, isNumber)
  const cursor =
    named(inputs, WORDS.cursor, schema => !isNumber(schema)) ??
    named(inputs, WORDS.offset, schema => !isNumber(schema))
  const next = first(
    answer,
    WORDS.next,
    schema => !isObjectSchema(schema) && !isListSchema(schema) && typeOf(schema) !== 'boolean',
  )
  if (cursor && next) {
    rules.set(cursor, 'cursor')
    return { next: { cursor: next.path, ...onlyMore }, rules }
  }
  if (linked) return { next: { link: true }, rules }
  const page = named(inputs, WORDS.page, isNumber)
  if (page) {
    rules.set(page, 'cursor')
    const start = page.schema.default ?? page.schema.minimum
    return { next: { page: start === 0 ? 0 : 1, ...onlyMore }, rules }
  }
  if (offset) {
    rules.set(offset, 'cursor')
    const total = first(answer, WORDS.total, isNumber)
    const echoed = first(answer, [squash(offset.name)], isNumber)
    const end = total && echoed ? { while: `${echoed.path} + size(${items.path}) < ${total.path}` } : onlyMore
    return { next: { offset: 0, ...end }, rules }
  }
  const link = nextLink(operation)
  return link ? { next: { link }, rules } : undefined
}

/** Members of a list's answer, also of the envelopes around the items. */
function answerMembers(operation: Operation): readonly Found[] {
  const schema = answerSchema(operation)
  if (!schema || isListSchema(schema)) return []
  const found: Found[] = []
  const walk = (base: Found, depth: number) => {
    for (const [name, inner] of propertiesOf(base.schema)) {
      const here = { path: member(base.path, name), schema: inner }
      found.push(here)
      if (depth < 2 && !isListSchema(inner)) walk(here, depth + 1)
    }
  }
  walk({ path: 'body', schema }, 0)
  return found
}

const tail = (path: string) => squash(/[^.[\]"]+"?\]?$/.exec(path)?.[0] ?? '')

const first = (all: readonly Found[], words: readonly string[], fits: (schema: JsonSchema) => boolean) =>
  words.flatMap(word => all.filter(({ path, schema }) => tail(path) === word && fits(schema)))[0]

/** `links.next`, `_links.next.href`. */
function nextLink(operation: Operation): string | undefined {
  return answerMembers(operation).find(
    ({ path, schema }) => /(?:^|\.)_?links\.next(?:\.href)?$/.test(path) && typeOf(schema) === 'string',
  )?.path
}

export interface Since {
  readonly input: Input
  readonly rule: unknown
  readonly sure: boolean
}

/** The input that asks for what was changed since a time. */
export function sinceOf(inputs: readonly Input[]): Since | undefined {
  const input = inputs.find(({ name }) => SINCE.test(squash(name)) || squash(name) === 'since')
  if (!input) return undefined
  const { schema } = input
  if (isNumber(schema)) {
    const write = inMilliseconds(schema) ? 'epoch_ms' : 'epoch_s'
    return { input, rule: { from: 'since', as: 'datetime', write }, sure: false }
  }
  if (schema.format === 'date') return { input, rule: { from: 'since', as: 'date', zone: 'UTC' }, sure: true }
  return { input, rule: { from: 'since', as: 'datetime' }, sure: schema.format === 'date-time' }
}

/** A number of a time: in milliseconds, as far as its size or its words tell. */
export function inMilliseconds(schema: JsonSchema): boolean {
  const words = `${schema.description ?? ''} ${schema.title ?? ''}`
  if (/millisecond|毫秒|\bms\b/i.test(words)) return true
  if (/second|秒/i.test(words)) return false
  const shown = (schema as { readonly example?: unknown }).example
  return typeof shown === 'number' ? shown > MILLISECONDS : schema.format === 'int64'
}

export interface ChangedAt {
  readonly rule: unknown
  readonly sure: boolean
}

/** Where an item says when it was changed, as the `at` of a poll. */
export function changedAtOf(item: JsonSchema): ChangedAt | undefined {
  for (const [name, schema] of propertiesOf(item)) {
    if (!CHANGED.test(squash(name)) || isObjectSchema(schema) || isListSchema(schema)) continue
    const path = member('item', name)
    if (schema.format === 'date-time') return { rule: path, sure: true }
    if (isNumber(schema)) {
      const format = inMilliseconds(schema) ? 'epoch_ms' : 'epoch_s'
      return { rule: { from: path, as: 'datetime', format }, sure: false }
    }
    return { rule: { from: path, as: 'datetime' }, sure: false }
  }
  return undefined
}
