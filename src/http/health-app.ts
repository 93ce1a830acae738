/**
 * The door of a worker: whether it lives, whether it can store, its figures. No API, no callbacks, no documents; the
 * same three routes as the whole door has, so that one healthcheck and one scrape fit every role.
 */
import fastify from 'fastify'
import { HubError } from '../kernel/errors.js'
import { compileInput } from './check-input.js'
import { closeIdleLines } from './close-idle.js'
import { createMetrics } from './metrics.js'
import { errorHandler } from './problem.js'
import { healthRoutes } from './routes/health.js'
import type { App, AppOptions, ServedHub } from './served.js'

const LIMITS = { bodyLimit: 1024, requestTimeout: 10_000, connectionTimeout: 30_000 } as const

/** @returns the app, ready: `listen` or `inject` it, then `close` it */
export async function buildHealthApp(hub: ServedHub, options: AppOptions = {}): Promise<App> {
  const fail = errorHandler(hub)
  const app: App = fastify({ ...LIMITS, logger: false, frameworkErrors: fail }).withTypeProvider()
  app.setValidatorCompiler(compileInput as never)
  app.setSerializerCompiler(() => data => JSON.stringify(data))
  app.setErrorHandler(fail)
  app.setNotFoundHandler(() => {
    throw new HubError('HTTP_ROUTE_UNKNOWN', { detail: 'a worker answers /healthz, /readyz and /metrics' })
  })
  closeIdleLines(app)
  healthRoutes(app, hub, createMetrics(hub, options))
  await app.ready()
  return app
}
