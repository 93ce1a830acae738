/** A kind against what a vendor takes: rules for every member of the body that found a partner, as an .out mapping. */
import { said } from '../../connector/draft/draft-text.js'
import { exampleOf } from '../../connector/draft/example.js'
import { squash } from '../../connector/draft/words.js'
import type { Json } from '../../kernel/json.js'
import type { JsonSchema } from '../../kernel/json-schema.js'
import { isRequired } from '../../mapping/schema.js'
import { schemaOfKind } from '../config/kinds.js'
import type { DraftGiven } from './draft-in.js'
import { a, type Given, listedIn, type MappingDraft, type Rule } from './mapping-draft.js'
import {
  bestField,
  bestReference,
  type Certainty,
  entrySchema,
  type Field,
  fieldsOf,
  isBranch,
  isList,
  isScalar,
  namesOf,
  typeIs,
} from './match.js'
import { canonicalExample, withWords, writeValue } from './values.js'

const NOT_WRITTEN = new Set(['custom', 'composite', 'provider', 'portrait', 'stage_source', 'state_source'])
/** What stands in an entry beside its value: `{ value, type }`. */
const KIND_OF_VALUE = /^(?:type|label|kind|category)$/

/** Undefined where nothing matched. */
export function draftOutgoing(given: DraftGiven): MappingDraft | undefined {
  const schema = schemaOfKind(given.kind)
  if (!schema) return undefined
  const writer = new OutWriter(given, schema)
  writer.matchAll()
  if (writer.rules.length === 0) return undefined
  writer.fillRequired()
  const name = `${given.connector}/${given.resource.replaceAll('_', '-')}.out`
  const filled = new Set(writer.rules.map(({ key }) => key))
  const left = fieldsOf(given.shape).filter(
    ({ steps, path }) =>
      steps.length === 1 && !filled.has(path) && ![...filled].some(key => key.startsWith(`${path}.`)),
  )
  return {
    name,
    head: [
      { id: 'mapping', indent: 0, line: `mapping: ${name}` },
      { id: 'from', indent: 0, line: `from: ${given.kind}` },
      {
        id: 'to',
        indent: 0,
        line: `to: ${given.connector}.${given.resource}`,
        ...(given.certainty === 'sure'
          ? {}
          : { questions: [`is ${a(given.kind)} here ${a(given.resource)} there?`] }),
      },
    ],
    given: [[['id'], `${given.kind}_1`]],
    rules: writer.rules,
    refs: [],
    questions: [],
    left: left.length > 0 ? ['Nothing here for:', ...listedIn(left.map(({ path }) => path))] : [],
  }
}

class OutWriter {
  readonly rules: Rule[] = []
  private readonly given: DraftGiven
  private readonly schema: JsonSchema
  private readonly fields: readonly Field[]
  private readonly used = new Set<string>()

  constructor(given: DraftGiven, schema: JsonSchema) {
    this.given = given
    this.schema = schema
    this.fields = fieldsOf(given.shape)
  }

  private free(): readonly Field[] {
    return this.fields.filter(
      ({ path }) => !this.used.has(path) && ![...this.used].some(used => path.startsWith(`${used}.`)),
    )
  }

  matchAll(): void {
    for (const [name, source] of Object.entries(this.schema.properties ?? {})) {
      if (NOT_WRITTEN.has(name)) continue
      if (source['x-ref'] !== undefined) this.reference(name, source['x-ref'])
      else if (isList(source)) this.list(name, source)
      else if (isBranch(source))
        for (const [inner, member] of Object.entries(source.properties ?? {}))
          this.scalar(`${name}.${inner}`, member)
      else this.scalar(name, source)
    }
  }

  private add(field: Field, rule: Omit<Rule, 'key'>): void {
    this.used.add(field.path)
    this.rules.push({ key: field.path, ...rule })
  }

  private scalar(path: string, source: JsonSchema): void {
    if (source['x-ref'] !== undefined) return
    const best = bestField(this.given.kind, path, this.free(), isScalar)
    const value = best && writeValue(this.given.kind, path, source, best.field.schema, best.certainty)
    if (!best || !value) return
    this.add(best.field, {
      rule: withWords(path, value.words),
      certainty: value.certainty,
      questions: [...value.questions, ...this.partsOfName(path, best.field)],
      given: [[path.split('.'), value.example]],
    })
  }

  /** Many records have a full name alone. */
  private partsOfName(path: string, field: Field): readonly string[] {
    if (path !== 'given_name' && path !== 'family_name') return []
    const name = field.steps.at(-1) ?? ''
    return isRequired(this.given.shape, name)
      ? [`what if a record has a \`name\` alone? (${field.path} is required there)`]
      : []
  }

  private reference(name: string, kind: string): void {
    const best = bestReference(this.given.kind, name, kind, this.free())
    if (!best) return
    const resource = this.given.resources.get(kind)
    if (resource === undefined) return
    const number = !typeIs(best.field.schema, 'string') && typeIs(best.field.schema, 'integer', 'number')
    const record = `${kind}_1`
    this.add(best.field, {
      rule: { external: { of: name, resource }, missing: 'wait', ...(number ? { as: 'integer' } : {}) },
      certainty: best.certainty,
      given: [[[name], record]],
      external: { [record]: { [resource]: '88' } },
    })
  }

  private list(name: string, source: JsonSchema): void {
    const entry = entrySchema(source)
    if (entry['x-ref'] !== undefined || source['x-merge'] !== undefined) return
    const best = bestField(
      this.given.kind,
      name,
      this.free(),
      schema => isList(schema) || (isScalar(entry) && isScalar(schema)),
    )
    if (!best) return
    const { field, certainty } = best
    if (isBranch(entry)) this.entries(name, entry, field, certainty)
    else this.values(name, entry, field, certainty)
  }

  private values(name: string, entry: JsonSchema, field: Field, certainty: Certainty): void {
    const { kind } = this.given
    const list = isList(field.schema)
    const target = list ? entrySchema(field.schema) : field.schema
    const example = canonicalExample(entry, name)
    if (isScalar(target)) {
      const value = writeValue(kind, name, entry, target, certainty)
      if (!value) return
      this.add(field, {
        rule: withWords(list ? name : `${name}[0]`, value.words),
        certainty: value.certainty,
        questions: value.questions,
        given: [[[name], [value.example]]],
      })
      return
    }
    const members = fieldsOf(target).filter(({ steps, schema }) => steps.length === 1 && isScalar(schema))
    const holder = ['value', ...namesOf(kind, name), 'number', 'address'].flatMap(word =>
      members.filter(({ steps }) => squash(steps[0] ?? '') === word),
    )[0]
    const value = holder && writeValue(kind, name, entry, holder.schema, certainty)
    if (!holder || !value) return
    const beside = members.filter(
      one =>
        one !== holder &&
        (isRequired(target, one.steps[0] ?? '') || KIND_OF_VALUE.test(squash(one.steps[0] ?? ''))),
    )
    const constants = Object.fromEntries(
      beside.map(one => [one.path, { value: exampleOf(one.schema, one.steps[0]) }]),
    )
    this.add(field, {
      rule: { each: name, fields: { [holder.path]: withWords('item', value.words), ...constants } },
      certainty: beside.length > 0 ? 'guess' : value.certainty,
      questions: [
        ...value.questions,
        ...beside.map(
          one => `is ${said(one.path)} always ${said(JSON.stringify(exampleOf(one.schema, one.steps[0])))}?`,
        ),
      ],
      given: [[[name], [example]]],
    })
  }

  private entries(name: string, entry: JsonSchema, field: Field, certainty: Certainty): void {
    if (!isList(field.schema)) return
    const target = entrySchema(field.schema)
    const fields = fieldsOf(target).filter(({ steps }) => steps.length === 1)
    const rules: Record<string, unknown> = Object.create(null)
    const example: Record<string, Json> = {}
    const questions: string[] = []
    for (const [inner, member] of Object.entries(entry.properties ?? {})) {
      if (!isScalar(member)) continue
      const best = bestField(
        this.given.kind,
        `${name}.${inner}`,
        fields.filter(({ path }) => !Object.hasOwn(rules, path)),
        isScalar,
      )
      const value =
        best && writeValue(this.given.kind, `${name}.${inner}`, member, best.field.schema, best.certainty)
      if (!best || !value) continue
      rules[best.field.path] = withWords(inner, value.words)
      example[inner] = value.example
      questions.push(...value.questions.map(question => `${best.field.path}: ${question}`))
    }
    for (const one of fields) {
      const key = one.steps[0] ?? ''
      if (Object.hasOwn(rules, one.path) || !isRequired(target, key)) continue
      rules[one.path] = { value: exampleOf(one.schema, key) }
      questions.push(`${one.path} is required there: what does the hub know of it?`)
    }
    if (Object.keys(example).length > 0)
      this.add(field, {
        rule: { each: name, fields: rules },
        certainty,
        questions,
        given: [[[name], [example]]],
      })
  }

  /** What the vendor requires and nothing here says: a constant, and a question. */
  fillRequired(): void {
    const walk = (schema: JsonSchema, above: string, steps: readonly string[]): void => {
      for (const field of fieldsOf(schema).filter(one => one.steps.length === 1)) {
        const key = field.steps[0] ?? ''
        const path = above === '' ? field.path : `${above}.${field.path}`
        const filledBelow = this.rules.some(rule => rule.key.startsWith(`${path}.`))
        if (this.used.has(path)) continue
        if (filledBelow) walk(field.schema, path, [...steps, key])
        else if (isRequired(schema, key)) {
          this.rules.push({
            key: path,
            rule: { value: exampleOf(field.schema, key) },
            certainty: 'guess',
            questions: [`${path} is required there, and nothing here says it: which value?`],
            given: [],
          })
          this.used.add(path)
        }
      }
    }
    walk(this.given.shape, '', [])
  }
}

export type { Given }
