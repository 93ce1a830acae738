/** Messages: what came in, what became of it, and folding it again. */
import Type from 'typebox'
import { HubError } from '../../kernel/errors.js'
import { isObject, parseJson } from '../../kernel/json.js'
import { listMessages, type MessageHead } from '../../ledger/list-messages.js'
import { messagesById } from '../../ledger/messages.js'
import { replayMessages } from '../../pipeline/replay.js'
import { callerOf } from '../authorize.js'
import { idCursor, pageOf } from '../cursor.js'
import { iso, isoOrNull } from '../forms/record.js'
import { instantOf } from '../instant.js'
import {
  DEFAULT_LIMIT,
  Id,
  Instant,
  MessageForm,
  Name,
  named,
  Page,
  PageQuery,
  Query,
  Words,
} from '../schemas.js'
import type { App, ServedHub } from '../served.js'

const tags = ['messages']
const MessageId = Type.Object({ id: Id('Id of the message.') })

const form = (message: MessageHead) => ({
  id: message.id,
  connection: message.connection,
  source: message.source,
  resource: message.resource,
  state: message.state,
  received_at: iso(message.received_at),
  sent_at: isoOrNull(message.sent_at),
  tries: message.tries,
  verdicts: message.verdicts,
})

export function messageRoutes(app: App, { parts, pipeline }: ServedHub): void {
  app.get(
    '/v1/messages',
    {
      config: { scope: 'messages:read' },
      schema: {
        tags,
        operationId: 'listMessages',
        summary: 'Messages, newest first, without their bodies',
        querystring: Query({
          ...PageQuery,
          state: Type.Optional(
            Words(
              ['new', 'folded', 'waiting', 'invalid', 'ignored', 'unrouted', 'defect', 'erased'],
              'Worst verdict of its items.',
            ),
          ),
          connection: Type.Optional(Name('Who sent it.')),
          source: Type.Optional(
            Words(['hook', 'poll', 'fetch', 'answer', 'api', 'import', 'hub'], 'How it came.'),
          ),
          flow: Type.Optional(Name('A verdict of this flow.')),
          code: Type.Optional(Name('A verdict with this code.')),
          record: Type.Optional(Id('What it said is about this record.')),
          since: Type.Optional(Instant('Received at or after.')),
        }),
        response: { 200: Page(named(MessageForm)) },
      },
    },
    async request => {
      const { limit = DEFAULT_LIMIT, cursor, since, ...filter } = request.query
      const rows = await listMessages(parts.ledger, callerOf(request).tenant, {
        ...filter,
        since: instantOf(since, 'since'),
        before: idCursor(cursor),
        limit: limit + 1,
      })
      return pageOf(rows, limit, form, row => [row.id])
    },
  )

  app.get(
    '/v1/messages/:id',
    {
      config: { scope: 'messages:read' },
      schema: {
        tags,
        operationId: 'getMessage',
        summary: 'One message with its body',
        params: MessageId,
        response: {
          200: Type.Intersect([
            named<Record<string, unknown>>(MessageForm),
            Type.Object({
              method: Type.Union([Type.String(), Type.Null()]),
              headers: Type.Array(Type.String(), {
                description: 'Names of its headers; values may be secrets.',
              }),
              body: Type.Unknown({ description: 'What the verify scheme opened, as JSON.' }),
            }),
          ]),
        },
      },
    },
    async request => {
      const { id } = request.params
      const [message] = await messagesById(parts.ledger, callerOf(request).tenant, [id])
      if (!message) throw new HubError('PIPELINE_MESSAGE_UNKNOWN', { detail: `there is no message ${id}` })
      const { method, headers } = message.head
      return {
        ...form(message),
        method: typeof method === 'string' ? method : null,
        headers: isObject(headers) ? Object.keys(headers).sort() : [],
        body: message.body === '' ? null : parseJson(message.body),
      }
    },
  )

  app.post(
    '/v1/messages/:id/replay',
    {
      config: { scope: 'messages:write' },
      schema: {
        tags,
        operationId: 'replayMessage',
        summary: 'Folds a message again, by the mappings of now; nothing is doubled',
        params: MessageId,
        response: { 200: named(MessageForm) },
      },
    },
    async request => {
      const { id } = request.params
      const [message] = await replayMessages(
        { parts, refolder: pipeline.refolder },
        callerOf(request).tenant,
        [id],
      )
      if (!message) throw new HubError('PIPELINE_MESSAGE_UNKNOWN', { detail: `there is no message ${id}` })
      return form(message)
    },
  )
}
