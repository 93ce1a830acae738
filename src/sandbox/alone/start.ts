/**
 * A simulator of a vendor that runs from its OpenAPI document alone: requests are held to the document, what is made
 * is kept in memory, everything is let in with one credential. It listens on 127.0.0.1.
 */
import { successOf } from '../../connector/draft/answers.js'
import { tokenCall } from '../../connector/draft/auth.js'
import type { ForeignDocument } from '../../connector/draft/read-document.js'
import { findResources, type Role } from '../../connector/draft/resources.js'
import { type ApiDocument, readDocument as readApi } from '../../connector/manifest/openapi.js'
import { HubError } from '../../kernel/errors.js'
import { isObject, type Json } from '../../kernel/json.js'
import { readDocument, type VendorDocument } from '../document.js'
import { type SimulatorOptions, startSimulator } from '../simulator.js'
import { createTokens, emptyTokens } from '../tokens.js'
import type { Answer, Credential, Handler, Problem, Runtime, Simulator, Vendor } from '../types.js'
import { CREDENTIAL, exampleHandler, roleHandler, routeName, tokenHandler } from './handlers.js'
import { placed, stepsOf } from './place.js'
import { type Things, thingsOf } from './things.js'

const STATUS: Readonly<Record<Problem['kind'], number>> = {
  unauthenticated: 401,
  token_expired: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  unsupported_type: 415,
  invalid: 400,
  throttled: 429,
  failed: 500,
}

/** @throws HubError `CONNECTOR_DOCUMENT_BROKEN` where no simulator can be made of the document */
export async function startAlone(
  name: string,
  { root }: ForeignDocument,
  options: SimulatorOptions = {},
): Promise<Simulator> {
  const { document, problems } = readApi({
    file: name,
    value: root,
    problems: [],
    locate: () => ({ line: 1, column: 1 }),
  })
  if (!document) throw broken(problems[0]?.message ?? 'the document cannot be read')
  let read: VendorDocument
  try {
    read = runnable(readDocument(root, name, { foreign: true }), document)
  } catch (cause) {
    throw broken(cause instanceof Error ? cause.message : 'the document cannot be run', cause)
  }
  return startSimulator(
    { name, title: document.title || name, document: { read } },
    runtime => vendorOf(runtime, document, read),
    options,
  )
}

const broken = (detail: string, cause?: unknown) =>
  new HubError('CONNECTOR_DOCUMENT_BROKEN', { detail, cause })

/** Routes as the server can have them, one per path and method, and no judging of our own answers. */
function runnable(read: VendorDocument, document: ApiDocument): VendorDocument {
  const taken = new Set<string>()
  const operations = read.operations.flatMap(operation => {
    const path = document.operations.get(operation.id)?.path ?? operation.route
    const plain = path
      .replace(/[?#].*$/, '')
      .replaceAll(':', '::')
      .replaceAll('*', '')
    const route = plain.replace(/\{([^}]+)\}/g, (_, parameter: string) => `:${routeName(parameter)}`)
    const key = `${operation.method} ${plain.replace(/\{[^}]+\}/g, '{}')}`
    if (taken.has(key)) return []
    taken.add(key)
    const names = [...path.matchAll(/\{([^}]+)\}/g)].map(([, parameter = '']) => parameter)
    return [
      {
        ...operation,
        route,
        checkParts: (parts: Parameters<typeof operation.checkParts>[0]) =>
          bounded(() =>
            operation.checkParts({
              ...parts,
              params: Object.fromEntries(
                names.map(parameter => [parameter, parts.params[routeName(parameter)] ?? '']),
              ),
            }),
          ),
        checkBody: (mediaType: string, body: Json) => bounded(() => operation.checkBody(mediaType, body)),
        checkAnswer: () => [],
      },
    ]
  })
  return { ...read, operations }
}

/** A schema that is part of itself (`allOf` of its own name) has no end to be held to: it takes everything. */
function bounded(check: () => readonly string[]): readonly string[] {
  try {
    return check()
  } catch (error) {
    if (error instanceof RangeError) return []
    throw error
  }
}

function vendorOf(runtime: Runtime, document: ApiDocument, read: VendorDocument): Vendor {
  const tokens = createTokens(runtime.slice('tokens', emptyTokens), () => runtime.now(), 'token_')
  const success = successOf(document)
  const alone = { runtime, success, issueToken: (lifeMs: number) => tokens.issue('hub', lifeMs) }
  const call = tokenCall(document)
  const { resources } = findResources(document, new Set(call ? [call.operation.id] : []))
  const kept: Things[] = []
  const handlers: Record<string, Handler> = Object.create(null)
  for (const resource of resources) {
    const things = thingsOf(runtime, resource)
    kept.push(things)
    for (const [role, operation] of Object.entries(resource.operations))
      handlers[operation.id] = roleHandler(alone, role as Role, operation, resource, things)
  }
  if (call) handlers[call.operation.id] = tokenHandler(alone, call)
  for (const operation of document.operations.values())
    handlers[operation.id] ??= exampleHandler(alone, operation)
  const check = ({ value }: Credential): string => {
    if (value === CREDENTIAL || value === `${CREDENTIAL}:` || value === `${CREDENTIAL}:${CREDENTIAL}`)
      return 'hub'
    return tokens.check(value)
  }
  const ids = new Set(read.operations.map(({ id }) => id))
  return {
    handlers: Object.fromEntries(Object.entries(handlers).filter(([id]) => ids.has(id))),
    auth: Object.fromEntries(Object.keys(read.schemes).map(scheme => [scheme, check])),
    problem: problem => refusal(problem, success?.path, success?.value),
    expireTokens: () => tokens.expireAll(),
    page: () =>
      kept.map(things => ({
        title: things.name,
        columns: ['id', 'thing'],
        rows: things.all().map(thing => [things.idOf(thing), JSON.stringify(thing)]),
      })),
    snapshot: () => Object.fromEntries(kept.map(things => [things.name, things.all()])) as unknown as Json,
  }
}

/** A refusal in the document's own envelope where it has one. */
function refusal(problem: Problem, path: string | undefined, value: Json | undefined): Answer {
  const status = problem.status ?? STATUS[problem.kind]
  const said: Json = { error: problem.kind, message: problem.detail }
  if (path === undefined) return { status, body: said }
  const wrong: Json =
    typeof value === 'boolean' ? !value : typeof value === 'string' ? String(status) : status
  const body = placed(said, stepsOf(path), wrong)
  return { status, body: isObject(body) ? body : said }
}

export { CREDENTIAL } from './handlers.js'
