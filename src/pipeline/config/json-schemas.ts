/**
 * The JSON Schemas that editors read beside the YAML (openapi/schemas/), made from the same grammars that check
 * the files; the words of mapping rules come from the registries of the mapping language.
 */
import { ManifestSchema } from '../../connector/manifest/schema.js'
import type { Json, JsonObject } from '../../kernel/json.js'
import { MODIFIERS, SOURCES } from '../../mapping/rule/rule.js'
import { KINDS } from '../../model/kinds.js'
import { described } from './described.js'
import { ConnectionsFileSchema, FlowsFileSchema, OwnershipFileSchema } from './grammar.js'
import { MEANINGS, type Meanings } from './word-meanings.js'

const DRAFT = 'https://json-schema.org/draft/2020-12/schema'
const ADDRESS = 'https://hrhub.dev/schemas/'

/** File name → schema. */
export function jsonSchemas(): Readonly<Record<string, JsonObject>> {
  const files: Readonly<Record<string, unknown>> = {
    'connections.schema.json': ConnectionsFileSchema,
    'flows.schema.json': FlowsFileSchema,
    'ownership.schema.json': OwnershipFileSchema,
    'connector.schema.json': ManifestSchema,
    'mapping.schema.json': mappingSchema(),
  }
  return Object.fromEntries(
    Object.entries(files).map(([name, schema]) => [
      name,
      { $schema: DRAFT, ...described(plain(schema), meaningsOf(name)).schema },
    ]),
  )
}

/** Meanings of the words of a schema's file. */
export const meaningsOf = (file: string): Meanings => MEANINGS[file.replace('.schema.json', '')] ?? {}

/** Without what the builder of schemas keeps for itself. */
const plain = (schema: unknown) => JSON.parse(JSON.stringify(schema)) as Record<string, Json>

const RULE: JsonObject = { $ref: '#/$defs/rule' }
const RULES: JsonObject = { type: 'object', additionalProperties: RULE }
const TEXT: JsonObject = { type: 'string', minLength: 1 }

/** What is known of a word's value; any other word takes anything. */
const VALUES: Readonly<Record<string, JsonObject>> = {
  from: TEXT,
  cel: TEXT,
  template: TEXT,
  each: TEXT,
  when: TEXT,
  where: TEXT,
  settings: TEXT,
  fields: RULES,
  with: RULES,
  item: RULE,
  key: RULE,
  zone: RULE,
  first: { type: 'array', items: RULE, minItems: 1 },
  scale: { type: 'array', minItems: 2, maxItems: 2 },
  lookup: { type: ['string', 'object'] },
  on_error: { enum: ['refuse', 'skip', 'default'] },
  missing: { enum: ['wait', 'create', 'ignore', 'refuse'] },
  required: { type: 'boolean' },
}
/** Words of any rule, and of references. */
const SHARED_WORDS = ['when', 'default', 'required', 'on_error', 'of', 'missing']

function ruleSchema(): JsonObject {
  const words = new Set([
    ...Object.entries(SOURCES).flatMap(([word, source]) => [word, ...source.words]),
    ...MODIFIERS.flatMap(({ word, words: beside }) => [word, ...beside]),
    ...SHARED_WORDS,
  ])
  const properties = Object.fromEntries([...words].map(word => [word, VALUES[word] ?? {}]))
  return {
    description: 'a path, a list of rules, or an object with one source and modifiers',
    anyOf: [
      TEXT,
      { type: 'array', items: RULE },
      { type: 'object', properties, additionalProperties: false, minProperties: 1 },
    ],
  }
}

function mappingSchema(): JsonObject {
  const kinds = [...KINDS.keys()]
  return {
    $id: `${ADDRESS}mapping.schema.json`,
    title: 'hrhub mapping',
    type: 'object',
    required: ['mapping', 'from', 'to'],
    additionalProperties: false,
    properties: {
      mapping: { ...TEXT, description: 'name of the file without .yaml: acme-ai/report.in' },
      from: { ...TEXT, description: 'connector.resource, or a kind' },
      to: { ...TEXT, description: 'a kind, connector.resource, or hub.<kind>', examples: kinds },
      each: { ...TEXT, description: 'record.<list>: made for flows with this `each`' },
      when: { ...TEXT, description: 'CEL; else the message says nothing' },
      identity: {
        description: 'the vendor’s id, or { ref: field }',
        anyOf: [RULE, { type: 'object', required: ['ref'], properties: { ref: TEXT } }],
      },
      occurred_at: RULE,
      sequence: RULE,
      unknown: { enum: ['create', 'wait', 'ignore'] },
      match: { type: 'array', items: TEXT },
      auto_merge: { type: 'array', items: TEXT },
      ours: RULE,
      gone: { type: ['string', 'boolean', 'object'] },
      refs: RULES,
      fields: RULES,
      tests: { type: 'array', items: { type: 'object' } },
    },
    $defs: { rule: ruleSchema() },
  }
}
