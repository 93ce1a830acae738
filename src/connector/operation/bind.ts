/**
 * Binds one step to its operation: parameters by name, the mapped body with what `with` adds, cut to the
 * operation's schema, the effect's token where the vendor wants it. What comes out is exact to the byte and
 * carries no auth, so it can be kept and sent again as it is.
 */
import { HubError } from '../../kernel/errors.js'
import { derivedUuid } from '../../kernel/ids.js'
import { isObject, type Json, type JsonObject } from '../../kernel/json.js'
import { familyOf } from '../body/media-type.js'
import { writeBody } from '../body/write.js'
import { scalar } from '../body/write-form.js'
import type { Scope } from '../expressions.js'
import type { Step } from '../manifest/connector.js'
import type { Content, Operation, Parameter } from '../manifest/openapi.js'
import type { PreparedCall } from '../types.js'
import { project } from './project.js'

export interface BindOptions {
  readonly step: Step
  readonly scope: Scope
  /** The mapped value the call sends; undefined where the call sends only what `with` says. */
  readonly mapped: JsonObject | undefined
  /** The effect's token; undefined for calls that are no effects. */
  readonly token: string | undefined
  /** First step of its slot: it takes the token itself, later ones a token derived from it. */
  readonly first: boolean
  readonly transport: string
}

/**
 * @throws HubError CONNECTOR_BINDING_ABSENT where a required parameter has no value, CONNECTOR_BINDING_INVALID,
 *   CONNECTOR_FILE_INVALID, CONNECTOR_BODY_UNWRITABLE where a value cannot be sent
 */
export function bindCall(options: BindOptions): PreparedCall {
  const { step, scope } = options
  const { operation } = step
  const token = options.token === undefined ? undefined : stepToken(options.token, options)
  const query: string[] = []
  const headers: Record<string, string> = {}
  let path = operation.path
  const put = (parameter: Parameter, value: Json) => {
    if (parameter.in === 'path')
      path = path.replaceAll(`{${parameter.name}}`, segment(operation.id, parameter, value))
    else if (parameter.in === 'query') query.push(...queryMember(parameter, value))
    else headers[parameter.name.toLowerCase()] = headerValue(operation.id, parameter, value)
  }
  const spread = step.spread?.evaluate(scope)
  const loose: JsonObject = isObject(spread) ? (spread as JsonObject) : {}
  for (const parameter of operation.parameters) {
    const bound = step.parameters.get(parameter.name)
    const value =
      bound?.evaluate(scope) ??
      (isTokenPlace(step, parameter) ? token : undefined) ??
      (parameter.in === 'query' && Object.hasOwn(loose, parameter.name)
        ? loose[parameter.name]
        : undefined) ??
      parameter.constant
    if (value !== undefined && value !== null) put(parameter, value)
    else if (parameter.required && !isAuthParameter(parameter))
      throw new HubError('CONNECTOR_BINDING_ABSENT', {
        detail: `${operation.id}: ${parameter.in} parameter ${parameter.name} has no value`,
        where: { path: parameter.name },
      })
  }
  const body = bodyOf(options, token)
  const content: Content = operation.body ?? { mediaType: 'application/json', schema: undefined }
  const seed = `${options.token ?? ''}/${step.name}`
  const written = body === undefined ? undefined : writeBody(body, content, seed)
  if (written) headers['content-type'] = written.contentType
  const accept = acceptOf(operation)
  if (accept !== undefined) headers['accept'] ??= accept
  return {
    step: step.name,
    operation: operation.id,
    transport: options.transport,
    repeatable: step.repeatable,
    tokenWindow:
      token !== undefined && step.token && step.token !== 'never' ? step.token.windowMs : undefined,
    method: operation.method,
    server: operation.server,
    path: query.length ? `${path}${path.includes('?') ? '&' : '?'}${query.join('&')}` : path,
    headers,
    body: written?.body,
    ...(written?.pieces && { pieces: written.pieces }),
    mediaType: written && content.mediaType,
  }
}

/** An empty or dotted segment would be another address: the list instead of the thing, the folder above. */
function segment(operation: string, parameter: Parameter, value: Json): string {
  const text = scalar(value)
  if (text === '' || text === '.' || text === '..') throw unsendable(operation, parameter)
  return encodeURIComponent(text)
}

/** Visible ASCII and blanks alone: a line break would begin another header. */
function headerValue(operation: string, parameter: Parameter, value: Json): string {
  const text = scalar(value)
  if (!/^[\x20-\x7e\t]*$/.test(text)) throw unsendable(operation, parameter)
  return text
}

function unsendable(operation: string, parameter: Parameter): HubError {
  return new HubError('CONNECTOR_BINDING_INVALID', {
    detail: `${operation}: the value of ${parameter.in} parameter ${parameter.name} cannot be sent`,
    where: { path: parameter.name },
  })
}

/** Security schemes place these; they are never bound. */
const isAuthParameter = (parameter: Parameter): boolean => parameter.name.toLowerCase() === 'authorization'

function isTokenPlace(step: Step, parameter: Parameter): boolean {
  const place = step.token
  return (
    place !== undefined &&
    place !== 'never' &&
    place.in === parameter.in &&
    place.name.toLowerCase() === parameter.name.toLowerCase()
  )
}

function stepToken(token: string, { step, first }: BindOptions): string | undefined {
  if (!step.token || step.token === 'never') return undefined
  const own = first ? token : derivedUuid(Buffer.from(token), step.name)
  return step.token.format === 'hex' ? own.replaceAll('-', '') : own
}

function bodyOf({ step, scope, mapped }: BindOptions, token: string | undefined): Json | undefined {
  const { operation } = step
  if (!operation.body) return undefined
  let body: Json
  if (step.body && !Array.isArray(step.body)) {
    const whole = (step.body as { evaluate(scope: Scope): Json | undefined }).evaluate(scope)
    if (whole === undefined) return operation.body.required ? {} : undefined
    body = whole
  } else {
    // A spread sends the mapped value as parameters; the body is then only what `with` says.
    let merged: JsonObject = step.spread ? {} : (mapped ?? {})
    for (const entry of step.body ?? []) {
      const value = entry.rule.evaluate(scope)
      if (value !== undefined) merged = withMember(merged, entry.path, value)
    }
    body = merged
  }
  if (
    token !== undefined &&
    step.token &&
    step.token !== 'never' &&
    step.token.in === 'body' &&
    isObject(body)
  )
    body = withMember(body as JsonObject, step.token.name.split('.'), token)
  const cut = project(body, operation.body.schema)
  const empty = isObject(cut) && Object.keys(cut).length === 0
  return empty && !operation.body.required ? undefined : cut
}

/** A copy with the member at the path set; members on the way become objects. */
function withMember(value: JsonObject, path: readonly string[], member: Json): JsonObject {
  const [key = '', ...rest] = path
  const inner = Object.hasOwn(value, key) ? value[key] : undefined
  const next = rest.length ? withMember(isObject(inner) ? (inner as JsonObject) : {}, rest, member) : member
  return Object.fromEntries([...Object.entries(value).filter(([name]) => name !== key), [key, next]])
}

function queryMember(parameter: Parameter, value: Json): readonly string[] {
  const pair = (entry: Json) => `${encodeURIComponent(parameter.name)}=${encodeURIComponent(scalar(entry))}`
  if (!Array.isArray(value)) return [pair(value)]
  return parameter.explode
    ? value.map(entry => pair(entry as Json))
    : [pair(value.map(entry => scalar(entry as Json)).join(','))]
}

/** XML where the operation answers nothing else; JSON is asked for by itself. */
function acceptOf({ answers }: Operation): string | undefined {
  const types = Object.entries(answers).flatMap(([status, contents]) =>
    status.startsWith('2') ? contents.map(content => content.mediaType) : [],
  )
  return types.some(type => familyOf(type) === 'json')
    ? undefined
    : types.find(type => familyOf(type) === 'xml')
}
