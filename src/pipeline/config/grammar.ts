/**
 * The grammar of the integrator's own files, as TypeBox: one schema is the check at load, the TypeScript type
 * and the JSON Schema that editors read (openapi/schemas/).
 */
import { type Static, Type } from 'typebox'

const closed = { additionalProperties: false } as const
const text = (description: string) => Type.String({ minLength: 1, maxLength: 4000, description })
const duration = (description: string) =>
  Type.String({ pattern: '^\\d+(\\.\\d+)?(ms|s|min|m|h|d)$', description })

/** Names that become parts of keys and addresses. */
const Name = Type.String({
  pattern: '^[a-z][a-z0-9_-]{0,62}$',
  description: 'a name: small letters, digits, - and _',
})

export const ConnectionSchema = Type.Object(
  {
    connection: Name,
    connector: text('name of a connector'),
    settings: Type.Optional(
      Type.Record(Type.String(), Type.Unknown(), {
        description: 'settings of the connector; ${NAME} and ${file:/path} are filled in',
      }),
    ),
    hook: Type.Optional(
      Type.String({
        pattern: '^[A-Za-z0-9_-]{1,64}$',
        description: 'a fixed name for /hooks/{hook}: letters, digits, - and _',
      }),
    ),
    allow_private: Type.Optional(
      Type.Boolean({ description: 'loopback and private addresses may be called' }),
    ),
    accept_unsigned: Type.Optional(
      Type.Boolean({ description: 'callbacks without a signature are taken (verify: none)' }),
    ),
    personal_data: Type.Optional(
      Type.Boolean({
        description: 'whether personal data may flow to this system; unsaid is a warning of `hrhub check`',
      }),
    ),
  },
  closed,
)
export type ConnectionEntry = Static<typeof ConnectionSchema>

export const FlowSchema = Type.Object(
  {
    flow: Name,
    was: Type.Optional(Type.Array(Name, { description: 'a list of earlier names' })),
    from: text('connection.resource, or a kind'),
    to: text('a kind, connection.resource, or hub.<kind>'),
    mapping: text('name of a mapping, e.g. feishu/event.out'),
    answer: Type.Optional(text('name of an .in mapping that reads what the vendor answers')),
    when: Type.Optional(text('CEL over record (and item)')),
    remove_when: Type.Optional(text('CEL over record (and item), or `otherwise`')),
    replace_when: Type.Optional(
      Type.Array(text('CEL'), { description: 'a list of expressions: a change means delete, then create' }),
    ),
    each: Type.Optional(text('a list of the record, e.g. record.interviewers')),
    key: Type.Optional(text('CEL over item: what tells the entries apart')),
    at: Type.Optional(text('CEL that gives a time')),
    until: Type.Optional(duration('a duration, e.g. 1h: later than that it lapses')),
    once: Type.Optional(
      Type.Union([text('CEL'), Type.Array(text('CEL'), { minItems: 1, maxItems: 8 })], {
        description: 'an expression or a list of them: one effect per value, ever',
      }),
    ),
    every: Type.Optional(Type.Literal('change')),
    backfill: Type.Optional(Type.Boolean({ description: 'the past too, not only changes from now on' })),
    wait_for: Type.Optional(duration('a duration, e.g. 24h: a longer wait is shown as overdue')),
    if_gone: Type.Optional(
      Type.Union([Type.Literal('recreate'), Type.Literal('leave'), Type.Literal('ask')], {
        description: 'recreate, leave or ask',
      }),
    ),
  },
  closed,
)
export type FlowEntry = Static<typeof FlowSchema>

const file = (name: string, title: string) =>
  ({ ...closed, $id: `https://hrhub.dev/schemas/${name}.schema.json`, title }) as const

export const ConnectionsFileSchema = Type.Object(
  {
    tenant: Type.Optional(Name),
    connections: Type.Array(ConnectionSchema, { maxItems: 1000 }),
  },
  file('connections', 'hrhub connections'),
)

export const FlowsFileSchema = Type.Object(
  { flows: Type.Array(FlowSchema, { maxItems: 5000 }) },
  file('flows', 'hrhub flows'),
)

export const OwnershipFileSchema = Type.Object(
  {
    ownership: Type.Record(
      Type.String({ description: 'a kind' }),
      Type.Record(
        Type.String({ description: 'a field, a branch of fields, or "*"' }),
        Type.Array(Type.String(), {
          description: 'a list of connections; the first has the greatest authority',
          minItems: 1,
          maxItems: 100,
        }),
      ),
    ),
  },
  file('ownership', 'hrhub ownership'),
)
export type OwnershipFile = Static<typeof OwnershipFileSchema>
