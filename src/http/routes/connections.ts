/** Connections: where vendors call, whether each is well, and pausing one without losing anything. */
import Type from 'typebox'
import { HubError } from '../../kernel/errors.js'
import { type ConnectionFigures, connectionFigures } from '../../ledger/connection-figures.js'
import type { ConnectionConfig } from '../../pipeline/config/types.js'
import { pauseConnection, resumeConnection } from '../../pipeline/deliver/pause.js'
import { callerOf } from '../authorize.js'
import { Name, nullable, Open, Page } from '../schemas.js'
import type { App, ServedHub } from '../served.js'

const tags = ['connections']
const Form = Type.Object(
  {
    connection: Type.String(),
    connector: Type.String(),
    hook: Type.String({ description: 'Address for its callbacks; keep it between the two of you.' }),
    state: Type.String({ description: 'active, paused' }),
    because: nullable(Type.String({ description: 'Why it is paused.' })),
    skew_ms: nullable(Type.Integer({ description: 'Its clock against ours.' })),
    open: Open('Deliveries that do not rest well, by state.'),
    last_error: nullable(Open('Newest error of those.')),
    poll_errors: Open('Last error of each poll, by resource.'),
    refused_today: Open('Callbacks refused since midnight UTC, by code.'),
  },
  { $id: 'Connection', title: 'Connection' },
)
const Params = Type.Object({ connection: Name('Name in connections.yaml.') })

export function connectionRoutes(app: App, { parts, pipeline, log }: ServedHub): void {
  const form = (config: ConnectionConfig, figures: ConnectionFigures) => ({
    connection: config.name,
    connector: config.connector,
    hook: `${parts.publicUrl ?? ''}/hooks/${config.hook}`,
    state: figures.state,
    because: figures.because,
    skew_ms: figures.skewMs,
    open: figures.open,
    last_error: figures.lastError,
    poll_errors: figures.pollErrors,
    refused_today: figures.refused,
  })

  function configOf(tenant: string, name: string): ConnectionConfig {
    const found = parts.config(tenant).connections.get(name)
    if (!found)
      throw new HubError('PIPELINE_CONNECTION_UNKNOWN', { detail: 'there is no connection of this name' })
    return found
  }

  async function shown(tenant: string, configs: readonly ConnectionConfig[]) {
    const names = configs.map(config => config.name)
    const figures = await connectionFigures(parts.ledger, tenant, names, parts.clock.now())
    return configs.flatMap((config, i) => {
      const own = figures[i]
      return own ? [form(config, own)] : []
    })
  }

  app.get(
    '/v1/connections',
    {
      config: { scope: 'connections:read' },
      schema: {
        tags,
        operationId: 'listConnections',
        summary: 'Every connection with its callback address, its state and its last errors',
        response: { 200: Page(Form) },
      },
    },
    async request => {
      const { tenant } = callerOf(request)
      const configs = [...parts.config(tenant).connections.values()].sort((a, b) =>
        a.name < b.name ? -1 : 1,
      )
      return { items: await shown(tenant, configs), next: null }
    },
  )

  app.post(
    '/v1/connections/:connection/check',
    {
      config: { scope: 'connections:write' },
      schema: {
        tags,
        operationId: 'checkConnection',
        summary: 'Asks the vendor whether address and credentials are right',
        params: Params,
        response: {
          200: Type.Object({
            ok: Type.Boolean(),
            outcome: Type.String({ description: 'accepted, misconfigured, unreachable …' }),
            status: nullable(Type.Integer()),
            code: nullable(Type.String()),
            detail: Type.String(),
            took_ms: Type.Integer(),
          }),
        },
      },
    },
    async request => {
      const { connection } = configOf(callerOf(request).tenant, request.params.connection)
      const { is, status, code, detail, tookMs } = await connection.check()
      return {
        ok: is === 'accepted',
        outcome: is,
        status: status ?? null,
        code: code ?? null,
        detail,
        took_ms: Math.round(tookMs),
      }
    },
  )

  app.post(
    '/v1/connections/:connection/pause',
    {
      config: { scope: 'connections:write' },
      schema: {
        tags,
        operationId: 'pauseConnection',
        summary:
          'Sends nothing there until it is resumed; what begins meanwhile waits, what has begun comes to its end',
        params: Params,
        body: Type.Object(
          { because: Type.Optional(Type.String({ maxLength: 500, description: 'Shown to whoever looks.' })) },
          { additionalProperties: false },
        ),
        response: { 200: Form },
      },
      // The reason is a courtesy: a bare POST pauses too.
      preValidation: async request => {
        request.body ??= {}
      },
    },
    async request => {
      const { tenant } = callerOf(request)
      const config = configOf(tenant, request.params.connection)
      await pauseConnection(parts, tenant, config.name, request.body.because ?? 'by an operator')
      return (await shown(tenant, [config]))[0]
    },
  )

  app.post(
    '/v1/connections/:connection/resume',
    {
      config: { scope: 'connections:write' },
      schema: {
        tags,
        operationId: 'resumeConnection',
        summary: 'Sends again, the oldest wish first',
        params: Params,
        response: { 200: Form },
      },
    },
    async request => {
      const { tenant } = callerOf(request)
      const config = configOf(tenant, request.params.connection)
      await resumeConnection(parts, tenant, config.name)
      // What waited is due already; this only spares it the wait for the next sweep.
      pipeline.sweep().catch(error => log.warn({ error: String(error) }, 'connection.resume-sweep-failed'))
      return (await shown(tenant, [config]))[0]
    },
  )
}
