/**
 * Errors as RFC 9457 problems. What the hub foresaw has a code; what it did not is a defect: logged with an id that
 * the answer carries, and nothing of the inside leaves.
 */
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { CODES, type Code, type HubError, isHubError, type Where } from '../kernel/errors.js'
import { newId } from '../kernel/ids.js'
import type { ServedHub } from './served.js'

export interface ProblemBody {
  readonly type: string
  readonly status: number
  readonly code: Code
  readonly title: string
  readonly detail: string
  readonly remedy: string
  /** Id of a defect, as in the log. */
  readonly instance?: string
  readonly where?: Where
  readonly errors?: readonly { readonly path: string; readonly detail: string }[]
}

export const PROBLEM_TYPE = 'application/problem+json'

/** What the framework refuses by itself, as codes of ours. */
const FRAMEWORK: Readonly<Record<string, Code>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'HTTP_BODY_LARGE',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'HTTP_TYPE_UNSUPPORTED',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'JSON_TEXT_BROKEN',
  FST_ERR_CTP_INVALID_JSON_BODY: 'JSON_TEXT_BROKEN',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'HTTP_REQUEST_BROKEN',
  FST_ERR_BAD_URL: 'HTTP_REQUEST_BROKEN',
  FST_ERR_MAX_PARAM_LENGTH: 'HTTP_ROUTE_UNKNOWN',
  FST_ERR_NOT_FOUND: 'HTTP_ROUTE_UNKNOWN',
  FST_ERR_VALIDATION: 'HTTP_REQUEST_INVALID',
}

export function problemOf(code: Code, detail: string, more: Partial<ProblemBody> = {}): ProblemBody {
  const { status, title, remedy } = CODES[code]
  return { type: 'about:blank', status, code, title, detail, remedy, ...more }
}

export function sendProblem(reply: FastifyReply, problem: ProblemBody): FastifyReply {
  return reply.code(problem.status).type(PROBLEM_TYPE).send(problem)
}

export function errorHandler({ log, parts }: Pick<ServedHub, 'log' | 'parts'>) {
  return (error: FastifyError | HubError, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const { status } = problemStatus(error)
    if (isHubError(error)) {
      if (error.wait !== undefined)
        reply.header('retry-after', String(Math.max(1, Math.ceil(error.wait / 1000))))
      else if (status === 503) reply.header('retry-after', '1')
      if (status === 401) reply.header('www-authenticate', 'Bearer')
      if (error.kind !== 'defect')
        return sendProblem(
          reply,
          problemOf(error.code, error.message, error.where ? { where: error.where } : {}),
        )
    }
    const framework = isHubError(error) ? undefined : frameworkProblem(error)
    if (framework) return sendProblem(reply, framework)
    const instance = newId('incident', parts.clock)
    log.error(
      {
        incident: instance,
        method: request.method,
        route: request.routeOptions.url ?? null,
        error: error.stack ?? String(error),
      },
      'http.defect',
    )
    return sendProblem(reply, problemOf('HUB_DEFECT', `the log tells more under ${instance}`, { instance }))
  }
}

const problemStatus = (error: FastifyError | HubError) => ({
  status: isHubError(error) ? error.entry.status : (error.statusCode ?? 500),
})

function frameworkProblem(error: FastifyError): ProblemBody | undefined {
  if (error.validation) {
    // A part of the address that cannot be: there is nothing there.
    if (error.validationContext === 'params')
      return problemOf('HTTP_ROUTE_UNKNOWN', 'no such kind or id can be')
    const errors = error.validation.map(({ instancePath, message, params }) => ({
      path: pathOf(error.validationContext, instancePath, params),
      detail: message ?? 'does not fit',
    }))
    return problemOf('HTTP_REQUEST_INVALID', `${error.validationContext ?? 'body'} does not fit`, { errors })
  }
  const code = FRAMEWORK[error.code]
  if (code) return problemOf(code, CODES[code].title)
  const status = error.statusCode ?? 500
  return status >= 400 && status < 500
    ? problemOf('HTTP_REQUEST_BROKEN', 'the request was refused', { status })
    : undefined
}

function pathOf(
  context: string | undefined,
  pointer: string,
  params: Readonly<Record<string, unknown>> | undefined,
): string {
  const name = params?.['additionalProperty'] ?? params?.['missingProperty']
  const steps = [
    context ?? 'body',
    ...pointer.split('/').slice(1),
    ...(name === undefined ? [] : [String(name)]),
  ]
  return steps.join('.')
}
