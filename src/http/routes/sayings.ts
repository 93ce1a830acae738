/**
 * What a system without webhooks says, in canonical form: PATCH (RFC 7396), PUT (said whole), and batches of lines.
 * A key says it for the one connection it speaks for; it is folded like any message.
 */
import Type from 'typebox'
import { CODES, HubError } from '../../kernel/errors.js'
import { fingerprint, type Json, type JsonObject } from '../../kernel/json.js'
import { findRecords } from '../../ledger/find-records.js'
import { type SayAnswer, say } from '../../pipeline/say.js'
import { answerOnce, sendAnswer } from '../answer-once.js'
import { callerOf, speaksFor } from '../authorize.js'
import { recordForms } from '../forms/record.js'
import { instantOf } from '../instant.js'
import { refuseLoad } from '../load.js'
import { problemOf } from '../problem.js'
import { sayBatch } from '../say-batch.js'
import { ExternalId, Instant, Kinds, Name, named, nullable, Open, RecordForm } from '../schemas.js'
import type { App, AppOptions, ServedHub } from '../served.js'
import { kindOf } from './records.js'

const tags = ['records']
/** A batch of 10 000 lines of full candidates; more is sent in several. */
const BATCH_BYTES = 32 * 1024 * 1024

const Said = Type.Object({
  message: Type.String({ description: 'The message it became.' }),
  state: Type.String({ description: 'folded, waiting, ignored …' }),
  verdict: Type.String({ description: 'folded, unchanged, waiting, ignored, erased' }),
  record: nullable(named(RecordForm)),
})

const Partial = Type.Unsafe<Record<string, unknown>>({
  type: 'object',
  additionalProperties: true,
  properties: {
    occurred_at: { type: 'string', format: 'date-time', description: 'When it became so over there.' },
    gone: { type: 'boolean', description: 'The thing was deleted over there.' },
  },
  description:
    'Fields of the kind: null empties, absent says nothing. A reference is the id of a record, or { connection, resource, external_id }.',
})

const Headers = Type.Object({
  'idempotency-key': Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 255,
      description: 'The same request under it gets the same answer.',
    }),
  ),
  'occurred-at': Type.Optional(Instant('When it became so, where the body does not say.')),
})

const LineAnswer = Type.Object({
  line: Type.Integer({ description: 'From 1.' }),
  verdict: Type.String({ description: 'folded, unchanged, waiting, ignored, erased, invalid' }),
  message: nullable(Type.String()),
  record: nullable(Type.String({ description: 'Id of the record.' })),
  code: nullable(Type.String()),
  detail: nullable(Type.String()),
})

export function sayingRoutes(app: App, hub: ServedHub, options: AppOptions): void {
  const { parts, pipeline } = hub
  const means = { parts, receiver: pipeline.receiver }
  app.addContentTypeParser(
    ['application/x-ndjson', 'application/ndjson'],
    { parseAs: 'string', bodyLimit: BATCH_BYTES },
    (_request, body, done) => done(null, body),
  )

  for (const method of ['PATCH', 'PUT'] as const) {
    app.route({
      method,
      url: '/v1/:kinds/by/:connection/:resource/:external_id',
      config: { scope: 'records:write' },
      schema: {
        tags,
        operationId: method === 'PATCH' ? 'patchRecord' : 'putRecord',
        summary:
          method === 'PATCH'
            ? 'A system says something about a thing of its own: null empties, absent says nothing (RFC 7396)'
            : 'A system says a thing whole: fields that are not named are said empty',
        consumes: ['application/merge-patch+json', 'application/json'],
        params: Type.Object({
          kinds: Kinds,
          connection: Name('The connection the key speaks for.'),
          resource: Name('What the system calls such things.'),
          external_id: ExternalId,
        }),
        headers: Headers,
        body: Partial,
        response: { 200: Said, 202: Said },
      },
      handler: async (request, reply) => {
        const { kind } = kindOf(request.params.kinds)
        const { connection, resource, external_id } = request.params
        const caller = callerOf(request)
        speaksFor(caller, connection)
        refuseLoad(hub, options)
        const { occurred_at, gone, ...fields } = request.body
        const occurredAt = instantOf(textOf(occurred_at) ?? request.headers['occurred-at'], 'occurred_at')
        const answer = await answerOnce(
          {
            parts,
            caller,
            key: request.headers['idempotency-key'],
            request: [
              method,
              kind,
              connection,
              resource,
              external_id,
              request.body as Json,
              occurredAt ?? null,
            ],
            arrivedAt: request.arrivedAt,
          },
          async startedAt => {
            const [said] = await say(
              means,
              caller.tenant,
              [
                {
                  connection,
                  resource,
                  kind,
                  externalId: external_id,
                  fields: fields as JsonObject,
                  whole: method === 'PUT',
                  occurredAt,
                  gone: typeof gone === 'boolean' ? gone : undefined,
                },
              ],
              startedAt,
            )
            return answerOf(caller.tenant, said)
          },
        )
        return sendAnswer(reply, answer)
      },
    })
  }

  app.post(
    '/v1/:kinds/batch',
    {
      bodyLimit: BATCH_BYTES,
      config: { scope: 'records:write' },
      schema: {
        tags,
        operationId: 'sayBatch',
        summary: 'Many sayings at once, one JSON object a line, each with its verdict; at most 10 000',
        description:
          'A line is `{ resource, external_id, data, connection?, occurred_at?, gone?, whole? }`; connection is the one the key speaks for.',
        consumes: ['application/x-ndjson'],
        params: Type.Object({ kinds: Kinds }),
        headers: Headers,
        body: Type.String({ description: 'NDJSON' }),
        response: {
          200: Type.Object({ counts: Open('Lines by verdict.'), items: Type.Array(LineAnswer) }),
        },
      },
    },
    async (request, reply) => {
      const { kind } = kindOf(request.params.kinds)
      const caller = callerOf(request)
      if (caller.connection === undefined)
        throw new HubError('HTTP_CONNECTION_FOREIGN', { detail: 'this key speaks for no connection' })
      refuseLoad(hub, options)
      const { connection } = caller
      const occurredAt = instantOf(request.headers['occurred-at'], 'occurred-at')
      const answer = await answerOnce(
        {
          parts,
          caller,
          key: request.headers['idempotency-key'],
          request: ['batch', kind, fingerprint(request.body), occurredAt ?? null],
          arrivedAt: request.arrivedAt,
        },
        async startedAt => ({
          status: 200,
          body: await sayBatch(means, caller.tenant, connection, kind, request.body, startedAt, occurredAt),
        }),
      )
      return sendAnswer(reply, answer)
    },
  )

  async function answerOf(tenant: string, said: SayAnswer | undefined) {
    if (!said || (said.verdict === 'invalid' && said.code === undefined))
      throw new HubError('HUB_DEFECT', { detail: 'a saying was not answered' })
    if (said.verdict === 'invalid' || said.verdict === 'defect') {
      const code = said.code ?? 'HUB_DEFECT'
      const problem = problemOf(
        code,
        said.detail ?? CODES[code].title,
        said.where ? { where: said.where } : {},
      )
      return { status: problem.status, body: { ...problem } as unknown as JsonObject }
    }
    const rows = said.record === undefined ? [] : await findRecords(parts.ledger, tenant, [said.record])
    const [record] = await recordForms(parts.ledger, tenant, rows, false)
    return {
      status: said.verdict === 'waiting' ? 202 : 200,
      body: {
        message: said.message ?? null,
        state: said.state,
        verdict: said.verdict,
        record: (record as JsonObject | undefined) ?? null,
      },
    }
  }
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : undefined)
