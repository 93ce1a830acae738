/** Records that are one: merged by a person, taken back, and the proposals that identity keys file. */
import Type from 'typebox'
import { HubError } from '../../kernel/errors.js'
import { findProposal, listProposals } from '../../ledger/merge-proposals.js'
import type { MergeProposalRow, MergeRow } from '../../ledger/schema.js'
import { acceptProposal, rejectProposal } from '../../pipeline/merge/decide.js'
import { mergeRecords } from '../../pipeline/merge/merge.js'
import { unmergeRecord } from '../../pipeline/merge/unmerge.js'
import { callerOf } from '../authorize.js'
import { idCursor, pageOf } from '../cursor.js'
import { iso, isoOrNull } from '../forms/record.js'
import {
  DEFAULT_LIMIT,
  Id,
  Instant,
  Kinds,
  Name,
  nullable,
  Page,
  PageQuery,
  Query,
  Words,
} from '../schemas.js'
import type { App, ServedHub } from '../served.js'
import { mustBeOfKind } from './records.js'

const tags = ['records']
const scope = 'records:merge'
const RecordAt = Type.Object({ kinds: Kinds, id: Id('Id of the record.') })
const ProposalAt = Type.Object({ id: Id('Id of the proposal.') })

const Merge = Type.Object({
  id: Type.String(),
  kind: Type.String(),
  merged: Type.String({ description: 'The record whose id now answers 308.' }),
  survivor: Type.String({ description: 'The record that answers for both.' }),
  by: Type.String({ description: 'The key that asked, or auto_merge.' }),
  at: Instant('When.'),
  undone_at: nullable(Instant('When it was taken back.')),
})
const Proposal = Type.Object({
  id: Type.String(),
  kind: Type.String(),
  records: Type.Array(Type.String(), { description: 'The two that may be one.' }),
  key: Type.String({ description: 'What they share: the name of the identity key, never its value.' }),
  state: Type.String({ description: 'open, accepted, rejected' }),
  auto: Type.Boolean({ description: 'A mapping says that this key decides by itself.' }),
  created_at: Instant('When it was first seen.'),
  decided_at: nullable(Instant('When it was decided.')),
  decided_by: nullable(Type.String({ description: 'The key that decided, or auto_merge.' })),
})

const mergeForm = ({ id, kind, merged, survivor, by, at, undone_at }: MergeRow) => ({
  id,
  kind,
  merged,
  survivor,
  by,
  at: iso(at),
  undone_at: isoOrNull(undone_at),
})

const proposalForm = (row: MergeProposalRow) => ({
  id: row.id,
  kind: row.kind,
  records: [row.first, row.second],
  key: row.key.replace(/:.*$/s, ''),
  state: row.state,
  auto: row.auto,
  created_at: iso(row.created_at),
  decided_at: isoOrNull(row.decided_at),
  decided_by: row.decided_by,
})

export function mergeRoutes(app: App, { parts, pipeline }: ServedHub): void {
  const means = { parts, bell: pipeline.bell }

  app.post(
    '/v1/:kinds/:id/merge',
    {
      config: { scope },
      schema: {
        tags,
        operationId: 'mergeRecord',
        summary:
          'This record and another are one: its links move to the other, its id answers 308 from now on',
        params: RecordAt,
        body: Type.Object({ into: Id('The record that survives.') }, { additionalProperties: false }),
        response: { 200: Merge },
      },
    },
    async request => {
      const { tenant, id: by } = callerOf(request)
      const { kinds, id } = request.params
      await mustBeOfKind(parts.ledger, tenant, kinds, id)
      return mergeForm(await mergeRecords(means, tenant, { merged: id, into: request.body.into, by }))
    },
  )

  app.post(
    '/v1/:kinds/:id/unmerge',
    {
      config: { scope },
      schema: {
        tags,
        operationId: 'unmergeRecord',
        summary: 'Takes the merge of this record back: exactly what it moved goes back',
        params: RecordAt,
        response: { 200: Merge },
      },
    },
    async request => {
      const { tenant, id: by } = callerOf(request)
      const { kinds, id } = request.params
      await mustBeOfKind(parts.ledger, tenant, kinds, id)
      return mergeForm(await unmergeRecord(means, tenant, id, by))
    },
  )

  app.get(
    '/v1/merge-proposals',
    {
      config: { scope: 'records:read' },
      schema: {
        tags,
        operationId: 'listMergeProposals',
        summary: 'Pairs of records that share an identity key, newest first',
        querystring: Query({
          ...PageQuery,
          state: Type.Optional(Words(['open', 'accepted', 'rejected'], 'What was decided.')),
          kind: Type.Optional(Name('Only of this kind.')),
          record: Type.Optional(Id('Only with this record.')),
        }),
        response: { 200: Page(Proposal) },
      },
    },
    async request => {
      const { limit = DEFAULT_LIMIT, cursor, ...filter } = request.query
      const rows = await listProposals(parts.ledger, callerOf(request).tenant, {
        ...filter,
        before: idCursor(cursor),
        limit: limit + 1,
      })
      return pageOf(rows, limit, proposalForm, row => [row.id])
    },
  )

  for (const verb of ['accept', 'reject'] as const)
    app.post(
      `/v1/merge-proposals/:id/${verb}`,
      {
        config: { scope },
        schema: {
          tags,
          operationId: verb === 'accept' ? 'acceptMergeProposal' : 'rejectMergeProposal',
          summary:
            verb === 'accept'
              ? 'The two are one: merged into the elder, or into the one named'
              : 'The two are not one: this key does not propose them again',
          params: ProposalAt,
          querystring: Query(
            verb === 'accept' ? { into: Type.Optional(Id('The one of the two that survives.')) } : {},
          ),
          response: { 200: Proposal },
        },
      },
      async request => {
        const { tenant, id: by } = callerOf(request)
        const { id } = request.params
        const { into } = request.query as { readonly into?: string }
        if (verb === 'accept') await acceptProposal(means, tenant, id, into, by)
        else await rejectProposal(means, tenant, id, by)
        const row = await findProposal(parts.ledger, tenant, id)
        if (!row) throw new HubError('PIPELINE_ID_UNKNOWN', { detail: `there is no proposal ${id}` })
        return proposalForm(row)
      },
    )
}
