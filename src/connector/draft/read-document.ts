/**
 * A vendor's OpenAPI document made fit to be drafted from: read within limits, 3.0 brought to 3.1, every operation
 * with an operationId of its own, callbacks as webhooks. What had to be written into it is told, nothing is guessed.
 */
import type { Code, Problem } from '../../kernel/errors.js'
import { isObject, type Json, type JsonObject } from '../../kernel/json.js'
import { parseYaml, type YamlFile, type YamlPath } from '../../kernel/yaml.js'
import { said } from './draft-text.js'
import { upgraded } from './upgrade.js'
import { snake } from './words.js'

export interface ForeignDocument {
  readonly root: JsonObject
  /** What was changed in it, a sentence each; empty where it may be copied as it came. */
  readonly changes: readonly string[]
  /** The document was JSON. */
  readonly json: boolean
}

/** Far above the largest published ones (some 5 MB), far below what hurts. */
export const MAX_DOCUMENT_BYTES = 8 * 1024 * 1024
/** Far deeper than any real document; readers that call themselves run out of stack only far beyond. */
const MAX_NESTING = 200
const MAX_PROBLEMS = 20
/** What the YAML reader says of a bomb that it survived. */
const OUT_OF_STACK = /call stack/
const METHODS = ['get', 'put', 'post', 'delete', 'patch', 'head', 'options']
const CONVERT =
  'this is Swagger 2.0; convert it to OpenAPI 3 first: `npx swagger2openapi swagger.json --patch --outfile openapi.json`, or editor.swagger.io, Edit, Convert to OpenAPI 3'

type Read =
  | { readonly document: ForeignDocument; readonly problems?: undefined }
  | { readonly document?: undefined; readonly problems: readonly Problem[] }

/** Reads a document from outside; every problem at once, each with its place. */
export function readForeign(text: string, file: string): Read {
  if (text.length > MAX_DOCUMENT_BYTES)
    return refused(file, 'CONNECTOR_DOCUMENT_LARGE', `more than ${MAX_DOCUMENT_BYTES} bytes`)
  const deep = (place?: Place) =>
    refused(file, 'CONNECTOR_DOCUMENT_BROKEN', `nested over ${MAX_NESTING} levels`, place)
  try {
    return readWithin(text, file, deep)
  } catch (error) {
    // The parsers call themselves at every level: a bomb of brackets ends their stack.
    if (error instanceof RangeError) return deep()
    throw error
  }
}

function readWithin(text: string, file: string, deep: (place?: Place) => Read): Read {
  const json = /^\s*\{/.test(text)
  const value = json ? jsonOf(text) : undefined
  let yaml: YamlFile | undefined
  const places = () => {
    yaml ??= parseYaml(text, file)
    return yaml
  }
  if (value === undefined && places().problems.length > 0) {
    const [spent] = places().problems.filter(({ message }) => OUT_OF_STACK.test(message))
    return spent ? deep(spent) : { problems: places().problems }
  }
  const root = value ?? places().value
  const depth = tooDeep(root)
  if (depth) {
    const place = places().locate(depth.path, { key: true })
    const itself = 'an anchor holds itself (`&a` around `*a`): write it as a $ref to a schema'
    return depth.cycle ? refused(file, 'CONNECTOR_DOCUMENT_BROKEN', itself, place) : deep(place)
  }
  const problems: Problem[] = []
  const fail = (path: YamlPath, message: string) => {
    if (problems.length < MAX_PROBLEMS)
      problems.push({
        code: 'CONNECTOR_DOCUMENT_BROKEN',
        severity: 'error',
        message,
        file,
        ...places().locate(path, { key: true }),
      })
  }
  if (!isObject(root)) return refused(file, 'CONNECTOR_DOCUMENT_BROKEN', 'the file holds no OpenAPI document')
  const version = String(root['openapi'] ?? '')
  if (root['swagger'] !== undefined) fail(['swagger'], CONVERT)
  else if (!/^3\.[012](?:\.|$)/.test(version))
    fail(['openapi'], 'the document must say openapi: 3.0.x or 3.1.x')
  else checkWhole(root as JsonObject, fail)
  if (problems.length > 0) return { problems }
  return { document: completed(root as JsonObject, version, json) }
}

function checkWhole(root: JsonObject, fail: (path: YamlPath, message: string) => void): void {
  const paths = isObject(root['paths']) ? root['paths'] : {}
  if (!Object.values(paths).some(item => isObject(item) && METHODS.some(method => isObject(item[method]))))
    fail(['paths'], 'the document has no paths: there is nothing to draft from')
  const walk = (value: unknown, at: YamlPath): void => {
    if (Array.isArray(value)) for (const [index, entry] of value.entries()) walk(entry, [...at, index])
    if (!isObject(value)) return
    const reference = value['$ref']
    if (typeof reference === 'string') {
      if (!reference.startsWith('#/'))
        fail(at, `$ref ${said(reference)} leaves the document: bundle it into one file first`)
      else if (!pointsSomewhere(root, reference)) fail(at, `$ref ${said(reference)} points to nothing`)
    }
    for (const [key, member] of Object.entries(value))
      if (key !== 'example' && key !== 'examples') walk(member, [...at, key])
  }
  walk(root, [])
}

function pointsSomewhere(root: JsonObject, reference: string): boolean {
  let value: unknown = root
  for (const part of reference.slice(2).split('/')) {
    const key = unescaped(part)
    if (Array.isArray(value)) value = value[Number(key)]
    else if (isObject(value) && Object.hasOwn(value, key)) value = value[key]
    else return false
  }
  return value !== undefined
}

function unescaped(part: string): string {
  const plain = part.replaceAll('~1', '/').replaceAll('~0', '~')
  try {
    return decodeURIComponent(plain)
  } catch {
    // A percent sign that begins no escape is itself.
    return plain
  }
}

/** What the hub asks of a document beyond OpenAPI, written into it. */
function completed(given: JsonObject, version: string, json: boolean): ForeignDocument {
  const changes: string[] = []
  let root: JsonObject = given
  if (version.startsWith('3.0')) {
    root = upgraded(given)
    changes.push(`OpenAPI ${said(version)} was brought to 3.1.0`)
  } else if (version.startsWith('3.2')) {
    root = { ...given, openapi: '3.1.1' }
    changes.push(`OpenAPI ${said(version)} is taken as 3.1`)
  }
  const named = withIds(root, changes)
  return { root: withSecurity(withWebhooks(named, changes), changes), changes, json }
}

function withIds(root: JsonObject, changes: string[]): JsonObject {
  const taken = new Set<string>()
  const unused = (wanted: string) => {
    let id = wanted
    for (let count = 2; taken.has(id); count++) id = `${wanted}_${count}`
    taken.add(id)
    return id
  }
  const operations = Object.entries(objectOf(root['paths'])).flatMap(([path, item]) =>
    METHODS.flatMap(method => {
      const operation = objectOf(item)[method]
      return isObject(operation) ? [{ path, method, id: operation['operationId'] }] : []
    }),
  )
  const ids = new Map<string, string>()
  // First those that have an id for themselves, so that no generated one takes it.
  for (const { path, method, id } of operations)
    if (typeof id === 'string' && id !== '' && !taken.has(id)) ids.set(`${method} ${path}`, unused(id))
  for (const { path, method, id } of operations) {
    const key = `${method} ${path}`
    if (ids.has(key)) continue
    const twice = typeof id === 'string' && id !== ''
    const made = unused(twice ? id : generatedId(method, path))
    ids.set(key, made)
    changes.push(
      twice
        ? `${method.toUpperCase()} ${said(path)}: operationId ${said(id)} was there already, it is now ${said(made)}`
        : `${method.toUpperCase()} ${said(path)}: had no operationId, it is now ${said(made)}`,
    )
  }
  if (!operations.some(({ path, method, id }) => ids.get(`${method} ${path}`) !== id)) return root
  const paths = Object.fromEntries(
    Object.entries(objectOf(root['paths'])).map(([path, item]): [string, Json] => {
      if (!isObject(item)) return [path, item]
      const members = Object.entries(item).map(([method, operation]): [string, Json] => {
        const id = ids.get(`${method} ${path}`)
        return [
          method,
          (id !== undefined && isObject(operation) ? { ...operation, operationId: id } : operation) as Json,
        ]
      })
      return [path, Object.fromEntries(members)]
    }),
  )
  return { ...root, paths }
}

/** `get /candidates/{id}` → `get_candidates_by_id`. */
function generatedId(method: string, path: string): string {
  const parts = path.split('/').map(part => snake(part.replace(/\{([^}]*)\}/g, ' by $1 ')))
  return [method, ...parts.filter(part => part !== '')].join('_')
}

/** What an operation promises to call back (`callbacks`) stands where the hub looks for it: under `webhooks`. */
function withWebhooks(root: JsonObject, changes: string[]): JsonObject {
  const webhooks: Record<string, Json> = Object.assign(Object.create(null), objectOf(root['webhooks']))
  for (const [path, item] of Object.entries(objectOf(root['paths'])))
    for (const method of METHODS)
      for (const [event, callback] of Object.entries(
        objectOf(objectOf(objectOf(item)[method])['callbacks']),
      )) {
        const [hook] = Object.values(objectOf(callback))
        if (Object.hasOwn(webhooks, event) || !isObject(hook)) continue
        webhooks[event] = hook as Json
        changes.push(
          `${method.toUpperCase()} ${said(path)}: its callback ${said(event)} stands under webhooks, too`,
        )
      }
  return changes.length > 0 && Object.keys(webhooks).length > 0 ? { ...root, webhooks } : root
}

/** A document with schemes that names none of them for its operations would be called without any. */
function withSecurity(root: JsonObject, changes: string[]): JsonObject {
  const [first] = Object.keys(objectOf(objectOf(root['components'])['securitySchemes']))
  const says = (node: unknown) => isObject(node) && Array.isArray(node['security'])
  const named =
    says(root) ||
    Object.values(objectOf(root['paths'])).some(item => METHODS.some(method => says(objectOf(item)[method])))
  if (first === undefined || named) return root
  changes.push(`no operation said which security scheme it wants; all are taken to want ${said(first)}`)
  return { ...root, security: [{ [first]: [] }] }
}

const objectOf = (value: unknown): JsonObject => (isObject(value) ? (value as JsonObject) : {})

function jsonOf(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json
  } catch {
    // The YAML reader tells the place.
    return undefined
  }
}

interface TooDeep {
  readonly path: YamlPath
  /** It holds itself, and has no end. */
  readonly cycle: boolean
}

/** The first place that lies too deep, or is one of those around it. */
function tooDeep(root: unknown): TooDeep | undefined {
  const around = new Set<unknown>()
  const path: (string | number)[] = []
  const walk = (value: unknown): TooDeep | undefined => {
    if (typeof value !== 'object' || value === null) return undefined
    if (around.has(value)) return { path: [...path], cycle: true }
    if (path.length >= MAX_NESTING) return { path: [...path], cycle: false }
    around.add(value)
    for (const [key, member] of Object.entries(value)) {
      path.push(key)
      const found = walk(member)
      if (found) return found
      path.pop()
    }
    around.delete(value)
    return undefined
  }
  return walk(root)
}

interface Place {
  readonly line: number
  readonly column: number
}

function refused(file: string, code: Code, message: string, { line, column }: Place = START): Read {
  return { problems: [{ code, severity: 'error', message, file, line, column }] }
}
const START: Place = { line: 1, column: 1 }
