/** For balancers and monitors: is the process alive, can it store a callback, how much is waiting. No key. */
import Type from 'typebox'
import type { Metrics } from '../metrics.js'
import { Words } from '../schemas.js'
import type { App, ServedHub } from '../served.js'

/** A ledger slower than this cannot take a callback within a vendor's patience. */
const READY_WITHIN_MS = 1500
const STATEMENT = { name: 'ready', text: 'select 1 as one' }

/** What an acknowledgement means on this engine. */
const DURABILITY = {
  pglite:
    'Embedded: nothing acknowledged is lost when the process dies; a power cut may lose the last seconds or the folder. Make backups, or set DATABASE_URL.',
  postgres: 'Nothing acknowledged is lost: it is on the disk of Postgres (synchronous_commit on) first.',
} as const

const Ready = Type.Object({
  status: Words(['ready', 'away'], 'Whether callbacks can be stored.'),
  ledger: Type.Object({ engine: Type.String(), state: Words(['ok', 'away'], '') }),
  channel: Type.Object({
    carrier: Type.String(),
    state: Words(['ok', 'degraded'], 'degraded = deliveries wait for the sweep, nothing is lost.'),
    rings_lost: Type.Integer(),
  }),
  durability: Type.String({ description: 'What an acknowledgement means here.' }),
})

export function healthRoutes(app: App, { parts, channel }: ServedHub, metrics: Metrics): void {
  const { ledger } = parts
  const tags = ['health']

  app.get(
    '/healthz',
    {
      schema: {
        tags,
        operationId: 'health',
        summary: 'The process answers',
        security: [],
        response: { 200: Type.Object({ status: Type.Literal('ok') }) },
      },
    },
    async () => ({ status: 'ok' }),
  )

  app.get(
    '/readyz',
    {
      schema: {
        tags,
        operationId: 'ready',
        summary: 'Callbacks can be stored; the channel is shown and does not decide',
        security: [],
        response: { 200: Ready, 503: Ready },
      },
    },
    async (_request, reply) => {
      const [ready, carried] = await Promise.all([
        within(
          READY_WITHIN_MS,
          ledger.query(STATEMENT).then(() => true),
        ),
        within(
          READY_WITHIN_MS,
          channel.health().then(health => health === 'ok'),
        ),
      ])
      return reply.code(ready ? 200 : 503).send({
        status: ready ? 'ready' : 'away',
        ledger: { engine: ledger.engine, state: ready ? 'ok' : 'away' },
        channel: {
          carrier: channel.carrier,
          state: carried ? 'ok' : 'degraded',
          rings_lost: channel.lost,
        },
        durability: DURABILITY[ledger.engine],
      })
    },
  )

  app.get(
    '/metrics',
    {
      schema: {
        tags,
        operationId: 'metrics',
        summary: 'Figures for Prometheus; no personal data',
        security: [],
        produces: ['text/plain'],
      },
    },
    async (_request, reply) => reply.type(metrics.contentType).send(await metrics.text()),
  )
}

/** Late and failed are one answer: not now. */
async function within(ms: number, work: Promise<boolean>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<boolean>(resolve => {
    timer = setTimeout(() => resolve(false), ms)
  })
  return Promise.race([work.catch(() => false), late]).finally(() => clearTimeout(timer))
}
