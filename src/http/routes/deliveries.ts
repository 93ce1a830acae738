/** Deliveries: what each system is to hold, how far it is, and what an operator may do about it. */
import Type from 'typebox'
import { HubError } from '../../kernel/errors.js'
import { findDelivery, listDeliveries } from '../../ledger/list-deliveries.js'
import { attemptsOfEffect } from '../../ledger/list-effects.js'
import { cancelDelivery } from '../../pipeline/cancel.js'
import { countRedrive, operationAnswer, redriveAll, redriveDelivery } from '../../pipeline/redrive.js'
import { releaseDelivery } from '../../pipeline/release.js'
import { callerOf } from '../authorize.js'
import { idCursor, pageOf } from '../cursor.js'
import { attemptForm, deliveryForms } from '../forms/delivery.js'
import {
  AttemptForm,
  DEFAULT_LIMIT,
  DeliveryForm,
  ExternalId,
  Id,
  Name,
  named,
  nullable,
  Page,
  PageQuery,
  Query,
  Words,
} from '../schemas.js'
import type { App, ServedHub } from '../served.js'

const tags = ['deliveries']
const DeliveryId = Type.Object({ id: Id('Id of the delivery.') })
/** Tries shown with one delivery. */
const MOST_ATTEMPTS = 100

const filters = {
  state: Type.Optional(
    Words(
      [
        'waiting',
        'in_flight',
        'unknown',
        'delivered',
        'confirmed',
        'held',
        'superseded',
        'lapsed',
        'parked',
        'dead',
        'cancelled',
      ],
      'How far it is.',
    ),
  ),
  because: Type.Optional(Name('Why it is so: due, retry, link, paused, unknown, mapping …')),
  connection: Type.Optional(Name('Where it goes.')),
  flow: Type.Optional(Name('The flow that wants it.')),
  record: Type.Optional(Id('The record it is about.')),
  code: Type.Optional(Name('Code of its last error.')),
}

export function deliveryRoutes(app: App, { parts, pipeline, log }: ServedHub): void {
  const means = { parts, bell: pipeline.bell }
  const background = new Set<Promise<void>>()
  app.addHook('onClose', async () => {
    await Promise.all(background)
  })

  async function one(tenant: string, id: string) {
    const row = await findDelivery(parts.ledger, tenant, id)
    if (!row) throw new HubError('PIPELINE_DELIVERY_UNKNOWN', { detail: `there is no delivery ${id}` })
    const [form] = await deliveryForms(parts.ledger, tenant, [row])
    return { row, form }
  }

  app.get(
    '/v1/deliveries',
    {
      config: { scope: 'deliveries:read' },
      schema: {
        tags,
        operationId: 'listDeliveries',
        summary: 'Deliveries, newest first',
        querystring: Query({ ...PageQuery, ...filters }),
        response: { 200: Page(named(DeliveryForm)) },
      },
    },
    async request => {
      const { limit = DEFAULT_LIMIT, cursor, ...filter } = request.query
      const { tenant } = callerOf(request)
      const rows = await listDeliveries(parts.ledger, tenant, {
        ...filter,
        before: idCursor(cursor),
        limit: limit + 1,
      })
      const page = pageOf(
        rows,
        limit,
        row => row,
        row => [row.id],
      )
      return { items: await deliveryForms(parts.ledger, tenant, page.items), next: page.next }
    },
  )

  app.get(
    '/v1/deliveries/:id',
    {
      config: { scope: 'deliveries:read' },
      schema: {
        tags,
        operationId: 'getDelivery',
        summary: 'One delivery with the tries of its last effect',
        params: DeliveryId,
        response: {
          200: Type.Intersect([
            named<Record<string, unknown>>(DeliveryForm),
            Type.Object({ tries: Type.Array(AttemptForm) }),
          ]),
        },
      },
    },
    async request => {
      const { tenant } = callerOf(request)
      const { row, form } = await one(tenant, request.params.id)
      const tries = await attemptsOfEffect(parts.ledger, tenant, row.id, row.effect, MOST_ATTEMPTS)
      return { ...form, tries: tries.map(attemptForm) }
    },
  )

  app.post(
    '/v1/deliveries/:id/redrive',
    {
      config: { scope: 'deliveries:write' },
      schema: {
        tags,
        operationId: 'redriveDelivery',
        summary:
          'Delivers again now, from the record as it is now; 409 where a call is in doubt or happened once for all',
        params: DeliveryId,
        response: { 202: named(DeliveryForm) },
      },
    },
    async (request, reply) => {
      const { tenant } = callerOf(request)
      await redriveDelivery(means, tenant, request.params.id)
      return reply.code(202).send((await one(tenant, request.params.id)).form)
    },
  )

  app.post(
    '/v1/deliveries/:id/release',
    {
      config: { scope: 'deliveries:write' },
      schema: {
        tags,
        operationId: 'releaseDelivery',
        summary: 'A person answers a call in doubt: it is done, or it goes out again',
        params: DeliveryId,
        body: Type.Object(
          {
            as: Words(['done', 'again'], 'done = it arrived over there; again = it did not.'),
            external_id: Type.Optional(ExternalId),
          },
          { additionalProperties: false },
        ),
        response: { 202: named(DeliveryForm) },
      },
    },
    async (request, reply) => {
      const { tenant } = callerOf(request)
      const { as, external_id: externalId } = request.body
      await releaseDelivery(means, tenant, request.params.id, { as, externalId })
      return reply.code(202).send((await one(tenant, request.params.id)).form)
    },
  )

  app.post(
    '/v1/deliveries/:id/cancel',
    {
      config: { scope: 'deliveries:write' },
      schema: {
        tags,
        operationId: 'cancelDelivery',
        summary:
          'Takes the wish back until the record changes again; an effect that has begun is not cancelled',
        params: DeliveryId,
        response: { 200: named(DeliveryForm) },
      },
    },
    async request => {
      const { tenant } = callerOf(request)
      await cancelDelivery(parts, tenant, request.params.id)
      return (await one(tenant, request.params.id)).form
    },
  )

  app.post(
    '/v1/deliveries/redrive',
    {
      config: { scope: 'deliveries:write' },
      schema: {
        tags,
        operationId: 'redriveDeliveries',
        summary: 'Delivers again all that a filter finds; without a state: those that are parked or dead',
        body: Type.Object(
          {
            filter: Type.Object(filters, { additionalProperties: false, minProperties: 1 }),
            dry_run: Type.Optional(Type.Boolean({ description: 'Only counts.' })),
          },
          { additionalProperties: false },
        ),
        response: {
          200: Type.Object({ operation: Type.Null(), matched: Type.Integer() }),
          202: Type.Object({ operation: Type.String(), matched: Type.Integer() }),
        },
      },
    },
    async (request, reply) => {
      const { tenant } = callerOf(request)
      const { filter, dry_run } = request.body
      if (dry_run) return { operation: null, matched: await countRedrive(parts, tenant, filter) }
      const { id, matched, done } = await redriveAll(means, tenant, filter)
      const kept = done
        .catch(error => log.error({ operation: id, error: String(error) }, 'deliveries.redrive-lost'))
        .finally(() => background.delete(kept))
      background.add(kept)
      return reply.code(202).send({ operation: id, matched })
    },
  )

  app.get(
    '/v1/operations/:id',
    {
      config: { scope: 'deliveries:read' },
      schema: {
        tags,
        operationId: 'getOperation',
        summary: 'How far an operation is; kept for a day',
        params: Type.Object({ id: Id('Id of the operation.') }),
        response: {
          200: Type.Object({
            id: Type.String(),
            state: Words(['running', 'done', 'failed'], 'failed = begin it again; nothing is doubled.'),
            matched: Type.Integer({ description: 'What it looks at.' }),
            redriven: nullable(Type.Integer({ description: 'Deliveries made due; null for a replay.' })),
            scanned: Type.Optional(Type.Integer({ description: 'Replay: messages looked at so far.' })),
            replayed: Type.Optional(Type.Integer({ description: 'Replay: messages folded again so far.' })),
          }),
        },
      },
    },
    async request => {
      const { id } = request.params
      const answer = await operationAnswer(parts, callerOf(request).tenant, id)
      if (!answer) throw new HubError('PIPELINE_ID_UNKNOWN', { detail: `there is no operation ${id}` })
      return { id, ...answer }
    },
  )
}
