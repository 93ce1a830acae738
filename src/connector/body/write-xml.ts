/**
 * Writes XML 1.0 by a schema: elements in the document's order, names, attributes, wrappers and namespaces as its `xml`
 * says, every text escaped. What XML cannot hold (control characters, a member whose name is none) is refused.
 */
import { HubError } from '../../kernel/errors.js'
import { isObject, type Json, type JsonObject, MAX_DEPTH } from '../../kernel/json.js'
import type { JsonSchema } from '../../kernel/json-schema.js'
import { scalar } from './write-form.js'
import { type Member, rootName, type XmlWords, xmlMembers, xmlWords } from './xml-words.js'

const HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
const NAME = /^[\p{L}_][\p{L}\p{N}._-]*$/u
/** Production `Char` of XML 1.0: nothing else may stand in a document, not even by its number. */
const NOT_XML = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u

/** @throws HubError CONNECTOR_BODY_UNWRITABLE, with the place */
export function writeXml(value: Json, schema: JsonSchema | undefined): string {
  const name = rootName(schema)
  if (name === undefined) throw unwritable('', 'the schema has no name: give it xml: { name: … }')
  return HEAD + element(name, value, schema, name, 0)
}

function element(
  name: string,
  value: Json,
  schema: JsonSchema | undefined,
  at: string,
  depth: number,
): string {
  if (depth > MAX_DEPTH) throw unwritable(at, `nested over ${MAX_DEPTH} levels`)
  const { tag, attributes: spaces } = opening(name, xmlWords(schema), at)
  let attributes = spaces
  let inner = ''
  if (isObject(value)) {
    for (const part of partsOf(value as JsonObject, schema)) {
      const place = `${at}.${part.property}`
      if (part.words.as === 'attribute') {
        if (part.value === null) continue
        const own = part.words.prefix === undefined ? '' : `${named(part.words.prefix, place)}:`
        attributes += ` ${own}${named(part.element, place)}="${escaped(scalar(part.value), place)}"`
      } else if (part.words.as === 'text')
        inner += part.value === null ? '' : escaped(scalar(part.value), place)
      else inner += member(part, part.value, place, depth + 1)
    }
  } else if (Array.isArray(value))
    inner = (value as readonly Json[])
      .map(entry => element(rootName(schema?.items) ?? 'item', entry, schema?.items, at, depth + 1))
      .join('')
  else if (value !== null) inner = escaped(scalar(value), at)
  return closed(tag, attributes, inner)
}

function opening(name: string, { prefix, namespace }: XmlWords, at: string) {
  const tag = prefix === undefined ? named(name, at) : `${named(prefix, at)}:${named(name, at)}`
  const space = prefix === undefined ? 'xmlns' : `xmlns:${prefix}`
  return { tag, attributes: namespace === undefined ? '' : ` ${space}="${escaped(namespace, at)}"` }
}

const closed = (tag: string, attributes: string, inner: string): string =>
  inner === '' ? `<${tag}${attributes}/>` : `<${tag}${attributes}>${inner}</${tag}>`

type Part = Member & { readonly value: Json }

/** Known members in the order of the schema, then those that `additionalProperties` let through. */
function partsOf(value: JsonObject, schema: JsonSchema | undefined): readonly Part[] {
  const known = xmlMembers(schema)
  const properties = new Set(known.map(({ property }) => property))
  const extra = Object.keys(value).filter(name => !properties.has(name))
  const all = [
    ...known,
    ...extra.map(property => ({
      property,
      schema: {},
      words: xmlWords(undefined),
      element: property,
      entry: property,
    })),
  ]
  return all.flatMap(one => {
    const own = Object.hasOwn(value, one.property) ? value[one.property] : undefined
    return own === undefined ? [] : [{ ...one, value: own }]
  })
}

function member(part: Part, value: Json, at: string, depth: number): string {
  if (!Array.isArray(value)) return element(part.element, value, part.schema, at, depth)
  const entries = (value as readonly Json[])
    .map((entry, index) => element(part.entry, entry, part.schema.items, `${at}[${index}]`, depth + 1))
    .join('')
  if (!part.words.wrapped) return entries
  const { tag, attributes } = opening(part.element, part.words, at)
  return closed(tag, attributes, entries)
}

function named(name: string, at: string): string {
  if (!NAME.test(name)) throw unwritable(at, `\`${name}\` is no name of an element`)
  return name
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  // As they are, a reader makes blanks of them in attributes and drops the first of a pair in texts.
  '\r': '&#13;',
  '\n': '&#10;',
  '\t': '&#9;',
}

function escaped(text: string, at: string): string {
  const odd = NOT_XML.exec(text)?.[0]
  if (odd !== undefined)
    throw unwritable(
      at,
      `U+${(odd.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')} cannot be written`,
    )
  return text.replace(/[&<>"'\r\n\t]/g, character => ESCAPES[character] ?? character)
}

const unwritable = (at: string, why: string) =>
  new HubError('CONNECTOR_BODY_UNWRITABLE', {
    detail: `XML${at === '' ? '' : ` at ${at}`}: ${why}`,
    where: { path: at },
  })
