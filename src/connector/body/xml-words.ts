/** What OpenAPI's `xml` says of a schema (OpenAPI 3.1 "XML Object", and `nodeType` of 3.2), in one form. */
import { isObject } from '../../kernel/json.js'
import type { JsonSchema } from '../../kernel/json-schema.js'
import { propertiesOf } from '../operation/project.js'

export interface XmlWords {
  readonly name: string | undefined
  readonly prefix: string | undefined
  readonly namespace: string | undefined
  readonly as: 'element' | 'attribute' | 'text'
  readonly wrapped: boolean
}

export function xmlWords(schema: JsonSchema | undefined): XmlWords {
  const raw: unknown = (schema as Readonly<Record<string, unknown>> | undefined)?.['xml']
  const words = isObject(raw) ? raw : {}
  const text = (name: string) => (typeof words[name] === 'string' ? words[name] : undefined)
  const node = text('nodeType')
  const attribute = words['attribute'] === true || node === 'attribute'
  return {
    name: text('name'),
    prefix: text('prefix'),
    namespace: text('namespace'),
    as: attribute ? 'attribute' : node === 'text' || node === 'cdata' ? 'text' : 'element',
    wrapped: words['wrapped'] === true || (node === 'element' && isList(schema)),
  }
}

/** Names of schemas under `components`, by which elements are called where `xml` names none. */
const names = new WeakMap<object, string>()

export function nameSchema(schema: object, reference: string): void {
  const name = /^#\/components\/schemas\/([^/]+)$/.exec(reference)?.[1]
  if (name !== undefined) names.set(schema, name)
}

/** What the whole document of a schema is called; undefined where nothing says it. */
export const rootName = (schema: JsonSchema | undefined): string | undefined =>
  xmlWords(schema).name ?? (schema && names.get(schema))

export const isList = (schema: JsonSchema | undefined): boolean =>
  schema !== undefined &&
  (schema.type === 'array' || (Array.isArray(schema.type) && schema.type.includes('array')) || !!schema.items)

export interface Member {
  readonly property: string
  readonly schema: JsonSchema
  readonly words: XmlWords
  /** The element that holds it: of a list the wrapper, or where there is none each entry. */
  readonly element: string
  /** Of a list, each entry. */
  readonly entry: string
}

/** Members of an object, in the order of the document: many readers of XML want theirs in order. */
export function xmlMembers(schema: JsonSchema | undefined): readonly Member[] {
  if (!schema) return []
  return [...propertiesOf(schema)].map(([property, member]) => {
    const words = xmlWords(member)
    const own = words.name ?? property
    if (!isList(member)) return { property, schema: member, words, element: own, entry: own }
    // Without a wrapper the list's own name is nobody's: entries are called by `items`, or by the property.
    const items = xmlWords(member.items).name
    return words.wrapped
      ? { property, schema: member, words, element: own, entry: items ?? property }
      : { property, schema: member, words, element: items ?? property, entry: items ?? property }
  })
}
