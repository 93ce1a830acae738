/**
 * The part of JSON Schema (2020-12, as OpenAPI 3.1 has it) that the hub reads, with its own annotations.
 * Shapes of vendors and schemas of kinds are both of this type, so one checker serves both.
 */
import type { Json } from './json.js'

export interface JsonSchema {
  readonly $ref?: string
  readonly $id?: string
  readonly type?: string | readonly string[]
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: boolean | JsonSchema
  readonly items?: JsonSchema
  readonly prefixItems?: readonly JsonSchema[]
  readonly enum?: readonly Json[]
  readonly const?: Json
  readonly format?: string
  readonly pattern?: string
  readonly nullable?: boolean
  readonly allOf?: readonly JsonSchema[]
  readonly anyOf?: readonly JsonSchema[]
  readonly oneOf?: readonly JsonSchema[]
  readonly title?: string
  readonly description?: string
  readonly default?: Json
  readonly minimum?: number
  readonly maximum?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly minItems?: number
  readonly maxItems?: number
  /** `fields` = merged member by member; `keyed(p)` = a list whose entries are told apart by member p. Absent: atomic. */
  readonly 'x-merge'?: string
  /** The field holds the id of a record of this kind. */
  readonly 'x-ref'?: string
  /** Personal data: phone, email, name, id_card, salary, text …; masked wherever a person may read it. */
  readonly 'x-personal'?: string
  /** The field walks the kind's state machine. */
  readonly 'x-state'?: boolean
}
