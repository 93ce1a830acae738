/**
 * How a kind is described: one schema that is also the type, its plural, its state machine and what identifies
 * it. Every field is optional in a record (a record knows what it was told) and carries a description.
 */
import Type, { type Static, type TObject, type TProperties, type TSchema } from 'typebox'
import type { JsonObject } from '../kernel/json.js'
import type { JsonSchema } from '../kernel/json-schema.js'
import type { StateMachine } from './state-machine.js'

export interface KindDefinition<Schema extends TObject = TObject> {
  readonly kind: string
  /** As in `/v1/{kinds}`. */
  readonly plural: string
  readonly schema: Schema
  /** Machines of the fields marked `x-state`, by path without keys: `state`, `items.state`. */
  readonly machines: Readonly<Record<string, StateMachine>>
  /** Fields that may find a record by value, with the name of their identity key: `{ phones: 'phone' }`. */
  readonly identity: Readonly<Record<string, string>>
  /** What follows from the record alone; runs in `reduce`, so it must be pure. */
  readonly derive?: (data: JsonObject) => JsonObject
}

/** The data of a kind as a TypeScript type. */
export type DataOf<Definition> =
  Definition extends KindDefinition<infer Schema> ? Partial<Static<Schema>> : never

type Notes = Record<string, unknown>
const note = (description: string, notes: Notes = {}) => ({ description, ...notes })

export const text = (description: string, notes: Notes = {}) => Type.String(note(description, notes))
export const number = (description: string, notes: Notes = {}) => Type.Number(note(description, notes))
export const integer = (description: string, notes: Notes = {}) => Type.Integer(note(description, notes))
export const flag = (description: string) => Type.Boolean(note(description))
/** An instant, RFC 3339 with an offset; kept in UTC. */
export const instant = (description: string) => Type.String(note(description, { format: 'date-time' }))
/** A calendar day, `2026-03-01`. */
export const day = (description: string) => Type.String(note(description, { format: 'date' }))
export const address = (description: string, notes: Notes = {}) =>
  Type.String(note(description, { format: 'uri', ...notes }))
export const personal = (what: string, description: string, notes: Notes = {}) =>
  Type.String(note(description, { 'x-personal': what, ...notes }))
/** The id of a record of another kind. */
export const ref = (kind: string, description: string) => Type.String(note(description, { 'x-ref': kind }))
export const choice = <const Words extends string[]>(words: Words, description: string, notes: Notes = {}) =>
  Type.Enum(words, note(description, notes))
/** A field that walks the kind's state machine. */
export const state = <const Words extends string[]>(words: Words, description: string) =>
  Type.Enum(words, note(description, { 'x-state': true }))
export const list = <Item extends TSchema>(item: Item, description: string, notes: Notes = {}) =>
  Type.Array(item, note(description, notes))
/** An object that is one value: said whole, compared whole. */
export const atomic = <Members extends TProperties>(members: Members, description: string) =>
  Type.Partial(Type.Object(members), note(description, { additionalProperties: false }))
/** A list whose entries are told apart by one member; entries of several systems live side by side. */
export const keyed = <Members extends TProperties>(key: string, members: Members, description: string) =>
  Type.Array(
    Type.Partial(Type.Object(members), { additionalProperties: false }),
    note(description, { 'x-merge': `keyed(${key})` }),
  )
/** An open map: every member is a field of its own. */
export const map = (value: JsonSchema, description: string) =>
  Type.Unsafe<Record<string, unknown>>(
    Type.Object({}, note(description, { 'x-merge': 'fields', additionalProperties: value })),
  )

const COMMON = {
  custom: map({}, 'Fields of this company that no kind has.'),
  tags: list(Type.String(), 'Free words.'),
}

export function defineKind<const Kind extends string, Members extends TProperties>(definition: {
  readonly kind: Kind
  readonly plural: string
  readonly description: string
  readonly fields: Members
  readonly machines?: Readonly<Record<string, StateMachine>>
  readonly identity?: Readonly<Record<string, string>>
  readonly derive?: (data: JsonObject) => JsonObject
}) {
  const { kind, plural, description, fields, machines = {}, identity = {}, derive } = definition
  const schema = Type.Object(
    { ...fields, ...COMMON },
    { $id: kind, title: kind, description, additionalProperties: false },
  )
  return { kind, plural, schema, machines, identity, ...(derive ? { derive } : {}) }
}
