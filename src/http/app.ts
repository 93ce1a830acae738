/**
 * The HTTP door as a value: nothing listens here. Callbacks and the API are two scopes with their own parsers and
 * locks; limits on every size and time are set in one place.
 */
import fastify from 'fastify'
import type { TSchema } from 'typebox'
import { HubError } from '../kernel/errors.js'
import { authorizer } from './authorize.js'
import { compileInput, parseBody, refuseText } from './check-input.js'
import { closeIdleLines } from './close-idle.js'
import { describe, serveDocument } from './document.js'
import { createMetrics } from './metrics.js'
import { errorHandler } from './problem.js'
import { changeRoutes } from './routes/changes.js'
import { connectionRoutes } from './routes/connections.js'
import { deliveryRoutes } from './routes/deliveries.js'
import { effectRoutes } from './routes/effects.js'
import { erasureRoutes } from './routes/erasures.js'
import { fileRoutes } from './routes/files.js'
import { findingRoutes } from './routes/findings.js'
import { healthRoutes } from './routes/health.js'
import { hookRoutes } from './routes/hooks.js'
import { keyRoutes } from './routes/keys.js'
import { mappingRoutes } from './routes/mappings.js'
import { mergeRoutes } from './routes/merges.js'
import { messageRoutes } from './routes/messages.js'
import { recordRoutes } from './routes/records.js'
import { sayingRoutes } from './routes/sayings.js'
import { named, Problem } from './schemas.js'
import type { App, AppOptions, ServedHub } from './served.js'

const LIMITS = {
  /** Bytes; routes that take more say so. */
  bodyLimit: 1024 * 1024,
  /** Milliseconds until the whole request must have come. */
  requestTimeout: 30_000,
  /** Longer than balancers keep an idle line, so that they close it and not we. */
  keepAliveTimeout: 72_000,
  connectionTimeout: 120_000,
} as const
/** External ids are up to 512 characters, and percent signs make three of one. */
const MOST_PARAM = 2048
const MOST_HEADERS = 16 * 1024

/** @returns the app, ready: `listen` or `inject` it, then `close` it */
export async function buildApp(hub: ServedHub, options: AppOptions = {}): Promise<App> {
  const fail = errorHandler(hub)
  const app: App = fastify({
    ...LIMITS,
    http: { maxHeaderSize: MOST_HEADERS },
    routerOptions: { maxParamLength: MOST_PARAM },
    logger: false,
    frameworkErrors: fail,
  }).withTypeProvider()
  const metrics = createMetrics(hub, options)

  app.setValidatorCompiler(compileInput as never)
  // Answers are made by forms whose types are the schemas; writing them by schema again would only hide members.
  app.setSerializerCompiler(() => data => JSON.stringify(data))
  app.setErrorHandler(fail)
  app.setNotFoundHandler(() => {
    throw new HubError('HTTP_ROUTE_UNKNOWN', { detail: 'there is nothing here' })
  })
  app.decorateRequest('arrivedAt', 0)
  app.decorateRequest('caller', null)
  app.addHook('onRequest', (request, _reply, done) => {
    request.arrivedAt = hub.parts.clock.now()
    done()
  })
  app.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'none'
    metrics.answered(request.method, route, reply.statusCode, reply.elapsedTime / 1000)
    // The route as it is written here, not as it was called: ids and queries are not for logs.
    hub.log.debug(
      { method: request.method, route, status: reply.statusCode, ms: Math.round(reply.elapsedTime) },
      'http.answered',
    )
    done()
  })
  closeIdleLines(app)
  await describe(app)
  await app.register(async scope => hookRoutes(scope as App, hub, options))
  await app.register(async scope => {
    healthRoutes(scope as App, hub, metrics)
    fileRoutes(scope as App, hub)
    apiRoutes(scope as App, hub, options)
  })
  await serveDocument(app)
  await app.ready()
  return app
}

function apiRoutes(app: App, hub: ServedHub, options: AppOptions): void {
  const authorize = authorizer(hub)
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(
    ['application/json', 'application/merge-patch+json'],
    { parseAs: 'string' },
    (_request, body, done) => {
      if (body === '') {
        done(null, undefined)
        return
      }
      try {
        done(null, parseBody(String(body)))
      } catch (error) {
        done(error as Error)
      }
    },
  )
  app.addHook('onRequest', authorize)
  app.addHook('preValidation', async request => {
    for (const part of [request.params, request.query])
      for (const value of Object.values(part ?? {}))
        if (typeof value === 'string') refuseText(value, 'the address')
  })
  app.addHook('onRoute', route => {
    if (!route.url.startsWith('/v1/')) return
    if (route.config?.scope === undefined) throw new TypeError(`${route.url} names no scope`)
    const response = (route.schema?.response ?? {}) as Record<string, TSchema>
    route.schema = {
      ...route.schema,
      description: [route.schema?.description, `Needs the scope \`${route.config.scope}\`.`]
        .filter(part => part !== undefined)
        .join('\n\n'),
      response: { ...response, '4xx': named(Problem), '5xx': named(Problem) },
    }
  })
  recordRoutes(app, hub)
  sayingRoutes(app, hub, options)
  mergeRoutes(app, hub)
  erasureRoutes(app, hub)
  changeRoutes(app, hub, options)
  messageRoutes(app, hub)
  deliveryRoutes(app, hub)
  effectRoutes(app, hub)
  findingRoutes(app, hub)
  connectionRoutes(app, hub)
  mappingRoutes(app, hub)
  keyRoutes(app, hub)
}
