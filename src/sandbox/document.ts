/**
 * A vendor's OpenAPI 3.1 document as a simulator uses it: one checker per operation for requests and answers,
 * one per webhook for callbacks. A document that is wrong in itself fails here, at the start.
 */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Ajv2020, type AnySchema, type ErrorObject } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { isObject, type Json } from '../kernel/json.js'
import { parseYaml } from '../kernel/yaml.js'
import type { Answer } from './types.js'

type Node = Record<string, unknown>

export interface SecurityScheme {
  readonly type: 'apiKey' | 'http' | 'oauth2'
  readonly in?: 'header' | 'query' | 'cookie'
  readonly name?: string
  readonly scheme?: string
}

export interface CheckedParts {
  readonly params: Record<string, string>
  readonly query: Record<string, Json | undefined>
  readonly headers: Record<string, string>
}

export interface Operation {
  readonly id: string
  /** Upper case. */
  readonly method: string
  /** Fastify's form: `/candidates/:id`; a fragment (`/#SendSms`) is dropped. */
  readonly route: string
  /** Alternatives; each lists schemes that must all hold. Empty = open. */
  readonly security: readonly (readonly string[])[]
  /** Media types of the request body; empty = none allowed. */
  readonly mediaTypes: readonly string[]
  readonly bodyRequired: boolean
  /** Coerces in place; returns what does not fit, values never shown. */
  checkParts(parts: CheckedParts): readonly string[]
  checkBody(mediaType: string, body: Json): readonly string[]
  checkAnswer(answer: Answer): readonly string[]
}

export interface VendorDocument {
  readonly title: string
  readonly operations: readonly Operation[]
  readonly schemes: Readonly<Record<string, SecurityScheme>>
  /** What does not fit; undefined where the document has no webhook of that name. */
  checkCallback(event: string, body: Json): readonly string[] | undefined
}

const METHODS = ['get', 'put', 'post', 'delete', 'patch'] as const
/** Header parameters of these names are ignored by OpenAPI; auth is the security scheme's business. */
const NOT_PARAMETERS = new Set(['accept', 'content-type', 'authorization'])
const ROOT = 'vendor'

/** The folder with package.json above this file, whether it runs from src or from dist. */
function projectRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(folder, 'package.json'))) {
    const parent = dirname(folder)
    if (parent === folder) throw new Error('no package.json above the sandbox')
    folder = parent
  }
  return folder
}

/** `openapi/vendors/<name>.yaml` of the project. */
export function vendorDocumentFile(name: string): string {
  return join(projectRoot(), 'openapi', 'vendors', `${name}.yaml`)
}

/** The checkers keep nothing, so every simulator of a process shares them. */
const loaded = new Map<string, VendorDocument>()

/** @throws Error when the file is no OpenAPI document a simulator can hold itself to */
export function loadDocument(file: string): VendorDocument {
  const known = loaded.get(file)
  if (known) return known
  const yaml = parseYaml(readFileSync(file, 'utf8'), file)
  const broken = yaml.problems[0]
  if (broken) throw new Error(`${file}:${broken.line}:${broken.column} ${broken.message}`)
  const document = readDocument(yaml.value, file, { proven: true })
  loaded.set(file, document)
  return document
}

/**
 * @param proven a document that ships: a test compiles all of it, so a start may leave each schema to its first use
 * @param foreign a document that was not written for us: what its schemas say in no way that is known forbids nothing
 * @throws Error when it is no OpenAPI document a simulator can hold itself to
 */
export function readDocument(
  value: Json,
  name: string,
  { proven = false, foreign = false } = {},
): VendorDocument {
  const root = asNode(value)
  if (!String(root['openapi']).startsWith('3.1')) throw new Error(`${name}: not an OpenAPI 3.1 document`)
  const compiler = foreign ? leniently : proven ? lazily : eagerly
  const strict = compiler(createChecker(root, false, !foreign))
  const coercing = compiler(createChecker(root, 'array', !foreign))
  const components = asNode(root['components'])
  const schemes = asNode(components['securitySchemes']) as Record<string, SecurityScheme>
  const operations: Operation[] = []
  for (const [template, item] of Object.entries(asNode(root['paths'])))
    for (const method of METHODS) {
      if (!isObject(asNode(item)[method])) continue
      operations.push(readOperation(root, strict, coercing, schemes, template, method))
    }
  const ids = operations.map(operation => operation.id)
  const twice = ids.find((id, index) => ids.indexOf(id) !== index)
  if (twice !== undefined) throw new Error(`${name}: operationId ${twice} stands twice`)

  const callbacks = new Map<string, Check>()
  for (const [event, item] of Object.entries(asNode(root['webhooks']))) {
    const pointer = ['webhooks', event, 'post', 'requestBody', 'content', 'application/json', 'schema']
    if (isObject(item) && at(root, pointer)) callbacks.set(event, strict({ $ref: refTo(pointer) }))
  }
  return {
    title: String(asNode(root['info'])['title']),
    operations,
    schemes,
    checkCallback(event, body) {
      const check = callbacks.get(event)
      return check && complaints(check, body, 'callback')
    },
  }
}

/** What is wrong with a value; nothing where it fits. */
type Check = (value: unknown) => readonly ErrorObject[]
type Compile = (schema: AnySchema) => Check

function eagerly(ajv: Ajv2020): Compile {
  return schema => {
    const validate = ajv.compile(schema)
    return value => (validate(value) ? [] : (validate.errors ?? []))
  }
}

function lazily(ajv: Ajv2020): Compile {
  const compile = eagerly(ajv)
  return schema => {
    let check: Check | undefined
    return value => {
      check ??= compile(schema)
      return check(value)
    }
  }
}

/** A schema that cannot be compiled (a pattern of another dialect, say) takes everything. */
function leniently(ajv: Ajv2020): Compile {
  const compile = eagerly(ajv)
  return schema => {
    let check: Check | undefined
    return value => {
      if (check === undefined)
        try {
          check = compile(schema)
        } catch {
          check = () => []
        }
      return check(value)
    }
  }
}

function createChecker(root: Node, coerceTypes: false | 'array', strict: boolean): Ajv2020 {
  const ajv = new Ajv2020({
    allErrors: false,
    strict,
    ...(strict ? {} : { logger: false as const, validateSchema: false }),
    strictTypes: false,
    strictRequired: false,
    strictTuples: false,
    allowUnionTypes: true,
    coerceTypes,
  })
  addFormats.default(ajv)
  ajv.addVocabulary(['example', 'externalDocs', 'discriminator', 'xml', ...extensionsOf(root)])
  // Pointers into the document are compiled; its own members are words without meaning to a schema.
  ajv.addVocabulary(Object.keys(root))
  ajv.addSchema({ ...root, $id: ROOT } as AnySchema, ROOT, false, false)
  return ajv
}

function extensionsOf(node: unknown, found = new Set<string>()): Set<string> {
  if (Array.isArray(node)) for (const entry of node) extensionsOf(entry, found)
  else if (isObject(node))
    for (const [key, member] of Object.entries(node)) {
      if (key.startsWith('x-')) found.add(key)
      extensionsOf(member, found)
    }
  return found
}

interface Parameter {
  readonly name: string
  readonly in: string
  readonly required: boolean
  readonly pointer: readonly string[]
}

function readParameters(root: Node, pointers: readonly (readonly string[])[]): Parameter[] {
  const byKey = new Map<string, Parameter>()
  for (const listPointer of pointers) {
    const list = at(root, listPointer)
    if (!Array.isArray(list)) continue
    list.forEach((_, index) => {
      const pointer = resolve(root, [...listPointer, String(index)])
      const node = asNode(at(root, pointer))
      const where = String(node['in'])
      const name = where === 'header' ? String(node['name']).toLowerCase() : String(node['name'])
      if (where === 'header' && NOT_PARAMETERS.has(name)) return
      byKey.set(`${where} ${name}`, {
        name,
        in: where,
        required: node['required'] === true,
        pointer: [...pointer, 'schema'],
      })
    })
  }
  return [...byKey.values()]
}

function readOperation(
  root: Node,
  strict: Compile,
  coercing: Compile,
  schemes: Readonly<Record<string, SecurityScheme>>,
  template: string,
  method: string,
): Operation {
  const pointer = ['paths', template, method]
  const node = asNode(at(root, pointer))
  const id = String(node['operationId'] ?? '')
  if (id === '') throw new Error(`${method.toUpperCase()} ${template} has no operationId`)
  const parameters = readParameters(root, [
    ['paths', template, 'parameters'],
    [...pointer, 'parameters'],
  ])
  const inQuery = Object.values(schemes).flatMap(scheme => (scheme.in === 'query' ? [scheme.name ?? ''] : []))
  const objectOf = (where: string, open: boolean) =>
    coercing({
      type: 'object',
      properties: {
        ...Object.fromEntries(where === 'query' ? inQuery.map(name => [name, { type: 'string' }]) : []),
        ...Object.fromEntries(
          parameters.filter(p => p.in === where).map(p => [p.name, { $ref: refTo(p.pointer) }]),
        ),
      },
      required: parameters.filter(p => p.in === where && p.required).map(p => p.name),
      additionalProperties: open,
    })
  const checks = {
    params: objectOf('path', false),
    query: objectOf('query', false),
    headers: objectOf('header', true),
  }

  const bodyPointer = resolve(root, [...pointer, 'requestBody'])
  const bodyNode = asNode(at(root, bodyPointer))
  const bodies = new Map(
    Object.keys(asNode(bodyNode['content'])).map(mediaType => {
      const compile = mediaType === 'application/x-www-form-urlencoded' ? coercing : strict
      return [
        mediaTypeOf(mediaType),
        compile({ $ref: refTo([...bodyPointer, 'content', mediaType, 'schema']) }),
      ]
    }),
  )
  const answers = readAnswers(root, strict, [...pointer, 'responses'])
  const security = (node['security'] ?? root['security'] ?? []) as readonly Record<string, unknown>[]
  return {
    id,
    method: method.toUpperCase(),
    route: template.replace(/#.*$/, '').replace(/\{([^}]+)\}/g, ':$1'),
    security: security.map(alternative => Object.keys(alternative)),
    mediaTypes: [...bodies.keys()],
    bodyRequired: bodyNode['required'] === true,
    checkParts: parts => [
      ...complaints(checks.params, parts.params, 'path'),
      ...complaints(checks.query, parts.query, 'query'),
      ...complaints(checks.headers, parts.headers, 'header'),
    ],
    checkBody(mediaType, body) {
      const check = bodies.get(mediaType)
      return check ? complaints(check, body, 'body') : [`body must not be ${mediaType}`]
    },
    checkAnswer: answer => checkAnswer(answers, id, answer),
  }
}

/** Per status: null = any body (binary), a checker for JSON, undefined = no body documented. */
type Answers = Map<string, Map<string, Check | null>>

function readAnswers(root: Node, strict: Compile, pointer: readonly string[]): Answers {
  const answers: Answers = new Map()
  for (const status of Object.keys(asNode(at(root, pointer)))) {
    const responsePointer = resolve(root, [...pointer, status])
    const content = asNode(asNode(at(root, responsePointer))['content'])
    const types = new Map<string, Check | null>()
    for (const type of Object.keys(content)) {
      const schema = [...responsePointer, 'content', type, 'schema']
      types.set(
        mediaTypeOf(type),
        type.includes('json') && at(root, schema) ? strict({ $ref: refTo(schema) }) : null,
      )
    }
    answers.set(status, types)
  }
  return answers
}

function checkAnswer(answers: Answers, id: string, answer: Answer): readonly string[] {
  const types =
    answers.get(String(answer.status)) ??
    answers.get(`${Math.floor(answer.status / 100)}XX`) ??
    answers.get('default')
  if (!types) return [`${id}: status ${answer.status} is not documented`]
  if (answer.body === undefined) return types.size === 0 ? [] : [`${id}: ${answer.status} must have a body`]
  const type = mediaTypeOf(answer.type ?? 'application/json')
  const check = types.get(type)
  if (check === undefined) return [`${id}: ${answer.status} must not be ${type}`]
  if (check === null || Buffer.isBuffer(answer.body)) return []
  return complaints(check, answer.body, `${id} ${answer.status}`)
}

const mediaTypeOf = (type: string): string => type.split(';', 1)[0]?.trim().toLowerCase() ?? ''

function complaints(check: Check, value: unknown, where: string): string[] {
  return check(value).map(error => {
    const extra = error.params['additionalProperty'] ?? error.params['allowedValue']
    const allowed = error.params['allowedValues']
    const detail = Array.isArray(allowed)
      ? `: ${allowed.join(', ')}`
      : extra === undefined
        ? ''
        : ` (${extra})`
    return `${where}${error.instancePath} ${error.message ?? 'does not fit'}${detail}`
  })
}

function asNode(value: unknown): Node {
  return isObject(value) ? value : {}
}
function at(root: Node, pointer: readonly string[]): unknown {
  let node: unknown = root
  for (const step of pointer) {
    if (Array.isArray(node)) node = node[Number(step)]
    else node = isObject(node) && Object.hasOwn(node, step) ? node[step] : undefined
  }
  return node
}
/** Follows a `$ref` to where the thing itself stands. */
function resolve(root: Node, pointer: readonly string[]): readonly string[] {
  const ref = asNode(at(root, pointer))['$ref']
  if (typeof ref !== 'string') return pointer
  if (!ref.startsWith('#/')) throw new Error(`${ref}: only references inside the document are followed`)
  return ref
    .slice(2)
    .split('/')
    .map(step => decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~'))
}
function refTo(pointer: readonly string[]): string {
  const steps = pointer.map(step => encodeURIComponent(step.replaceAll('~', '~0').replaceAll('/', '~1')))
  return `${ROOT}#/${steps.join('/')}`
}
