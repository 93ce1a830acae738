/** Schemas that several routes share: ids, pages, problems, and the forms of what is shown. Schema = type = document. */
import Type, { type TProperties, type TSchema } from 'typebox'
import { CODES } from '../kernel/errors.js'
import { KINDS } from '../model/kinds.js'

const note = (description: string) => ({ description })

export const nullable = <S extends TSchema>(schema: S) => Type.Union([schema, Type.Null()])
export const Instant = (description: string) => Type.String({ format: 'date-time', description })
export const Words = <const W extends readonly string[]>(words: W, description: string) =>
  Type.Unsafe<W[number]>(Type.Enum([...words], { description }))
/** A word of the integrator's folder: a connection, a resource, a flow. */
export const Name = (description: string) =>
  Type.String({ minLength: 1, maxLength: 128, pattern: '^[^\\u0000-\\u001f]*$', description })
export const Id = (description: string) =>
  Type.String({ pattern: '^[a-z_]{1,40}_[0-9a-f]{32}$', description })
export const ExternalId = Type.String({
  minLength: 1,
  maxLength: 512,
  pattern: '^[^\\u0000-\\u001f\\u007f]*$',
  description: 'The id that a system gives the thing; always text.',
})
export const Kinds = Type.String({
  maxLength: 40,
  description: 'The plural of a kind: candidates, interviews …',
})
/** Members of any name, kept as they are. */
export const Open = (description: string) =>
  Type.Unsafe<Record<string, unknown>>({ type: 'object', additionalProperties: true, description })

export const PageQuery = {
  limit: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 500, default: 50, description: 'Items of a page.' }),
  ),
  cursor: Type.Optional(Type.String({ maxLength: 400, description: '`next` of the page before.' })),
}
export const DEFAULT_LIMIT = 50

export const Query = <P extends TProperties>(members: P) =>
  Type.Object(members, { additionalProperties: false })

export const Page = <S extends TSchema>(item: S) =>
  Type.Object({
    items: Type.Array(item),
    next: Type.Union([Type.String(), Type.Null()], note('Cursor of the next page; null on the last.')),
  })

export const Problem = Type.Object(
  {
    type: Type.String(),
    status: Type.Integer(),
    code: Type.Enum(Object.keys(CODES), note('What happened, for programs. Never changes its meaning.')),
    title: Type.String(note('What happened, for people.')),
    detail: Type.String(note('What happened here; personal data is masked.')),
    remedy: Type.String(note('What to do now.')),
    instance: Type.Optional(Type.String(note('Id of a defect, as in the log.'))),
    where: Type.Optional(Open('Place in a file or in a value.')),
    errors: Type.Optional(
      Type.Array(
        Type.Object({ path: Type.String(), detail: Type.String() }),
        note('Each place that is wrong.'),
      ),
    ),
  },
  { $id: 'Problem', title: 'Problem', description: 'An error, RFC 9457.' },
)

export const Link = Type.Object({
  connection: Type.String(),
  resource: Type.String(),
  id: Type.String(note('The id over there.')),
  state: Words(['active', 'retired', 'gone', 'erased'], 'Whether it still is what the two systems share.'),
})

export const RecordForm = Type.Object(
  {
    id: Type.String(),
    kind: Type.Enum([...KINDS.keys()]),
    version: Type.Integer(note('Grows with every change; depends on the way, not on the state.')),
    gone: Type.Boolean(note('A system said that it deleted the thing.')),
    data: Type.Unsafe<Record<string, unknown>>({
      anyOf: [...KINDS.keys()].map(kind => ({ $ref: `${kind}#` })),
      description: 'Fields of the kind; what nobody said is absent.',
    }),
    refs: Type.Array(Type.Object({ path: Type.String(), kind: Type.String(), id: Type.String() })),
    links: Type.Array(Link),
    created_at: Instant('When the hub first heard of it.'),
    updated_at: Instant('When it last changed.'),
    stamps: Type.Optional(
      Type.Unsafe<Record<string, Stamp>>({
        type: 'object',
        additionalProperties: {
          type: 'object',
          properties: {
            connection: { type: ['string', 'null'] },
            resource: { type: ['string', 'null'] },
            external_id: { type: ['string', 'null'] },
            at: { type: 'string', format: 'date-time' },
            rank: { type: 'number' },
          },
        },
        description: 'Who said each field, and when (`?stamps=true`).',
      }),
    ),
    findings: Type.Optional(Type.Array(Open('A move that was not legal, and who said it.'))),
  },
  { $id: 'Record', title: 'Record' },
)

export interface Stamp {
  readonly connection: string | null
  readonly resource: string | null
  readonly external_id: string | null
  readonly at: string
  readonly rank: number
}

export const Verdict = Open('What became of one item: flow, verdict, record, code, detail, where.')

export const MessageForm = Type.Object(
  {
    id: Type.String(),
    connection: Type.String(),
    source: Type.String(note('hook, poll, fetch, answer, api, import, hub')),
    resource: nullable(Type.String()),
    state: Type.String(note('new, folded, waiting, invalid, ignored, unrouted, defect, erased')),
    received_at: Instant('When its first byte came.'),
    sent_at: nullable(Instant('When the request was sent whose answer it is.')),
    tries: Type.Integer(),
    verdicts: Type.Array(Verdict),
  },
  { $id: 'Message', title: 'Message' },
)

export const EffectForm = Type.Object(
  {
    id: Type.String(note('delivery.number')),
    delivery: Type.String(),
    n: Type.Integer(),
    flow: Type.String(),
    connection: Type.String(),
    resource: Type.String(),
    record: Type.String(),
    verb: Type.String(note('create, update, delete, put')),
    state: Type.String(
      note('open, accepted, refused, half-made (refused at a later step), absent, exists, dropped'),
    ),
    doubt: Open('What is known between tries.'),
    wanted: Type.Integer(),
    begun_at: Instant('When it was written down, before the call.'),
    ended_at: nullable(Instant('When its end was known.')),
  },
  { $id: 'Effect', title: 'Effect' },
)

export const DeliveryForm = Type.Object(
  {
    id: Type.String(),
    flow: Type.String(),
    key: Type.String(),
    connection: Type.String(),
    resource: Type.String(),
    record: Type.String(),
    state: Type.String(
      note(
        'waiting, in_flight, unknown, delivered, confirmed, held, superseded, lapsed, parked, dead, cancelled',
      ),
    ),
    because: nullable(Type.String()),
    wants: Type.String(note('there, gone, held')),
    wanted: Type.Integer(note('The change it wants to bring over.')),
    done: Type.Integer(note('The change that was brought over.')),
    external_id: nullable(Type.String()),
    due_at: nullable(Instant('When it is tried next.')),
    attempts: Type.Integer(note('Tries of all its effects.')),
    effect: nullable(
      Type.Object({
        n: Type.Integer(),
        verb: Type.String(),
        state: Type.String(),
        begun_at: Instant('When it began.'),
        ended_at: nullable(Instant('When its end was known.')),
      }),
    ),
    last_error: nullable(Open('outcome, code, status, detail, at')),
    created_at: Instant('When it was first wanted.'),
    updated_at: Instant('When it last moved.'),
  },
  { $id: 'Delivery', title: 'Delivery' },
)

export const AttemptForm = Type.Object({
  n: Type.Integer(),
  try: Type.Integer(),
  step: Type.String(),
  at: Instant('When it was sent.'),
  took_ms: Type.Integer(),
  outcome: Type.String(),
  status: nullable(Type.Integer()),
  code: nullable(Type.String()),
  detail: Type.String(),
})

/** Schemas that the document names once. */
export const SHARED: readonly TSchema[] = [Problem, RecordForm, MessageForm, EffectForm, DeliveryForm]
/** By name, so that the document says `Record` instead of repeating it. */
export const named = <T>(schema: TSchema & { readonly $id?: string }) =>
  Type.Unsafe<T>({ $ref: `${schema.$id}#` })
