import { describe, expect, it } from 'vitest'
import { formatProblem } from '../../src/kernel/errors.js'
import type { JsonSchema } from '../../src/kernel/json-schema.js'
import { compileText, contextOf, inText, outText, problemsOf } from './kit.js'

const SHAPE: JsonSchema = {
  type: 'object',
  properties: {
    id: { type: 'string' },
    total: { type: 'number' },
    finished_at: { type: 'string' },
    level: { enum: ['A', 'B', 'C'] },
    maybe: { type: ['string', 'null'] },
    either: {
      oneOf: [
        { type: 'object', properties: { a: { type: 'string' } } },
        { type: 'object', properties: { b: { type: 'string' } } },
      ],
    },
    open: { type: 'object', additionalProperties: { type: 'number' } },
    nick: { type: 'string', 'x-personal': 'name' },
    items: {
      type: 'array',
      items: { type: 'object', properties: { code: { type: 'string' }, score: { type: 'number' } } },
    },
    nullable: { type: 'integer', nullable: true },
  },
}
const TARGET: JsonSchema = {
  type: 'object',
  required: ['subject', 'body'],
  properties: {
    subject: { type: 'string' },
    body: {
      type: 'object',
      required: ['text'],
      properties: { text: { type: 'string' }, note: { type: 'string' } },
    },
    when: { type: 'integer' },
    kind: { enum: ['a', 'b'] },
    phone: { type: 'string', 'x-personal': 'phone' },
    people: {
      type: 'array',
      items: { type: 'object', required: ['id'], properties: { id: { type: 'string' } } },
    },
  },
}
const context = contextOf({ 'v.thing': SHAPE, 'v.out': TARGET }, { dims: { A: 'logic' } })
const inProblems = (fields: string, head = '') => problemsOf(inText(fields, head), context)
const outProblems = (fields: string) =>
  problemsOf(outText(fields).replace('to: v.thing', 'to: v.out'), context)
const only = (problems: ReturnType<typeof problemsOf>) => {
  expect(problems).toHaveLength(1)
  return problems[0]
}

describe('the checker', () => {
  it.each<[string, string, string, RegExp]>([
    ['an unknown path', 'overall: totl', 'MAPPING_PATH_UNKNOWN', /there is no `totl`; did you mean `total`/],
    [
      'an unknown path in a list',
      'dimensions: { each: items, fields: { key: cde } }',
      'MAPPING_PATH_UNKNOWN',
      /did you mean `code`/,
    ],
    [
      'an unknown path in CEL',
      'overall: { cel: source.totl * 2 }',
      'MAPPING_PATH_UNKNOWN',
      /did you mean `total`/,
    ],
    [
      'an unknown path in a template',
      'grade: { template: "{levl}" }',
      'MAPPING_PATH_UNKNOWN',
      /did you mean `level`/,
    ],
    ['a path into text', 'grade: id.x', 'MAPPING_PATH_UNKNOWN', /no `x`/],
    ['a position of what is no list', 'grade: "id[0]"', 'MAPPING_PATH_UNKNOWN', /not a list/],
    [
      'an unknown target',
      'overal: total',
      'MAPPING_PATH_UNKNOWN',
      /the target has no `overal`; did you mean `overall`/,
    ],
    [
      'an unknown target in a list',
      'dimensions: { each: items, fields: { kee: code } }',
      'MAPPING_PATH_UNKNOWN',
      /did you mean `key`/,
    ],
    ['a number for text', 'grade: total', 'MAPPING_TYPE_UNFIT', /a number cannot be text/],
    ['a list for text', 'grade: items', 'MAPPING_TYPE_UNFIT', /a list cannot be text/],
    ['text for a number', 'overall: finished_at', 'MAPPING_TYPE_UNFIT', /text cannot be a number/],
    ['plain text for an instant', 'reported_at: finished_at', 'MAPPING_TYPE_UNFIT', /as: datetime/],
    ['a constant of the wrong type', 'overall: { value: many }', 'MAPPING_TYPE_UNFIT', /cannot be a number/],
    [
      'a constant that is no word',
      'conclusion: { value: maybe }',
      'MAPPING_ENUM_UNKNOWN',
      /"maybe" is none of recommend, hold, reject/,
    ],
    [
      'a lookup that misses a word of the source',
      'conclusion: { from: level, lookup: { A: recommend, B: hold } }',
      'MAPPING_ENUM_UNCOVERED',
      /no row for C/,
    ],
    [
      'a lookup that gives a strange word',
      'conclusion: { from: level, lookup: { A: recomend, B: hold, C: reject } }',
      'MAPPING_ENUM_UNKNOWN',
      /did you mean `recommend`/,
    ],
    [
      'a table that is not there',
      'grade: { from: level, lookup: dimz }',
      'MAPPING_TABLE_MISSING',
      /no table `dimz`; did you mean `dims`/,
    ],
    [
      'scaling what is no number',
      'overall: { from: items, scale: [1, 2] }',
      'MAPPING_TYPE_UNFIT',
      /only numbers/,
    ],
    [
      'a dotted rule into one value',
      'ai.model: id',
      'MAPPING_OBJECT_ATOMIC',
      /`ai` is one value: write `ai: { fields/,
    ],
    [
      'personal data in an unmarked field',
      'grade: nick',
      'MAPPING_PERSONAL_LEAK',
      /personal data \(name\) goes to `grade`/,
    ],
    [
      'personal data through a template',
      'custom.x: { template: "{nick}!" }',
      'MAPPING_PERSONAL_LEAK',
      /custom\.x/,
    ],
    ['personal data through CEL', 'custom.x: { cel: source.nick }', 'MAPPING_PERSONAL_LEAK', /custom\.x/],
    [
      'a rule behind a sure one',
      'grade: { first: [{ value: x }, level] }',
      'MAPPING_RULE_UNREACHABLE',
      /always has a value/,
    ],
    ['a default of a constant', 'grade: { value: x, default: y }', 'MAPPING_RULE_UNREACHABLE', /never used/],
    [
      'a condition that is never true',
      'grade: { from: level, when: false }',
      'MAPPING_RULE_UNREACHABLE',
      /never true/,
    ],
    [
      'a part the template does not have',
      'grade: { template: x, with: { y: level } }',
      'MAPPING_RULE_UNREACHABLE',
      /no \{y\}/,
    ],
    ['an empty expression', 'grade: { cel: "" }', 'MAPPING_EXPRESSION_INVALID', /empty/],
    [
      'a condition that is no condition',
      'grade: { from: level, when: source.total + 1 }',
      'MAPPING_EXPRESSION_INVALID',
      /neither true nor false/,
    ],
    [
      'a pattern without a zone',
      'reported_at: { from: finished_at, as: datetime, format: yyyy-MM-dd }',
      'MAPPING_ZONE_MISSING',
      /add `zone/,
    ],
    [
      'a pattern that is none',
      'reported_at: { from: finished_at, as: datetime, format: "yyyy-MM-ddT", zone: UTC }',
      'MAPPING_WORD_UNKNOWN',
      /"T" is no field/,
    ],
    [
      'a zone that is none',
      'reported_at: { from: finished_at, as: datetime, zone: Peking }',
      'MAPPING_WORD_UNKNOWN',
      /no time zone/,
    ],
    ['an unknown word', 'grade: { form: level }', 'MAPPING_RULE_INVALID', /did you mean `from`/],
    [
      'an unknown modifier',
      'grade: { from: level, trimm: true }',
      'MAPPING_WORD_UNKNOWN',
      /did you mean `trim`/,
    ],
    [
      'a modifier without its owner',
      'overall: { from: total, unmapped: keep }',
      'MAPPING_WORD_UNKNOWN',
      /belongs to `lookup`/,
    ],
    [
      'an unknown `as`',
      'reported_at: { from: finished_at, as: date-time }',
      'MAPPING_WORD_UNKNOWN',
      /did you mean `datetime`/,
    ],
    ['two sources', 'grade: { from: level, value: x }', 'MAPPING_RULE_INVALID', /has from and value/],
    ['a bare constant', 'overall: 5', 'MAPPING_RULE_INVALID', /written \{ value: 5 \}/],
    ['a broken path', 'grade: "a..b"', 'MAPPING_PATH_INVALID', /unexpected/],
    [
      'a field filled twice',
      'custom: { value: {} }\ncustom.x: level',
      'MAPPING_RULE_INVALID',
      /filled by two rules/,
    ],
    ['__proto__ as a target', 'custom.__proto__: level', 'MAPPING_PATH_INVALID', /no field name/],
    ['parent at the top', 'grade: parent.level', 'MAPPING_PATH_UNKNOWN', /outside `each`/],
    ['external in an .in mapping', 'grade: { external: self }', 'MAPPING_RULE_INVALID', /\.out/],
    ['an unknown setting', 'grade: { settings: secret }', 'MAPPING_SETTING_UNKNOWN', /no setting `secret`/],
    [
      'each of a single value',
      'dimensions: { each: total, fields: { key: x } }',
      'MAPPING_TYPE_UNFIT',
      /neither a list nor an object/,
    ],
    [
      'each without a body',
      'dimensions: { each: items }',
      'MAPPING_RULE_INVALID',
      /takes `fields`.*or `item`/,
    ],
    [
      'a reversed lookup with two answers',
      'grade: { from: level, lookup: { A: x, B: x, C: y }, reverse: true, unmapped: keep }',
      'MAPPING_RULE_INVALID',
      /could be A or B/,
    ],
  ])('finds %s', (_name, fields, code, message) => {
    const errors = inProblems(fields).filter(problem => problem.severity === 'error')
    expect(errors.filter(problem => problem.code === code && message.test(problem.message))).toHaveLength(1)
    expect(errors.length).toBeLessThanOrEqual(2)
  })

  it.each([
    'grade: maybe',
    'grade: either.b',
    'overall: open.anything',
    'revision: nullable',
    'conclusion: { from: level, lookup: { A: recommend, B: hold, C: reject } }',
    'custom.level: level',
    'ai: { fields: { model: id } }',
    'series.x: { each: items, item: [score, score] }',
    'reported_at: { from: finished_at, as: datetime, zone: UTC }',
  ])('lets %s be', fields => {
    expect(inProblems(fields)).toEqual([])
  })

  it('warns of words that no row of a lookup gives', () => {
    const problem = only(
      inProblems('conclusion: { from: level, lookup: { A: recommend, B: recommend, C: hold } }'),
    )
    expect(problem).toMatchObject({ code: 'MAPPING_ENUM_UNCOVERED', severity: 'warning' })
    expect(problem?.message).toMatch(/gives reject/)
  })

  it.each<[string, string, string, RegExp]>([
    ['a required field nobody fills', 'subject: title', 'MAPPING_FIELD_UNFILLED', /requires `body`/],
    [
      'a required member nobody fills',
      'subject: title\nbody.note: title',
      'MAPPING_FIELD_UNFILLED',
      /requires `body.text`/,
    ],
    [
      'a required member of an entry',
      'subject: title\nbody.text: title\npeople: { each: interviewers, fields: {} }',
      'MAPPING_FIELD_UNFILLED',
      /requires `people\[\].id`/,
    ],
    [
      'a time for a number',
      'subject: title\nbody.text: title\nwhen: { from: schedule.start, as: datetime }',
      'MAPPING_TYPE_UNFIT',
      /write: epoch_s/,
    ],
    [
      'a time for people without a zone',
      'subject: { from: schedule.start, as: datetime, write: HH:mm }\nbody.text: title',
      'MAPPING_ZONE_MISSING',
      /written in a `zone`/,
    ],
    [
      'a word the target does not have',
      'subject: title\nbody.text: title\nkind: { value: c }',
      'MAPPING_ENUM_UNKNOWN',
      /none of a, b/,
    ],
    [
      'a reference that is none',
      'subject: { external: title }\nbody.text: title',
      'MAPPING_TYPE_UNFIT',
      /no reference/,
    ],
    [
      'an unknown field behind a reference',
      'subject: candidate.nam\nbody.text: title',
      'MAPPING_PATH_UNKNOWN',
      /did you mean `name`/,
    ],
  ])('finds %s in an .out mapping', (_name, fields, code, message) => {
    const problems = outProblems(fields)
    expect(problems.map(problem => problem.code)).toContain(code)
    expect(problems.map(problem => problem.message).join('; ')).toMatch(message)
  })

  it('warns where a vendor’s shape marks personal data elsewhere', () => {
    const problem = only(outProblems('subject: candidate.name\nbody.text: state'))
    expect(problem).toMatchObject({ code: 'MAPPING_PERSONAL_LEAK', severity: 'warning' })
  })

  it('takes for auto_merge only what match names', () => {
    const text = inText('grade: level', 'match: [grade]\nauto_merge: [grades]\n')
    expect(compileText(text, context).problems).toMatchObject([
      { code: 'MAPPING_PATH_UNKNOWN', message: expect.stringContaining('did you mean `grade`?') },
    ])
  })

  it('finds everything at once, each with its line and column', () => {
    const text = inText(
      'overall: totl\ngrade: { from: level, trimm: true }\nconclusion: { value: maybe }',
      'unknown: perhaps\nsequnce: x\nmatch: [emails]\n',
    )
    const lines = compileText(text, context).problems.map(formatProblem).sort()
    expect(lines).toEqual([
      'mappings/t.yaml:10:25 MAPPING_WORD_UNKNOWN there is no word `trimm`; did you mean `trim`?',
      'mappings/t.yaml:11:15 MAPPING_ENUM_UNKNOWN "maybe" is none of recommend, hold, reject',
      'mappings/t.yaml:5:10 MAPPING_WORD_UNKNOWN `unknown` is one of create, wait, ignore',
      'mappings/t.yaml:6:1 MAPPING_WORD_UNKNOWN there is no word `sequnce`; did you mean `sequence`?',
      'mappings/t.yaml:7:9 MAPPING_PATH_UNKNOWN no rule fills `emails`',
      'mappings/t.yaml:9:12 MAPPING_PATH_UNKNOWN `totl`: there is no `totl`; did you mean `total`?',
    ])
    expect(compileText(text, context).mapping).toBeUndefined()
  })

  it.each([
    [
      'a tag where an expression was meant',
      inText('grade: { from: level, when: !has(source.x) }'),
      'CONFIG_YAML_BROKEN',
    ],
    ['broken YAML', 'mapping: [', 'CONFIG_YAML_BROKEN'],
    ['an empty file', '', 'MAPPING_FILE_INVALID'],
    ['a list', '- a', 'MAPPING_FILE_INVALID'],
    ['a mapping without a name', 'from: v.thing\nto: score_report\nfields: {}\n', 'MAPPING_FILE_INVALID'],
    [
      'a mapping of no direction',
      'mapping: v/x\nfrom: v.thing\nto: score_report\nfields: {}\n',
      'MAPPING_FILE_INVALID',
    ],
    [
      'an unknown kind',
      'mapping: v/x.in\nfrom: v.thing\nto: score_repot\nfields: {}\n',
      'MAPPING_FILE_INVALID',
    ],
    [
      'a head word of the other direction',
      outText('subject: title\nbody.text: title').replace('fields:', 'identity: id\nfields:'),
      'MAPPING_WORD_UNKNOWN',
    ],
    [
      'an identity nobody declared',
      inText('grade: level').replace('identity: id', 'identity: { ref: application }'),
      'MAPPING_PATH_UNKNOWN',
    ],
    ['a time that is none', inText('grade: level', 'occurred_at: total\n'), 'MAPPING_TYPE_UNFIT'],
  ])('refuses %s', (_name, text, code) => {
    const { mapping, problems } = compileText(text, context)
    expect(mapping).toBeUndefined()
    expect(problems.map(problem => problem.code)).toContain(code)
  })

  it('survives schemas that point at themselves', () => {
    const node: { type: string; properties: Record<string, unknown> } = {
      type: 'object',
      properties: { id: { type: 'string' }, v: { type: 'string' } },
    }
    node.properties['next'] = node
    const loop: { anyOf: unknown[] } = { anyOf: [{ type: 'string' }] }
    loop.anyOf.push(loop)
    node.properties['loop'] = loop
    const cyclic = contextOf({ 'v.thing': node as unknown as JsonSchema })
    expect(problemsOf(inText('grade: next.next.next.v\nrubric: loop'), cyclic)).toEqual([])
    expect(problemsOf(inText('grade: next.next.w'), cyclic)).toHaveLength(1)
  })
})
