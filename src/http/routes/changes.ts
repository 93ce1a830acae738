/** The feed: every change of every record in the order of its sealed position; as pages, and as a stream (SSE). */
import Type from 'typebox'
import { HubError } from '../../kernel/errors.js'
import { type FeedBounds, feedBounds, listChanges } from '../../ledger/list-changes.js'
import { KINDS } from '../../model/kinds.js'
import { callerOf } from '../authorize.js'
import { changeForm } from '../forms/change.js'
import { Id, Instant, nullable, Open, Query } from '../schemas.js'
import type { App, AppOptions, ServedHub } from '../served.js'
import { createStreams } from '../stream-changes.js'

const tags = ['feed']
const Position = (description: string) =>
  Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, description })
const filters = {
  kind: Type.Optional(Type.Enum([...KINDS.keys()], { description: 'Only records of this kind.' })),
  record: Type.Optional(Id('Only this record.')),
}
const Change = Type.Object({
  position: Position('Place in the feed; give it back as `after`.'),
  record: Type.String(),
  kind: Type.String(),
  version: Type.Integer(),
  paths: Type.Array(Type.String(), { description: 'Fields that changed; $new, $gone.' }),
  data: Open('The record as it became.'),
  cause: Open('by, id, connection, flow, depth'),
  at: Instant('When the hub folded it.'),
  hash: Type.String({ description: 'Covers a salted commitment of the data and the hash before.' }),
  previous: nullable(Type.String()),
})

/** @throws HubError `HTTP_POSITION_EXPIRED` below what is kept, and above what this ledger ever gave */
export function refuseExpired(after: number, { oldest, newest }: FeedBounds): void {
  if (after + 1 < oldest)
    throw new HubError('HTTP_POSITION_EXPIRED', {
      detail: `changes are kept from position ${oldest} on; read the records, then follow from ${newest}`,
    })
  if (after > newest)
    throw new HubError('HTTP_POSITION_EXPIRED', {
      detail: `this ledger gave positions up to ${newest}; it may have been restored`,
    })
}

export function changeRoutes(app: App, hub: ServedHub, options: AppOptions): void {
  const { ledger } = hub.parts
  const streams = createStreams(hub, options)
  app.addHook('preClose', async () => streams.close())

  app.get(
    '/v1/changes',
    {
      config: { scope: 'feed:read' },
      schema: {
        tags,
        operationId: 'listChanges',
        summary: 'Changes after a position; 410 where the position is no longer, or never was, in the feed',
        querystring: Query({
          after: Type.Optional(Position('Position read last; 0 for the beginning.')),
          limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 100 })),
          ...filters,
        }),
        response: {
          200: Type.Object({
            items: Type.Array(Change),
            next: nullable(
              Type.String({ description: '`after` of the next page; null where nothing is left.' }),
            ),
            position: Position('How far this page looked; a follower goes on from here.'),
          }),
        },
      },
    },
    async request => {
      const { after = 0, limit = 100, kind, record } = request.query
      const bounds = await feedBounds(ledger)
      refuseExpired(after, bounds)
      const rows = await listChanges(ledger, callerOf(request).tenant, {
        after,
        upTo: bounds.newest,
        kind,
        record,
        limit: limit + 1,
      })
      const shown = rows.slice(0, limit)
      const position = rows.length > limit ? (shown.at(-1)?.pos ?? after) : bounds.newest
      return {
        items: shown.map(changeForm),
        next: rows.length > limit ? String(position) : null,
        position,
      }
    },
  )

  app.get(
    '/v1/changes/stream',
    {
      config: { scope: 'feed:read' },
      schema: {
        tags,
        operationId: 'streamChanges',
        summary:
          'The feed as server-sent events: id = position, event = change; the first is event = position; goes on after Last-Event-ID',
        produces: ['text/event-stream'],
        querystring: Query({
          after: Type.Optional(Position('Where to begin; without it and Last-Event-ID: now.')),
          ...filters,
        }),
        headers: Type.Object({ 'last-event-id': Type.Optional(Type.String({ maxLength: 20 })) }),
      },
    },
    async (request, reply) => {
      const { after, kind, record } = request.query
      const last = request.headers['last-event-id']
      const bounds = await feedBounds(ledger)
      const from = last === undefined || last === '' ? after : positionOf(last)
      if (from !== undefined) refuseExpired(from, bounds)
      streams.open(request, reply, callerOf(request), { from: from ?? bounds.newest, kind, record })
      return reply
    },
  )
}

function positionOf(text: string): number {
  const position = Number(text)
  if (!/^\d{1,16}$/.test(text) || !Number.isSafeInteger(position))
    throw new HubError('HTTP_REQUEST_INVALID', {
      detail: 'Last-Event-ID is not a position',
      where: { path: 'last-event-id' },
    })
  return position
}
