/**
 * The manifest's own grammar: one TypeBox schema is the editor's JSON Schema, the check at load and the
 * TypeScript type. Expressions and rules are texts here; they are compiled by manifest/compile.ts.
 */
import { type Static, Type } from 'typebox'

const Word = Type.String({ minLength: 1, maxLength: 4000 })
const Name = Type.String({ pattern: '^[A-Za-z_][A-Za-z0-9_-]{0,63}$' })
const Duration = Type.String({
  pattern: '^\\d+(\\.\\d+)?(ms|s|m|min|h|d)$',
  description: '20s, 5m, 24h, 90d',
})
const Rate = Type.String({ pattern: '^\\d+/(\\d+)?(s|m|min|h|d)$', description: '20/s, 1000/min, 5/30s' })
const Bytes = Type.String({ pattern: '^\\d+(KiB|MiB)?$', description: 'bytes, 256KiB, 1MiB' })
const closed = { additionalProperties: false } as const

const Setting = Type.Object(
  {
    type: Type.Union([
      Type.Literal('string'),
      Type.Literal('integer'),
      Type.Literal('number'),
      Type.Literal('boolean'),
      Type.Literal('array'),
    ]),
    title: Type.Optional(Type.String()),
    description: Type.Optional(Type.String()),
    format: Type.Optional(Type.String()),
    enum: Type.Optional(Type.Array(Type.Unknown())),
    default: Type.Optional(Type.Unknown()),
    secret: Type.Optional(Type.Boolean()),
    required: Type.Optional(Type.Boolean({ description: 'default true where there is no default' })),
  },
  closed,
)

/** Parameter name → rule; `body` is merged into the mapped body, `"*"` spreads over the query. */
const With = Type.Record(Type.String(), Type.Unknown())
const Take = Type.Object(
  { id: Type.Optional(Word), keep: Type.Optional(Type.Record(Type.String(), Word)) },
  closed,
)
const Idempotency = Type.Union([
  Type.Literal('none'),
  Type.Object(
    {
      header: Type.Optional(Type.String()),
      query: Type.Optional(Type.String()),
      body: Type.Optional(Type.String()),
      content: Type.Optional(
        Type.Literal(true, { description: 'the vendor knows a repeat by its bytes; it takes no token' }),
      ),
      window: Duration,
      format: Type.Optional(Type.Union([Type.Literal('uuid'), Type.Literal('hex')])),
    },
    closed,
  ),
])
const Step = Type.Object(
  {
    step: Name,
    operation: Word,
    with: Type.Optional(With),
    when: Type.Optional(Word),
    take: Type.Optional(Take),
    idempotency: Type.Optional(Idempotency),
    repeatable: Type.Optional(Type.Boolean()),
  },
  closed,
)

const call = {
  operation: Type.Optional(Word),
  with: Type.Optional(With),
  take: Type.Optional(Take),
  steps: Type.Optional(Type.Array(Step, { minItems: 1, maxItems: 8 })),
}
const slot = <T extends Record<string, ReturnType<typeof Type.Optional>>>(words: T) =>
  Type.Union([Word, Type.Object({ ...call, ...words }, closed)])

const Next = Type.Object(
  {
    cursor: Type.Optional(Word),
    page: Type.Optional(Type.Integer({ minimum: 0 })),
    offset: Type.Optional(Type.Integer({ minimum: 0 })),
    link: Type.Optional(Type.Union([Type.Literal(true), Word])),
    scroll: Type.Optional(Word),
    while: Type.Optional(Word),
    dies_after: Type.Optional(Duration),
  },
  closed,
)
const Hydrate = Type.Object(
  {
    operation: Word,
    with: Type.Optional(With),
    size: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
    items: Type.Optional(Word),
    envelope: Type.Optional(
      Type.Boolean({
        description: 'each thing comes as { id, body }: for answers that do not repeat the id',
      }),
    ),
  },
  closed,
)

const Verb = slot({})
const Read = slot({
  item: Type.Optional(Word),
  envelope: Type.Optional(Type.Boolean()),
  every: Type.Optional(Duration),
  until: Type.Optional(Word),
})
const Refetch = slot({ item: Type.Optional(Word), envelope: Type.Optional(Type.Boolean()) })
const Lookup = slot({
  items: Type.Optional(Word),
  next: Type.Optional(Next),
  hydrate: Type.Optional(Hydrate),
  where: Type.Optional(Word),
  id: Type.Optional(Word),
  keep: Type.Optional(Type.Record(Type.String(), Word)),
  after: Type.Optional(Duration),
  adopt: Type.Optional(Type.Boolean()),
})
const Poll = slot({
  items: Type.Optional(Word),
  at: Type.Optional(Type.Unknown({ description: 'rule: the update time the vendor shows on an item' })),
  next: Type.Optional(Next),
  window: Type.Optional(
    Type.Object({ overlap: Type.Optional(Duration), at_most: Type.Optional(Duration) }, closed),
  ),
  hydrate: Type.Optional(Hydrate),
  every: Type.Optional(Duration),
  consumes: Type.Optional(Type.Boolean()),
})

const Resource = Type.Object(
  {
    title: Type.Optional(Type.String()),
    shape: Type.Optional(
      Type.Union([
        Word,
        Type.Object(
          { in: Type.Optional(Word), out: Type.Optional(Word), answer: Type.Optional(Word) },
          closed,
        ),
      ]),
    ),
    create: Type.Optional(Verb),
    update: Type.Optional(Verb),
    delete: Type.Optional(Verb),
    put: Type.Optional(Verb),
    read: Type.Optional(Read),
    idempotency: Type.Optional(Idempotency),
    lookup: Type.Optional(Lookup),
    repeatable: Type.Optional(
      Type.Array(
        Type.Union([
          Type.Literal('create'),
          Type.Literal('update'),
          Type.Literal('delete'),
          Type.Literal('put'),
        ]),
      ),
    ),
    on_unknown: Type.Optional(Type.Union([Type.Literal('park'), Type.Literal('repeat')])),
    callback: Type.Optional(
      Type.Object(
        {
          event: Type.Optional(Type.Union([Word, Type.Array(Word, { minItems: 1 })])),
          when: Type.Optional(Word),
          id: Type.Optional(Word),
          at: Type.Optional(
            Type.Unknown({ description: 'rule: when the item became so, by the vendor; not with refetch' }),
          ),
          item: Type.Optional(Word),
          refetch: Type.Optional(Refetch),
        },
        closed,
      ),
    ),
    poll: Type.Optional(Poll),
    attachments: Type.Optional(Type.Array(Word)),
  },
  closed,
)

const ErrorRow = Type.Object(
  {
    when: Word,
    is: Type.Union([
      Type.Literal('accepted'),
      Type.Literal('refused'),
      Type.Literal('throttled'),
      Type.Literal('unreachable'),
      Type.Literal('unknown'),
      Type.Literal('misconfigured'),
      Type.Literal('absent'),
      Type.Literal('exists'),
    ]),
    wait: Type.Optional(Word),
  },
  closed,
)

export const ManifestSchema = Type.Object(
  {
    connector: Type.String({ pattern: '^[a-z][a-z0-9-]{0,62}$' }),
    title: Type.String({ minLength: 1 }),
    summary: Type.Optional(Type.String()),
    openapi: Type.Optional(Type.String({ description: 'path of the OpenAPI 3.1 document' })),
    transport: Type.Optional(Type.String({ description: 'http (default) or a built-in transport: smtp' })),
    hooks: Type.Optional(Type.String({ pattern: '^\\./[\\w-]+\\.ts$' })),
    settings: Type.Optional(Type.Record(Name, Setting)),
    servers: Type.Optional(Type.Record(Type.String(), Name)),
    auth: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
    limits: Type.Optional(
      Type.Object(
        {
          rate: Type.Optional(Type.Union([Rate, Type.Array(Rate)])),
          per: Type.Optional(Type.Union([Type.Literal('operation'), Type.Literal('connection')])),
          concurrency: Type.Optional(Type.Integer({ minimum: 1, maximum: 256 })),
          timeout: Type.Optional(Duration),
          retry: Type.Optional(
            Type.Array(Duration, {
              minItems: 1,
              maxItems: 32,
              description: 'the wait before each further try; after the last the delivery is parked',
            }),
          ),
          recipient: Type.Optional(
            Type.Object({ by: Word, rate: Type.Union([Rate, Type.Array(Rate)]) }, closed),
          ),
        },
        closed,
      ),
    ),
    check: Type.Optional(Verb),
    success: Type.Optional(Word),
    errors: Type.Optional(Type.Array(ErrorRow)),
    resources: Type.Record(Name, Resource),
    callback: Type.Optional(
      Type.Object(
        {
          methods: Type.Optional(Type.Array(Type.String({ pattern: '^[A-Z]+$' }))),
          verify: Type.Record(Type.String(), Type.Unknown()),
          items: Type.Optional(Word),
          event: Type.Optional(Word),
          dedupe: Type.Optional(Word),
          ack: Type.Optional(
            Type.Object(
              {
                status: Type.Optional(Type.Integer({ minimum: 200, maximum: 299 })),
                headers: Type.Optional(Type.Record(Type.String(), Type.String())),
                body: Type.Optional(Type.Unknown()),
              },
              closed,
            ),
          ),
          max: Type.Optional(Bytes),
        },
        closed,
      ),
    ),
  },
  { ...closed, $id: 'https://hrhub.dev/schemas/connector.schema.json', title: 'hrhub connector manifest' },
)

export type Manifest = Static<typeof ManifestSchema>
export type ManifestResource = Manifest['resources'][string]
export type ManifestStep = Static<typeof Step>
export type ManifestTake = Static<typeof Take>
export type ManifestWith = Static<typeof With>
export type ManifestNext = Static<typeof Next>
export type ManifestHydrate = Static<typeof Hydrate>
export type ManifestIdempotency = Static<typeof Idempotency>
export type ManifestSetting = Static<typeof Setting>

/** House order of keys; what stands elsewhere is a warning of `hrhub check`. */
export const HOUSE_ORDER = {
  manifest: Object.keys(ManifestSchema.properties),
  resource: Object.keys(Resource.properties),
  callback: ['methods', 'verify', 'items', 'event', 'dedupe', 'ack', 'max'],
} as const
