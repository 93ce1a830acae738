/**
 * The part of an OpenAPI 3.1 document that calls need: operations by operationId with their parameters,
 * bodies and answers, servers by name, security schemes, schemas. `$ref` is resolved within the document;
 * where a schema contains itself, its second appearance accepts anything.
 */
import { readFile } from 'node:fs/promises'
import { HubError, type Problem } from '../../kernel/errors.js'
import { isObject, type Json } from '../../kernel/json.js'
import type { JsonSchema } from '../../kernel/json-schema.js'
import { parseYaml, type YamlFile, type YamlPath } from '../../kernel/yaml.js'
import { withFiles } from '../body/file-shape.js'
import { familyOf } from '../body/media-type.js'
import { nameSchema } from '../body/xml-words.js'

export interface Parameter {
  readonly name: string
  readonly in: 'path' | 'query' | 'header' | 'cookie'
  readonly required: boolean
  readonly schema: JsonSchema
  readonly explode: boolean
  /** `const`, or the only word of an `enum`: bound by itself. */
  readonly constant: Json | undefined
}
export interface Content {
  readonly mediaType: string
  readonly schema: JsonSchema | undefined
  /** Media type of a part, by member, of a multipart body. */
  readonly encoding?: Readonly<Record<string, string>>
  /** `example`, or the first of `examples`. */
  readonly example?: Json
}
export interface Operation {
  readonly id: string
  /** GET, POST … or the word of a built-in transport (SMTP). */
  readonly method: string
  /** `/v1/sessions/{session_id}`; empty where the server's address is the whole address (`x-address: whole`). */
  readonly path: string
  readonly server: string
  readonly parameters: readonly Parameter[]
  readonly body: (Content & { readonly required: boolean }) | undefined
  /** By status: `200`, `2XX`, `default`. */
  readonly answers: Readonly<Record<string, readonly Content[]>>
  /** Names of security schemes, any of which will do; undefined = the document's default; empty = none. */
  readonly security: readonly string[] | undefined
}
export interface SecurityScheme {
  readonly type: string
  readonly in: string | undefined
  readonly name: string | undefined
  readonly scheme: string | undefined
}
export interface ApiDocument {
  readonly file: string
  readonly title: string
  /** Name → address; the first server of the document is `default`, others are named by `x-name` or their address. */
  readonly servers: Readonly<Record<string, string>>
  readonly operations: ReadonlyMap<string, Operation>
  readonly schemas: Readonly<Record<string, JsonSchema>>
  readonly securitySchemes: Readonly<Record<string, SecurityScheme>>
  readonly security: readonly string[]
  /** Event name → schema of the callback's body. */
  readonly webhooks: ReadonlyMap<string, JsonSchema>
}

const METHODS = ['get', 'put', 'post', 'delete', 'patch', 'head', 'options']
const MAX_REF_DEPTH = 64
/** What schemas that contain each other may be written out to; beyond it their inner references accept anything. */
const MAX_UNROLLED = 200_000

/** Reads and resolves a document; every problem at once, `document` undefined where one is an error. */
export async function loadDocument(
  file: string,
): Promise<{ readonly document: ApiDocument | undefined; readonly problems: readonly Problem[] }> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (cause) {
    throw new HubError('CONNECTOR_FILE_MISSING', { detail: `cannot read ${file}`, where: { file }, cause })
  }
  return readDocument(parseYaml(text, file))
}

/** The same of a text that was parsed already. */
export function readDocument(yaml: YamlFile): {
  readonly document: ApiDocument | undefined
  readonly problems: readonly Problem[]
} {
  if (yaml.problems.length) return { document: undefined, problems: yaml.problems }
  const reader = new Reader(yaml)
  const document = reader.read()
  return { document: reader.problems.length ? undefined : document, problems: reader.problems }
}

type Node = Record<string, unknown>

class Reader {
  readonly problems: Problem[] = []
  private readonly root: Node
  private readonly yaml: YamlFile
  private readonly resolved = new Map<string, unknown>()
  private unrolled = 0

  constructor(yaml: YamlFile) {
    this.yaml = yaml
    this.root = isObject(yaml.value) ? yaml.value : {}
  }

  read(): ApiDocument {
    const version = this.root['openapi']
    if (typeof version !== 'string' || !version.startsWith('3.1'))
      this.fail([], 'the document must say openapi: 3.1.x')
    const components = node(this.resolve(this.root['components'], ['components'], 0))
    const servers: Record<string, string> = Object.create(null)
    this.servers(this.root['servers'], servers, true)
    const operations = new Map<string, Operation>()
    for (const [path, item] of Object.entries(node(this.root['paths']))) {
      const at = ['paths', path]
      const members = node(this.resolve(item, at, 0))
      const shared = list(members['parameters'])
      for (const method of METHODS) {
        const raw = members[method]
        if (!isObject(raw)) continue
        const operation = this.operation(method, path, raw, shared, servers, members['servers'], [
          ...at,
          method,
        ])
        if (!operation) continue
        if (operations.has(operation.id))
          this.fail([...at, method], `operationId ${operation.id} is used twice`)
        operations.set(operation.id, operation)
      }
    }
    const webhooks = new Map<string, JsonSchema>()
    for (const [name, item] of Object.entries(node(this.root['webhooks']))) {
      const members = node(this.resolve(item, ['webhooks', name], 0))
      for (const method of METHODS) {
        const schema = bodyOf(node(members[method])['requestBody'])?.schema
        if (schema) webhooks.set(name, schema)
      }
    }
    const schemes: Record<string, SecurityScheme> = Object.create(null)
    for (const [name, raw] of Object.entries(node(components['securitySchemes']))) {
      const scheme = node(raw)
      schemes[name] = {
        type: text(scheme['type']) ?? '',
        in: text(scheme['in']),
        name: text(scheme['name']),
        scheme: text(scheme['scheme'])?.toLowerCase(),
      }
    }
    return {
      file: this.yaml.file,
      title: text(node(this.root['info'])['title']) ?? '',
      servers,
      operations,
      schemas: node(components['schemas']) as Record<string, JsonSchema>,
      securitySchemes: schemes,
      security: securityNames(this.root['security']) ?? [],
      webhooks,
    }
  }

  private operation(
    method: string,
    path: string,
    raw: Node,
    shared: readonly unknown[],
    servers: Record<string, string>,
    pathServers: unknown,
    at: YamlPath,
  ): Operation | undefined {
    const id = text(raw['operationId'])
    if (id === undefined) {
      this.fail(at, 'the operation has no operationId')
      return undefined
    }
    const parameters = new Map<string, Parameter>()
    for (const entry of [...shared, ...list(raw['parameters'])]) {
      const parameter = toParameter(node(entry))
      if (parameter) parameters.set(`${parameter.in} ${parameter.name}`, parameter)
    }
    const answers: Record<string, readonly Content[]> = Object.create(null)
    for (const [status, answer] of Object.entries(node(raw['responses'])))
      answers[status.toUpperCase() === 'DEFAULT' ? 'default' : status.toUpperCase()] = contents(
        node(answer)['content'],
      )
    const own = this.servers(raw['servers'] ?? pathServers, servers, false)
    return {
      id,
      method: method.toUpperCase(),
      // An address that somebody gives as a whole (an endpoint of theirs) takes no path of ours after it.
      path: raw['x-address'] === 'whole' ? '' : path,
      server: own ?? 'default',
      parameters: [...parameters.values()],
      body: bodyOf(raw['requestBody']),
      answers,
      security: securityNames(raw['security']),
    }
  }

  private servers(raw: unknown, into: Record<string, string>, root: boolean): string | undefined {
    let first: string | undefined
    for (const [index, entry] of list(raw).entries()) {
      const server = node(entry)
      let url = text(server['url']) ?? ''
      for (const [name, variable] of Object.entries(node(server['variables'])))
        url = url.replaceAll(`{${name}}`, text(node(variable)['default']) ?? '')
      const name = root && index === 0 ? 'default' : (text(server['x-name']) ?? url)
      into[name] = url.replace(/\/+$/, '')
      first ??= name
    }
    return first
  }

  /**
   * Resolves every `$ref` below a node; the same reference gives the same object, a cycle ends in `{}`.
   * @param open references that are being resolved around this node
   * @param cut takes those of them at which the result was cut short
   */
  private resolve(
    value: unknown,
    at: YamlPath,
    depth: number,
    open: readonly string[] = [],
    cut: Set<string> = new Set(),
  ): unknown {
    if (depth > 4 * MAX_REF_DEPTH) return {}
    if (Array.isArray(value))
      return value.map((entry, i) => this.resolve(entry, [...at, i], depth + 1, open, cut))
    if (!isObject(value)) return value
    const reference = value['$ref']
    if (typeof reference === 'string') {
      const known = this.resolved.get(reference)
      if (known !== undefined) return known
      const spent = open.length > 0 && this.unrolled > MAX_UNROLLED
      if (open.includes(reference) || open.length > MAX_REF_DEPTH || spent) {
        cut.add(spent ? '' : reference)
        return {}
      }
      const target = this.lookup(reference, at)
      const inner = new Set<string>()
      const result = this.resolve(target, at, depth + 1, [...open, reference], inner)
      inner.delete(reference)
      if (isObject(result)) nameSchema(result, reference)
      // What was cut short at a reference around it is right for this place alone; only a whole one is shared.
      if (inner.size === 0 || open.length === 0) this.resolved.set(reference, result)
      for (const name of inner) cut.add(name)
      return result
    }
    if (open.length > 0) this.unrolled += 1
    const copy: Node = {}
    for (const [key, member] of Object.entries(value)) {
      if (key === '__proto__') continue
      copy[key] =
        key === 'example' || key === 'examples'
          ? member
          : this.resolve(member, [...at, key], depth + 1, open, cut)
    }
    return copy
  }

  private lookup(reference: string, at: YamlPath): unknown {
    if (!reference.startsWith('#/')) {
      this.fail(at, `$ref ${reference} leaves the document`)
      return {}
    }
    let value: unknown = this.root
    for (const part of reference.slice(2).split('/')) {
      const key = decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~')
      if (!isObject(value) || !Object.hasOwn(value, key)) {
        this.fail(at, `$ref ${reference} points to nothing`)
        return {}
      }
      value = value[key]
    }
    return value
  }

  private fail(path: YamlPath, message: string): void {
    this.problems.push({
      code: 'CONNECTOR_DOCUMENT_BROKEN',
      severity: 'error',
      message,
      file: this.yaml.file,
      ...this.yaml.locate(path, { key: true }),
    })
  }
}

const node = (value: unknown): Node => (isObject(value) ? value : {})
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

function securityNames(raw: unknown): readonly string[] | undefined {
  return Array.isArray(raw) ? raw.flatMap(entry => Object.keys(node(entry))) : undefined
}

function contents(raw: unknown): readonly Content[] {
  return Object.entries(node(raw)).map(([mediaType, content]) => {
    const example = exampleOf(node(content))
    return {
      mediaType: mediaType.toLowerCase(),
      schema: node(content)['schema'] as JsonSchema | undefined,
      ...encodingOf(node(node(content)['encoding'])),
      ...(example === undefined ? {} : { example }),
    }
  })
}

function exampleOf(content: Node): Json | undefined {
  if (content['example'] !== undefined) return content['example'] as Json
  const [first] = Object.values(node(content['examples']))
  return node(first)['value'] as Json | undefined
}

function bodyOf(raw: unknown): (Content & { readonly required: boolean }) | undefined {
  const body = node(raw)
  const all = contents(body['content'])
  const chosen = all.find(content => isJsonType(content.mediaType)) ?? all[0]
  if (!chosen) return undefined
  const family = familyOf(chosen.mediaType)
  const files = family === 'multipart' || family === 'file'
  return {
    ...chosen,
    ...(files && { schema: withFiles(chosen.schema) }),
    required: body['required'] === true,
  }
}

function encodingOf(raw: Node): Pick<Content, 'encoding'> {
  const types = Object.entries(raw).flatMap(([name, words]) => {
    const type = text(node(words)['contentType'])
    return type === undefined ? [] : [[name, type] as const]
  })
  return types.length > 0 ? { encoding: Object.fromEntries(types) } : {}
}

export const isJsonType = (mediaType: string): boolean => /^application\/(?:[\w.-]+\+)?json\b/.test(mediaType)

function toParameter(raw: Node): Parameter | undefined {
  const name = text(raw['name'])
  const place = text(raw['in'])
  if (
    name === undefined ||
    (place !== 'path' && place !== 'query' && place !== 'header' && place !== 'cookie')
  )
    return undefined
  const schema = node(raw['schema']) as JsonSchema
  const only = schema.enum?.length === 1 ? schema.enum[0] : undefined
  return {
    name,
    in: place,
    required: raw['required'] === true || place === 'path',
    schema,
    explode: raw['explode'] !== false,
    constant: schema.const ?? only,
  }
}
