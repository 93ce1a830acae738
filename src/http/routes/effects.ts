/** Effects: the calls that changed something outside, each with its end and its tries; bytes stay sealed. */
import Type from 'typebox'
import { HubError } from '../../kernel/errors.js'
import { attemptsOfEffect, findEffect, listEffects } from '../../ledger/list-effects.js'
import { callerOf } from '../authorize.js'
import { effectCursor, pageOf } from '../cursor.js'
import { attemptForm, effectForm } from '../forms/delivery.js'
import {
  AttemptForm,
  DEFAULT_LIMIT,
  EffectForm,
  Id,
  Name,
  named,
  Page,
  PageQuery,
  Query,
  Words,
} from '../schemas.js'
import type { App, ServedHub } from '../served.js'

const tags = ['effects']
const MOST_ATTEMPTS = 500

export function effectRoutes(app: App, { parts }: ServedHub): void {
  app.get(
    '/v1/effects',
    {
      config: { scope: 'deliveries:read' },
      schema: {
        tags,
        operationId: 'listEffects',
        summary: 'Effects, those of the newest deliveries first',
        querystring: Query({
          ...PageQuery,
          state: Type.Optional(
            Words(
              ['open', 'accepted', 'refused', 'half-made', 'absent', 'exists', 'dropped'],
              'Its end, or open.',
            ),
          ),
          verb: Type.Optional(Words(['create', 'update', 'delete', 'put'], 'What it does.')),
          delivery: Type.Optional(Id('Only of this delivery.')),
          connection: Type.Optional(Name('Where it goes.')),
          flow: Type.Optional(Name('The flow that wants it.')),
          record: Type.Optional(Id('The record it is about.')),
          code: Type.Optional(Name('A try of it ended with this code.')),
        }),
        response: { 200: Page(named(EffectForm)) },
      },
    },
    async request => {
      const { limit = DEFAULT_LIMIT, cursor, ...filter } = request.query
      const rows = await listEffects(parts.ledger, callerOf(request).tenant, {
        ...filter,
        before: effectCursor(cursor),
        limit: limit + 1,
      })
      return pageOf(rows, limit, effectForm, row => [row.delivery, row.n])
    },
  )

  app.get(
    '/v1/effects/:id',
    {
      config: { scope: 'deliveries:read' },
      schema: {
        tags,
        operationId: 'getEffect',
        summary: 'One effect with its tries',
        params: Type.Object({
          id: Type.String({
            pattern: '^delivery_[0-9a-f]{32}\\.[0-9]{1,9}$',
            description: 'delivery.number',
          }),
        }),
        response: {
          200: Type.Intersect([
            named<Record<string, unknown>>(EffectForm),
            Type.Object({ tries: Type.Array(AttemptForm) }),
          ]),
        },
      },
    },
    async request => {
      const { tenant } = callerOf(request)
      const [delivery = '', n = ''] = request.params.id.split('.')
      const effect = await findEffect(parts.ledger, tenant, delivery, Number(n))
      if (!effect) throw new HubError('PIPELINE_ID_UNKNOWN', { detail: 'there is no effect of this id' })
      const tries = await attemptsOfEffect(parts.ledger, tenant, delivery, Number(n), MOST_ATTEMPTS)
      return { ...effectForm(effect), tries: tries.map(attemptForm) }
    },
  )
}
