/** Erasing a record: asked for by a person, and how far it is. */
import Type from 'typebox'
import { askErasure, type ErasureState, erasureState } from '../../pipeline/erase/ask.js'
import { callerOf } from '../authorize.js'
import { iso, isoOrNull } from '../forms/record.js'
import { Id, Instant, Kinds, nullable, Words } from '../schemas.js'
import type { App, ServedHub } from '../served.js'
import { mustBeOfKind } from './records.js'

const Erasure = Type.Object({
  record: Type.String({ description: 'The record it was asked for.' }),
  state: Words(['removing', 'done'], 'removing = other systems first; done = the bytes are gone.'),
  records: Type.Integer({
    description: 'Records that go with it: merged into it, or about that person alone.',
  }),
  by: Type.String({ description: 'The key that asked.' }),
  asked_at: Instant('Since when nothing is folded into it.'),
  done_at: nullable(Instant('When the bytes went.')),
  waiting: Type.Array(
    Type.Object({
      delivery: Type.String(),
      connection: Type.String(),
      resource: Type.String(),
      state: Type.String(),
      because: nullable(Type.String()),
    }),
    { description: 'What is still to be removed elsewhere; a week after asking the bytes go all the same.' },
  ),
})

function form({ rows, waiting }: ErasureState): object {
  const [first] = rows
  const open = rows.some(row => row.done_at === null)
  return {
    record: first?.root,
    state: open ? 'removing' : 'done',
    records: rows.length,
    by: first?.by,
    asked_at: iso(first?.asked_at ?? 0),
    done_at: open ? null : isoOrNull(Math.max(...rows.map(row => row.done_at ?? 0))),
    waiting: waiting.map(({ id, connection, resource, state, because }) => ({
      delivery: id,
      connection,
      resource,
      state,
      because,
    })),
  }
}

export function erasureRoutes(app: App, { parts, pipeline }: ServedHub): void {
  const means = { parts, bell: pipeline.bell }
  const config = { scope: 'records:erase' } as const
  const schema = {
    tags: ['records'],
    params: Type.Object({ kinds: Kinds, id: Id('Id of the record.') }),
  }

  app.post(
    '/v1/:kinds/:id/erase',
    {
      config,
      schema: {
        ...schema,
        operationId: 'eraseRecord',
        summary: 'Erases a record and what is about that person alone; cannot be taken back',
        description:
          'From now on nothing is folded into it and it answers 410. What the hub made of it in other systems is removed first; then its data, messages and files go.',
        response: { 202: Erasure },
      },
    },
    async (request, reply) => {
      const { tenant, id: by } = callerOf(request)
      const { kinds, id } = request.params
      await mustBeOfKind(parts.ledger, tenant, kinds, id)
      return reply.code(202).send(form(await askErasure(means, tenant, id, by)))
    },
  )

  app.get(
    '/v1/:kinds/:id/erasure',
    {
      config,
      schema: {
        ...schema,
        operationId: 'getErasure',
        summary: 'How far the erasure of a record is',
        response: { 200: Erasure },
      },
    },
    async request => {
      const { tenant } = callerOf(request)
      const { kinds, id } = request.params
      await mustBeOfKind(parts.ledger, tenant, kinds, id)
      return form(await erasureState(parts, tenant, id))
    },
  )
}
