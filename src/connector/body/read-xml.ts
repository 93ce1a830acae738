/**
 * Reads XML from outside into plain JSON, strictly: no document type, no entities but XML's own five and numbers, a
 * bounded depth. The root element falls away: `<Order><No>1</No></Order>` is `{ No: "1" }`. Attributes are `@name`, text beside
 * them `#text`, an element that is repeated a list, prefixes are left out. With a schema it takes the schema's form.
 */
import sax from 'sax'
import { HubError } from '../../kernel/errors.js'
import { isObject, type Json, type JsonObject, MAX_DEPTH } from '../../kernel/json.js'
import type { JsonSchema } from '../../kernel/json-schema.js'
import { isList, xmlMembers } from './xml-words.js'

interface Open {
  readonly name: string
  readonly members: Map<string, Json[]>
  text: string
}

/** `charset` of the header stands above what the document says of itself (RFC 7303). */
const CHARSET = /;\s*charset\s*=\s*"?([\w.:-]{1,40})/i
const DECLARED = /^(?:\xEF\xBB\xBF)?<\?xml\s[^>]{0,200}?\bencoding\s*=\s*["']([\w.:-]{1,40})/
const HEAD_BYTES = 300

/**
 * Text of XML as it came, in the encoding that it names (GBK and its kin are still about); UTF-8 without a word.
 * @throws HubError CONNECTOR_XML_BROKEN where nobody knows the encoding, or the bytes are none of it
 */
export function xmlText(bytes: Buffer, contentType: string): string {
  const head = bytes.subarray(0, HEAD_BYTES).toString('latin1')
  const encoding = CHARSET.exec(contentType)?.[1] ?? DECLARED.exec(head)?.[1] ?? 'utf-8'
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new HubError('CONNECTOR_XML_BROKEN', { detail: `the bytes are not ${encoding}`, cause })
  }
}

/** @throws HubError CONNECTOR_XML_BROKEN: not sound, too deep, or with a document type */
export function readXml(text: string): Json {
  // Strict of tags; strict of entities, so that `&nbsp;` is an error and no file is ever named.
  const parser = sax.parser(true, STRICT)
  const open: Open[] = [{ name: '', members: new Map(), text: '' }]
  let failed: HubError | undefined
  const broken = (why: string) => new HubError('CONNECTOR_XML_BROKEN', { detail: why })
  parser.onerror = error => {
    failed ??= broken(`the text is not XML: ${error.message.split('\n')[0] ?? ''}`)
  }
  parser.ondoctype = () => {
    failed ??= broken('a document type is not read')
  }
  let attributesHere = 0
  parser.onopentagstart = () => {
    attributesHere = 0
  }
  parser.onattribute = () => {
    attributesHere += 1
    if (attributesHere > MOST_ATTRIBUTES)
      failed ??= broken(`over ${MOST_ATTRIBUTES} attributes in one element`)
  }
  parser.onopentag = ({ name, attributes }) => {
    if (open.length > MAX_DEPTH) failed ??= broken(`nested over ${MAX_DEPTH} levels`)
    const members = new Map<string, Json[]>()
    for (const [key, value] of Object.entries(attributes))
      if (!/^xmlns(?::|$)/.test(key)) members.set(`@${local(key)}`, [String(value)])
    if (!failed) open.push({ name: local(name), members, text: '' })
  }
  const take = (said: string) => {
    const top = open.at(-1)
    if (top) top.text += said
  }
  parser.ontext = take
  parser.oncdata = take
  parser.onclosetag = () => {
    if (failed || open.length < 2) return
    const done = open.pop()
    const around = open.at(-1)
    if (!done || !around) return
    const list = around.members.get(done.name)
    if (list) list.push(contentOf(done))
    else around.members.set(done.name, [contentOf(done)])
  }
  for (let at = 0; at < text.length && !failed; at += CHUNK) parser.write(text.slice(at, at + CHUNK))
  if (!failed) parser.close()
  if (failed) throw failed
  const [root, ...more] = [...(open[0]?.members.values() ?? [])].flat()
  if (root === undefined || more.length > 0) throw broken('there is not one element around all')
  return root
}

/** More than any form of a vendor has; a parser is slow over very many. */
const MOST_ATTRIBUTES = 1000
/** What is looked at between two looks for an error. */
const CHUNK = 64 * 1024
/** The types of sax 1.2 do not know the word that sax 1.6 has. */
const STRICT: sax.SAXOptions & { strictEntities: boolean } = { strictEntities: true }

const local = (name: string): string => name.slice(name.indexOf(':') + 1)

function contentOf({ members, text }: Open): Json {
  if (members.size === 0) return text
  // A blank between elements is layout.
  const own: [string, Json][] = text.trim() === '' ? [] : [['#text', text.trim()]]
  const entries = [...members].map(([name, list]): [string, Json] => [
    name,
    list.length === 1 ? (list[0] ?? null) : list,
  ])
  return Object.fromEntries([...entries, ...own])
}

/** What was read, in the form of a schema: lists are lists, numbers are numbers, members are called as it calls them. */
export function fitXml(value: Json, schema: JsonSchema | undefined, depth = 0): Json {
  if (!schema || depth > MAX_DEPTH) return value
  const members = xmlMembers(schema)
  if (members.length > 0) return fitObject(value, members, depth)
  if (isList(schema)) return listOf(value).map(entry => fitXml(entry, schema.items, depth + 1))
  return typeof value === 'string' ? scalarOf(value, schema) : value
}

function fitObject(value: Json, members: ReturnType<typeof xmlMembers>, depth: number): Json {
  const given: JsonObject = isObject(value) ? (value as JsonObject) : value === '' ? {} : { '#text': value }
  const rest = new Map(Object.entries(given))
  const fitted: [string, Json][] = []
  for (const member of members) {
    const { as } = member.words
    const source = as === 'attribute' ? `@${member.element}` : as === 'text' ? '#text' : member.element
    const found = rest.get(source)
    if (found === undefined) continue
    rest.delete(source)
    fitted.push([member.property, fitMember(found, member, depth)])
  }
  return Object.fromEntries([...rest, ...fitted])
}

function fitMember(
  found: Json,
  { schema, words, entry }: ReturnType<typeof xmlMembers>[number],
  depth: number,
) {
  if (!isList(schema)) return fitXml(found, schema, depth + 1)
  const inner: Json | undefined = !words.wrapped
    ? found
    : isObject(found)
      ? (found as JsonObject)[entry]
      : found === ''
        ? []
        : found
  return listOf(inner ?? []).map(one => fitXml(one, schema.items, depth + 1))
}

const listOf = (value: Json): readonly Json[] => (Array.isArray(value) ? (value as readonly Json[]) : [value])

function scalarOf(text: string, schema: JsonSchema): Json {
  const types = typeof schema.type === 'string' ? [schema.type] : (schema.type ?? [])
  const bare = text.trim()
  if (types.includes('string') || types.length === 0) return text
  if (bare === '') return null
  if (types.includes('boolean') && /^(?:true|false|1|0)$/.test(bare)) return bare === 'true' || bare === '1'
  // Longer whole numbers stay text, as in JSON: a double would lose their last digits.
  const numeric = types.includes('number') || types.includes('integer')
  if (numeric && /^[+-]?\d{1,15}(?:\.\d+)?(?:[eE][+-]?\d{1,3})?$/.test(bare)) return Number(bare)
  return text
}
