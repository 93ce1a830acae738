/** Records: pages of a kind, one by its id or by a system's own id, and its life. Merged ones answer 308. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import Type from 'typebox'
import { HubError } from '../../kernel/errors.js'
import type { Querying } from '../../ledger/engine/types.js'
import { findRecords } from '../../ledger/find-records.js'
import { listRecords } from '../../ledger/list-records.js'
import type { RecordRow } from '../../ledger/schema.js'
import type { KindDefinition } from '../../model/kind.js'
import { KINDS_BY_PLURAL } from '../../model/kinds.js'
import { explain } from '../../pipeline/explain/explain.js'
import { callerOf } from '../authorize.js'
import { idCursor, pageOf } from '../cursor.js'
import { iso, recordForms } from '../forms/record.js'
import { instantOf } from '../instant.js'
import {
  DEFAULT_LIMIT,
  ExternalId,
  Id,
  Instant,
  Kinds,
  Name,
  named,
  Open,
  Page,
  PageQuery,
  Query,
  RecordForm,
} from '../schemas.js'
import type { App, ServedHub } from '../served.js'

const tags = ['records']
const Stamps = Type.Optional(Type.Boolean({ default: false, description: 'Who said each field, and when.' }))
const Step = Type.Object({
  is: Type.String({ description: 'saying, link, change, delivery, effect, attempt, finding, merge' }),
  at: Instant('When it happened.'),
  id: Type.String(),
  text: Type.String({ description: 'One sentence for a person.' }),
  facts: Open('The same for programs.'),
})

/** @throws HubError `HTTP_ROUTE_UNKNOWN` */
export function kindOf(plural: string): KindDefinition {
  const kind = KINDS_BY_PLURAL.get(plural)
  if (!kind) throw new HubError('HTTP_ROUTE_UNKNOWN', { detail: 'there is no such kind' })
  return kind
}

/** @throws HubError `PIPELINE_ID_UNKNOWN`, for a record of another kind too */
export async function mustBeOfKind(
  ledger: Querying,
  tenant: string,
  plural: string,
  id: string,
): Promise<void> {
  const { kind } = kindOf(plural)
  const [row] = await findRecords(ledger, tenant, [id])
  if (row?.kind !== kind)
    throw new HubError('PIPELINE_ID_UNKNOWN', { detail: `there is no ${kind} of this id` })
}

export function recordRoutes(app: App, { parts }: ServedHub): void {
  app.get(
    '/v1/:kinds',
    {
      config: { scope: 'records:read' },
      schema: {
        tags,
        operationId: 'listRecords',
        summary:
          'Records of a kind, in order of birth; with connection, resource and external_id the one a system means',
        params: Type.Object({ kinds: Kinds }),
        querystring: Query({
          ...PageQuery,
          connection: Type.Optional(Name('Only what this connection knows.')),
          resource: Type.Optional(Name('… under this resource.')),
          external_id: Type.Optional(ExternalId),
          updated_since: Type.Optional(Instant('Changed at or after.')),
          gone: Type.Optional(Type.Boolean({ description: 'Only those that a system has deleted, or not.' })),
          stamps: Stamps,
        }),
        response: { 200: Page(named(RecordForm)) },
      },
    },
    async request => {
      const { kind } = kindOf(request.params.kinds)
      const { limit = DEFAULT_LIMIT, cursor, connection, resource, external_id, gone, stamps } = request.query
      const { tenant } = callerOf(request)
      const rows = await listRecords(parts.ledger, tenant, {
        kind,
        connection,
        resource,
        externalId: external_id,
        updatedSince: instantOf(request.query.updated_since, 'updated_since'),
        gone,
        after: idCursor(cursor),
        limit: limit + 1,
      })
      const page = pageOf(
        rows,
        limit,
        row => row,
        row => [row.id],
      )
      return {
        items: await recordForms(parts.ledger, tenant, page.items, stamps ?? false),
        next: page.next,
      }
    },
  )

  app.get(
    '/v1/:kinds/:id',
    {
      config: { scope: 'records:read' },
      schema: {
        tags,
        operationId: 'getRecord',
        summary: 'One record; 308 to the record it was merged into, 410 once it is erased',
        params: Type.Object({ kinds: Kinds, id: Id('Id of the record.') }),
        querystring: Query({ stamps: Stamps }),
        response: { 200: named(RecordForm) },
      },
    },
    async (request, reply) => {
      const row = await recordOr308(request, reply, request.params, '')
      if (!row) return reply
      const { tenant } = callerOf(request)
      const [form] = await recordForms(parts.ledger, tenant, [row], request.query.stamps ?? false)
      return form
    },
  )

  app.get(
    '/v1/:kinds/:id/timeline',
    {
      config: { scope: 'records:read' },
      schema: {
        tags,
        operationId: 'getTimeline',
        summary: 'Everything about a record in the order it happened: paths, ids and ends, never values',
        params: Type.Object({ kinds: Kinds, id: Id('Id of the record.') }),
        response: {
          200: Type.Object({
            id: Type.String(),
            title: Type.String(),
            items: Type.Array(Step),
            outlook: Type.Array(Type.String(), { description: 'What happens next, and when.' }),
            next: Type.Null({ description: 'A life is one page: its newest 500 steps of each sort.' }),
          }),
        },
      },
    },
    async (request, reply) => {
      const row = await recordOr308(request, reply, request.params, '/timeline')
      if (!row) return reply
      const { tenant } = callerOf(request)
      const { ledger, clock } = parts
      const life = await explain({ ledger, clock, config: parts.config(tenant) }, tenant, row.id)
      return {
        id: life.id,
        title: life.title,
        items: life.steps.map(step => ({ ...step, at: iso(step.at) })),
        outlook: life.next,
        next: null,
      }
    },
  )

  /** @returns undefined when the redirect was sent */
  async function recordOr308(
    request: FastifyRequest,
    reply: FastifyReply,
    { kinds, id }: { readonly kinds: string; readonly id: string },
    tail: string,
  ): Promise<RecordRow | undefined> {
    const { kind } = kindOf(kinds)
    const { tenant } = callerOf(request)
    const [row] = await findRecords(parts.ledger, tenant, [id])
    if (row?.kind !== kind)
      throw new HubError('PIPELINE_ID_UNKNOWN', { detail: `there is no ${kind} of this id` })
    if (row.erased_at !== null)
      throw new HubError('PIPELINE_RECORD_ERASED', { detail: `erased since ${iso(row.erased_at)}` })
    if (row.was_merged_into === null) return row
    const query = request.url.includes('?') ? request.url.slice(request.url.indexOf('?')) : ''
    void reply
      .code(308)
      .header('location', `/v1/${kinds}/${row.was_merged_into}${tail}${query}`)
      .send({ id: row.was_merged_into })
    return undefined
  }
}
