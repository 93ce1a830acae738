/**
 * Which field of a vendor is which field of a kind: by name, by the table of synonyms and by type, each with how
 * sure that is. Every vendor's field serves one field of the kind.
 */

import { member, singular, squash, wordsOf } from '../../connector/draft/words.js'
import type { JsonSchema } from '../../kernel/json-schema.js'
import { entryOf, wordsOf as enumOf, isRef, memberNames, memberOf, typesOf } from '../../mapping/schema.js'
import { KINDS } from '../../model/kinds.js'
import { FIELD_WORDS, KIND_WORDS, WORD_WORDS } from './synonyms.js'

export type Certainty = 'sure' | 'likely' | 'guess'
const CERTAINTIES: readonly Certainty[] = ['sure', 'likely', 'guess']
export const weaker = (certainty: Certainty): Certainty => (certainty === 'sure' ? 'likely' : 'guess')

/** A field in a schema, through objects but not through lists. */
export interface Field {
  /** As a mapping writes it. */
  readonly path: string
  readonly steps: readonly string[]
  readonly schema: JsonSchema
  /** Its name squashed, alone and with the name above it. */
  readonly leaf: string
  readonly both: string
}

const MAX_FIELDS = 400
const MAX_DEPTH = 3

export function fieldsOf(schema: JsonSchema | undefined): readonly Field[] {
  const found: Field[] = []
  const walk = (of: JsonSchema, path: string, steps: readonly string[]): void => {
    for (const name of memberNames(of)) {
      const hit = memberOf(of, name)
      if (hit === 'none' || found.length >= MAX_FIELDS) continue
      const inner = hit.schema ?? {}
      const both = [...steps.slice(-1), name].join(' ')
      const here = {
        path: member(path, name),
        steps: [...steps, name],
        schema: inner,
        leaf: squash(name),
        both: squash(both),
      }
      found.push(here)
      if (here.steps.length < MAX_DEPTH && !isList(inner)) walk(inner, here.path, here.steps)
    }
  }
  if (schema) walk(schema, '', [])
  return found
}

export const typeIs = (schema: JsonSchema, ...types: readonly string[]): boolean =>
  [...(typesOf(schema) ?? [])].some(type => types.includes(type))
export const isList = (schema: JsonSchema): boolean => typeIs(schema, 'array') || schema.items !== undefined
export const isBranch = (schema: JsonSchema): boolean => !isList(schema) && memberNames(schema).length > 0
export const isScalar = (schema: JsonSchema): boolean => !isList(schema) && !isBranch(schema)
export const entrySchema = (schema: JsonSchema): JsonSchema => {
  const entry = entryOf(schema)
  return entry === 'none' ? {} : (entry.schema ?? {})
}

/** The kind that a resource likely is. */
export function kindOf(
  resource: string,
): { readonly kind: string; readonly certainty: Certainty } | undefined {
  const names = [squash(resource), singular(wordsOf(resource).at(-1) ?? '')]
  for (const name of names)
    for (const [index, certainty] of (['likely', 'guess'] as const).entries())
      for (const [kind, words] of Object.entries(KIND_WORDS)) {
        if (!KINDS.has(kind)) continue
        if (index === 0 && squash(kind) === name) return { kind, certainty: 'sure' }
        if (words[index]?.includes(name)) return { kind, certainty }
      }
  return undefined
}

/** Names a field of a kind may go by over there, the likeliest first. */
export function namesOf(kind: string, path: string): readonly string[] {
  const words = FIELD_WORDS[kind]?.[path] ?? []
  return [...new Set([...ownNames(path), ...words.map(word => squash(word))])]
}

function ownNames(path: string): ReadonlySet<string> {
  const own = squash(path.split('.').at(-1) ?? '')
  return new Set([own, singular(own)])
}

/** The best field for a name of a kind; earlier names are better, nested fields are worse. */
export function bestField(
  kind: string,
  path: string,
  fields: readonly Field[],
  fits: (schema: JsonSchema) => boolean,
): { readonly field: Field; readonly certainty: Certainty } | undefined {
  const names = namesOf(kind, path)
  // The first synonym is as good as the field's own name.
  const sure = ownNames(path).size
  let best: { readonly field: Field; readonly certainty: Certainty; readonly score: number } | undefined
  for (const field of fields) {
    const { leaf, both } = field
    const deep = field.steps.length > 1
    const at = names.indexOf(deep && names.includes(both) ? both : leaf)
    if (at < 0 || (deep && leaf === 'id') || !fits(field.schema)) continue
    const level = (at <= sure ? 0 : 1) + (deep ? 1 : 0)
    const score = level * 100 + at + field.steps.length
    if (!best || score < best.score)
      best = { field, certainty: CERTAINTIES[Math.min(level, 2)] ?? 'guess', score }
  }
  return best
}

/** How many fields of a kind a shape has by name, at its top. */
export function sharedWith(kind: string, fields: readonly Field[]): number {
  const names = new Set(fields.filter(({ steps }) => steps.length === 1).map(({ leaf }) => leaf))
  return fieldNames(kind).filter(own => own.some(name => names.has(name))).length
}

const KNOWN_NAMES = new Map<string, readonly (readonly string[])[]>()
/** What tells a kind apart: every kind has tags, and a state of some word. */
const TELLS_NOTHING = new Set(['tags', 'custom', 'state', 'title', 'reason'])

function fieldNames(kind: string): readonly (readonly string[])[] {
  const known = KNOWN_NAMES.get(kind)
  if (known) return known
  const names = Object.keys(KINDS.get(kind)?.schema.properties ?? {})
    .filter(name => !TELLS_NOTHING.has(name))
    .map(name => namesOf(kind, name))
  KNOWN_NAMES.set(kind, names)
  return names
}

/** What a reference is called: `candidateId`, `candidate_id`, `candidate.id`, `jobId` for a position. */
export function bestReference(
  kind: string,
  path: string,
  referred: string,
  fields: readonly Field[],
): { readonly field: Field; readonly certainty: Certainty } | undefined {
  const [likely = [], guess = []] = KIND_WORDS[referred] ?? []
  const own = [squash(path), squash(referred)]
  const names = [...own, ...likely, ...guess].map(word => `${squash(word)}id`)
  const all = [...new Set([...names, ...namesOf(kind, path).filter(name => name.endsWith('id'))])]
  for (const name of all)
    for (const field of fields) {
      if ((field.steps.length === 1 ? field.leaf : field.both) !== name) continue
      if (!isScalar(field.schema) || !typeIs(field.schema, 'string', 'integer', 'number')) continue
      return { field, certainty: own.includes(name.slice(0, -2)) ? 'sure' : 'likely' }
    }
  return undefined
}

export interface Words {
  /** Vendor's word → canonical word. */
  readonly known: ReadonlyMap<string, string>
  readonly unknown: readonly string[]
}

/** A vendor's enumeration against that of a kind; undefined where either is none. */
export function matchWords(
  kind: string,
  path: string,
  target: JsonSchema,
  source: JsonSchema,
): Words | undefined {
  const canonical = enumOf(target)
  const vendor = enumOf(source)
  if (!canonical || !vendor) return undefined
  const table = WORD_WORDS[kind]?.[path] ?? {}
  const known = new Map<string, string>()
  const unknown: string[] = []
  for (const word of vendor.map(String)) {
    const plain = squash(word)
    const hit = canonical
      .map(String)
      .find(own => squash(own) === plain || (table[own] ?? []).some(name => squash(name) === plain))
    if (hit === undefined) unknown.push(word)
    else known.set(word, hit)
  }
  return { known, unknown }
}

export { enumOf, isRef }
