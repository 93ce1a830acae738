/** Findings: what the hub noticed and a person should know. */
import Type from 'typebox'
import { type FindingRow, listFindings } from '../../ledger/list-findings.js'
import { callerOf } from '../authorize.js'
import { findingCursor, pageOf } from '../cursor.js'
import { iso } from '../forms/record.js'
import { DEFAULT_LIMIT, Instant, Name, nullable, Open, Page, PageQuery, Query } from '../schemas.js'
import type { App, ServedHub } from '../served.js'

const Finding = Type.Object({
  id: Type.String(),
  code: Type.String(),
  about: Type.String({ description: 'Id of what it is about.' }),
  connection: nullable(Type.String()),
  detail: Open('What was seen; personal data is masked.'),
  times: Type.Integer(),
  first_at: Instant('First seen.'),
  last_at: Instant('Last seen.'),
})

const form = (row: FindingRow) => ({
  id: row.id,
  code: row.code,
  about: row.about,
  connection: row.connection,
  detail: row.detail,
  times: row.times,
  first_at: iso(row.first_at),
  last_at: iso(row.last_at),
})

export function findingRoutes(app: App, { parts }: ServedHub): void {
  app.get(
    '/v1/findings',
    {
      config: { scope: 'findings:read' },
      schema: {
        tags: ['findings'],
        operationId: 'listFindings',
        summary: 'Findings, newest first',
        description:
          'What no other list shows: contested fields, overdue waits, doubles, shared keys. Pairs that may be one are merge proposals; what a system was not told is a delivery; a move of states that was not legal stands in its record (`?stamps=true`).',
        querystring: Query({
          ...PageQuery,
          code: Type.Optional(Name('Only of this code.')),
          connection: Type.Optional(Name('Only about this connection.')),
          flow: Type.Optional(Name('Only of this flow: one it names, or whose delivery it is about.')),
          state: Type.Optional(
            Name('Only about a delivery or a message that is in this state now, e.g. `waiting`.'),
          ),
          record: Type.Optional(Name('Only about this record, or whatever has this id.')),
        }),
        response: { 200: Page(Finding) },
      },
    },
    async request => {
      const { limit = DEFAULT_LIMIT, cursor, code, connection, flow, state, record } = request.query
      const rows = await listFindings(parts.ledger, callerOf(request).tenant, {
        code,
        connection,
        flow,
        state,
        about: record,
        before: findingCursor(cursor),
        limit: limit + 1,
      })
      return pageOf(rows, limit, form, row => [row.first_at, row.id])
    },
  )
}
