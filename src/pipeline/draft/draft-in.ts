/** A vendor's shape against a kind: rules for every field of the kind that found a partner, as an .in mapping. */
import type { Part } from '../../connector/draft/draft-text.js'
import { flow } from '../../connector/draft/draft-text.js'
import { changedAtOf } from '../../connector/draft/paging.js'
import { squash } from '../../connector/draft/words.js'
import { isObject, type Json } from '../../kernel/json.js'
import type { JsonSchema } from '../../kernel/json-schema.js'
import { KINDS } from '../../model/kinds.js'
import { schemaOfKind } from '../config/kinds.js'
import { a, type Given, listedIn, type MappingDraft, type Rule } from './mapping-draft.js'
import {
  bestField,
  bestReference,
  type Certainty,
  entrySchema,
  enumOf,
  type Field,
  fieldsOf,
  isBranch,
  isList,
  isScalar,
  namesOf,
  typeIs,
} from './match.js'
import { readValue, withWords } from './values.js'

export interface DraftGiven {
  readonly connector: string
  readonly resource: string
  readonly kind: string
  readonly certainty: Certainty
  /** What the resource says (in), or takes (out). */
  readonly shape: JsonSchema
  /** Kind → resource of this connector. */
  readonly resources: ReadonlyMap<string, string>
}

/** Not matched by name: what the hub itself says of a record, or works out. */
const NOT_READ = new Set(['custom', 'composite', 'provider', 'portrait'])

/** Undefined where nothing matched, or nothing tells one thing from another. */
export function draftIncoming(given: DraftGiven): MappingDraft | undefined {
  const schema = schemaOfKind(given.kind)
  const fields = fieldsOf(given.shape)
  const id = identityOf(fields, given.resource)
  if (!schema || !id) return undefined
  const reader = new InReader(given, fields, id)
  for (const [name, target] of Object.entries(schema.properties ?? {}))
    if (!NOT_READ.has(name)) reader.field(name, target)
  const { rules, refs } = reader
  if (rules.length + refs.length === 0) return undefined
  const name = `${given.connector}/${given.resource.replaceAll('_', '-')}.in`
  const head = headOf(given, name, id, fields, rules)
  const left = fields.filter(
    ({ schema, path }) =>
      isScalarOrList(schema) &&
      !reader.used.has(path) &&
      path !== id.path &&
      !head.given.some(([steps]) => steps.join('.') === path),
  )
  return {
    name,
    head: head.parts,
    given: head.given,
    rules,
    refs,
    questions: reader.questions,
    left: left.length > 0 ? ['Found no partner here:', ...listedIn(left.map(({ path }) => path))] : [],
  }
}

const isScalarOrList = (schema: JsonSchema) => isScalar(schema) || isList(schema)

function identityOf(fields: readonly Field[], resource: string): Field | undefined {
  const top = fields.filter(
    ({ steps, schema }) => steps.length === 1 && isScalar(schema) && !typeIs(schema, 'boolean'),
  )
  for (const name of ['id', `${squash(resource)}id`, 'uuid', 'uid', 'guid', 'key', 'code'])
    for (const field of top) if (squash(field.steps[0] ?? '') === name) return field
  return undefined
}

function headOf(
  given: DraftGiven,
  name: string,
  id: Field,
  fields: readonly Field[],
  rules: readonly Rule[],
) {
  const parts: Part[] = [
    { id: 'mapping', indent: 0, line: `mapping: ${name}` },
    { id: 'from', indent: 0, line: `from: ${given.connector}.${given.resource}` },
    {
      id: 'to',
      indent: 0,
      line: `to: ${given.kind}`,
      ...(given.certainty === 'sure'
        ? {}
        : { questions: [`is ${a(given.resource)} there ${a(given.kind)} here?`] }),
    },
    { id: 'identity', indent: 0, line: `identity: ${flow(id.path)}` },
  ]
  const inputs: Given[] = [[id.steps, typeIs(id.schema, 'integer', 'number') ? 1 : '1']]
  const at = changedAtOf(given.shape)
  if (at) {
    const path = (isObject(at.rule) ? String(at.rule['from']) : String(at.rule)).replace(/^item\.?/, '')
    const field = fields.find(one => one.path === path)
    const value =
      field && readValue(given.kind, path, { type: 'string', format: 'date-time' }, field.schema, 'sure')
    if (field && value) {
      parts.push({
        id: 'occurred_at',
        indent: 0,
        line: `occurred_at: ${flow(withWords(path, value.words))}`,
        questions: value.questions,
      })
      inputs.push([field.steps, value.example])
    }
  } else
    parts.push({
      id: 'occurred_at',
      indent: 0,
      line: '',
      questions: ['when did it become so? (occurred_at; without it the time of arrival counts)'],
    })
  const gone = fields.find(
    ({ steps, schema }) =>
      steps.length === 1 &&
      typeIs(schema, 'boolean') &&
      /^(?:is)?(?:deleted|removed|archived)$/.test(squash(steps[0] ?? '')),
  )
  if (gone) {
    parts.push({ id: 'gone', indent: 0, line: `gone: ${flow(`source.${gone.path} == true`)}` })
    inputs.push([gone.steps, false])
  }
  const identity = KINDS.get(given.kind)?.identity ?? {}
  const match = Object.keys(identity).filter(key => rules.some(rule => rule.key === key))
  if (match.length > 0) parts.push({ id: 'match', indent: 0, line: `match: ${flow(match)}` })
  return { parts, given: inputs }
}

class InReader {
  readonly rules: Rule[] = []
  readonly refs: Rule[] = []
  readonly questions: string[] = []
  readonly used = new Set<string>()
  private readonly given: DraftGiven
  private readonly fields: readonly Field[]

  constructor(given: DraftGiven, fields: readonly Field[], id: Field) {
    this.given = given
    this.fields = fields
    this.used.add(id.path)
  }

  field(name: string, target: JsonSchema): void {
    const ref = target['x-ref']
    const rule =
      ref !== undefined
        ? this.reference(name, ref)
        : isList(target)
          ? this.list(name, target)
          : isBranch(target)
            ? this.whole(name, target)
            : this.scalar(name, name, target)
    if (!rule) {
      if (name === 'name') this.nameOfParts()
      return
    }
    if (ref === undefined) this.rules.push(rule)
    else this.refs.push(rule)
  }

  private free(): readonly Field[] {
    return this.fields.filter(({ path }) => !this.used.has(path))
  }

  private scalar(key: string, path: string, target: JsonSchema): Rule | undefined {
    const { kind } = this.given
    const best = bestField(kind, path, this.free(), isScalar)
    const value = best && readValue(kind, path, target, best.field.schema, best.certainty)
    if (!best || !value) {
      if (best && enumOf(target))
        this.questions.push(
          `${key}: ${best.field.path} may be it; which of its words is which of ${(enumOf(target) ?? []).join(', ')}?`,
        )
      return undefined
    }
    this.used.add(best.field.path)
    return {
      key,
      rule: withWords(best.field.path, value.words),
      certainty: value.certainty,
      questions: value.questions,
      given: [[best.field.steps, value.example]],
    }
  }

  private reference(key: string, kind: string): Rule | undefined {
    const best = bestReference(this.given.kind, key, kind, this.free())
    if (!best) return undefined
    const resource = this.given.resources.get(kind)
    if (resource === undefined) {
      this.questions.push(
        `${key}: ${best.field.path} is the id of a ${kind}, which no resource here gives; of which connection is it? (refs: { ${key}: { from: ${best.field.path}, of: … } })`,
      )
      return undefined
    }
    this.used.add(best.field.path)
    const example = typeIs(best.field.schema, 'string') ? '7' : 7
    return {
      key,
      rule: { from: best.field.path, of: `${this.given.connector}.${resource}`, missing: 'wait' },
      certainty: best.certainty,
      given: [[best.field.steps, example]],
    }
  }

  private list(key: string, target: JsonSchema): Rule | undefined {
    const { kind } = this.given
    const entry = entrySchema(target)
    if (entry['x-ref'] !== undefined) return undefined
    const best = bestField(
      kind,
      key,
      this.free(),
      schema => isList(schema) || (isScalar(entry) && isScalar(schema)),
    )
    if (!best) return undefined
    const { field, certainty } = best
    const made = isBranch(entry)
      ? this.entries(key, target, field)
      : this.values(key, entry, field, certainty)
    if (!made) return undefined
    this.used.add(field.path)
    return { key, certainty, ...made }
  }

  /** A list of plain values: of one value, of a list, of a list of objects that hold it. */
  private values(key: string, entry: JsonSchema, field: Field, certainty: Certainty) {
    const { kind } = this.given
    if (isScalar(field.schema)) {
      const value = readValue(kind, key, entry, field.schema, certainty)
      return (
        value && {
          rule: [withWords(field.path, value.words)],
          certainty: value.certainty,
          questions: value.questions,
          given: [[field.steps, value.example]] as Given[],
        }
      )
    }
    const inner = entrySchema(field.schema)
    if (isScalar(inner)) {
      const value = readValue(kind, key, entry, inner, certainty)
      return (
        value && {
          rule: withWords(field.path, value.words),
          certainty: value.certainty,
          questions: value.questions,
          given: [[field.steps, [value.example]]] as Given[],
        }
      )
    }
    const holders = ['value', ...namesOf(kind, key), 'number', 'address', 'name', 'label', 'text']
    const members = fieldsOf(inner).filter(({ steps, schema }) => steps.length === 1 && isScalar(schema))
    const holder = holders.flatMap(name => members.filter(({ steps }) => squash(steps[0] ?? '') === name))[0]
    const value = holder && readValue(kind, key, entry, holder.schema, certainty)
    if (!holder || !value) return undefined
    return {
      rule: { each: field.path, item: withWords(holder.path, value.words) },
      certainty: value.certainty,
      questions: value.questions,
      given: [[field.steps, [{ [holder.steps[0] ?? '']: value.example }]]] as Given[],
    }
  }

  /** A list of objects, member by member. */
  private entries(key: string, target: JsonSchema, field: Field) {
    const { kind } = this.given
    const inner = isList(field.schema) ? entrySchema(field.schema) : {}
    const fields = fieldsOf(inner).filter(({ steps }) => steps.length === 1)
    const rules: Record<string, unknown> = {}
    const example: Record<string, Json> = {}
    const questions: string[] = []
    const taken = new Set<string>()
    for (const [name, member] of Object.entries(entrySchema(target).properties ?? {})) {
      if (member['x-ref'] !== undefined || !isScalar(member)) continue
      const best = bestField(
        kind,
        `${key}.${name}`,
        fields.filter(({ path }) => !taken.has(path)),
        isScalar,
      )
      const value = best && readValue(kind, `${key}.${name}`, member, best.field.schema, best.certainty)
      if (!best || !value) continue
      taken.add(best.field.path)
      rules[name] = withWords(best.field.path, value.words)
      example[best.field.steps[0] ?? ''] = value.example
      questions.push(...value.questions.map(question => `${name}: ${question}`))
    }
    const keyed = /^keyed\((\w+)\)$/.exec(target['x-merge'] ?? '')?.[1]
    if (Object.keys(rules).length === 0 || (keyed !== undefined && !Object.hasOwn(rules, keyed)))
      return undefined
    return {
      rule: { each: field.path, fields: rules },
      questions,
      given: [[field.steps, [example]]] as Given[],
    }
  }

  /** An object that is one value, filled whole. */
  private whole(key: string, target: JsonSchema): Rule | undefined {
    const rules: Record<string, unknown> = {}
    const given: Given[] = []
    const questions: string[] = []
    let certainty: Certainty = 'sure'
    for (const [name, member] of Object.entries(target.properties ?? {})) {
      if (member['x-ref'] !== undefined) continue
      const rule = this.scalar(name, `${key}.${name}`, member)
      if (!rule) continue
      rules[name] = rule.rule
      given.push(...rule.given)
      questions.push(...(rule.questions ?? []).map(question => `${name}: ${question}`))
      if (rule.certainty === 'guess' || certainty === 'sure') certainty = rule.certainty
    }
    return given.length === 0 ? undefined : { key, rule: { fields: rules }, certainty, questions, given }
  }

  /** A full name that is given in two parts. */
  private nameOfParts(): void {
    const { kind } = this.given
    const given = bestField(kind, 'given_name', this.fields, schema => typeIs(schema, 'string'))
    const family = bestField(kind, 'family_name', this.fields, schema => typeIs(schema, 'string'))
    if (!given || !family) return
    for (const { path } of [given.field, family.field]) if (kind === 'person') this.used.add(path)
    this.rules.push({
      key: 'name',
      rule: { template: `{${given.field.path}} {${family.field.path}}` },
      certainty: 'likely',
      questions: ['which order do names have there? (Chinese: family name first, no space)'],
      given: [
        [given.field.steps, 'Lei'],
        [family.field.steps, 'Li'],
      ],
    })
  }
}
