import { describe, expect, it } from 'vitest'
import { HubError } from '../../src/kernel/errors.js'
import type { Json } from '../../src/kernel/json.js'
import { contextOf, inMapping, inText } from './kit.js'

function refusalOf(text: string, source: Json): HubError {
  try {
    inMapping(text, contextOf({}, { dims: { a: 'A' } })).read(source, { settings: {} })
  } catch (error) {
    if (error instanceof HubError) return error
    throw error
  }
  throw new Error('nothing was refused')
}

/** The rule stands on line 6 of the file, behind `custom.v: `. */
const ruleRefusal = (rule: string, source: Json) => refusalOf(inText(`custom.v: ${rule}`), source)

describe('a refusal', () => {
  it.each<[string, string, Json, string, RegExp]>([
    [
      'an unknown word',
      '{ from: x, lookup: { A: 1, B: 2 } }',
      'Z',
      'MAPPING_VALUE_UNKNOWN',
      /custom\.v: "Z", expected one of A, B/,
    ],
    [
      'text that is no number',
      '{ from: x, as: number }',
      'abc',
      'MAPPING_VALUE_INVALID',
      /"abc", expected a number/,
    ],
    [
      'a fraction for a whole number',
      '{ from: x, as: integer }',
      1.5,
      'MAPPING_VALUE_INVALID',
      /1\.5, expected a whole number/,
    ],
    ['empty text for a number', '{ from: x, as: number }', '', 'MAPPING_VALUE_INVALID', /expected a number/],
    [
      'neither true nor false',
      '{ from: x, as: boolean }',
      'maybe',
      'MAPPING_VALUE_INVALID',
      /expected true, false, 1 or 0/,
    ],
    [
      'a time of another form',
      '{ from: x, as: datetime, format: yyyy-MM-dd, zone: UTC }',
      '1.3.2026',
      'MAPPING_VALUE_INVALID',
      /a date-time like yyyy-MM-dd/,
    ],
    [
      'a time without a zone',
      '{ from: x, as: datetime }',
      '2026-03-01T10:00:00',
      'MAPPING_ZONE_MISSING',
      /a zone/,
    ],
    [
      'a day that does not exist',
      '{ from: x, as: date }',
      '2026-02-30',
      'MAPPING_VALUE_INVALID',
      /a date like/,
    ],
    ['no duration', '{ from: x, as: duration }', 'soon', 'MAPPING_VALUE_INVALID', /a duration like/],
    ['no JSON', '{ from: x, as: json }', '{', 'MAPPING_VALUE_INVALID', /text that is JSON/],
    ['an object as text', '{ from: x, as: string }', {}, 'MAPPING_VALUE_INVALID', /a single value/],
    [
      'a number beyond its scale',
      '{ from: x, scale: [100, 10] }',
      101,
      'MAPPING_VALUE_RANGE',
      /101, expected a number from 0 to 100/,
    ],
    ['a number below its scale', '{ from: x, scale: [100, 10] }', -1, 'MAPPING_VALUE_RANGE', /from 0 to 100/],
    [
      'a word to scale',
      '{ from: x, scale: [100, 10] }',
      'many',
      'MAPPING_TYPE_MISMATCH',
      /a number to scale/,
    ],
    [
      'a list to look up',
      '{ from: x, lookup: { a: 1 } }',
      [['a']],
      'MAPPING_TYPE_MISMATCH',
      /a single value/,
    ],
    [
      'a missing required value',
      '{ from: y, required: true }',
      1,
      'MAPPING_FIELD_MISSING',
      /nothing, expected a value/,
    ],
    [
      'a null required value',
      '{ from: x, required: true }',
      null,
      'MAPPING_FIELD_MISSING',
      /null, expected a value/,
    ],
    ['each over text', '{ each: x, item: a }', 'text', 'MAPPING_TYPE_MISMATCH', /a list or an object/],
    [
      'a list in a template',
      '{ template: "{x}" }',
      [1],
      'MAPPING_TYPE_MISMATCH',
      /text or a number in a template/,
    ],
    [
      'an expression on the wrong type',
      '{ cel: source.x * 2 }',
      'text',
      'MAPPING_EXPRESSION_FAILED',
      /has no meaning/,
    ],
    [
      'a zone nobody knows',
      '{ from: x, as: datetime, format: yyyy-MM-dd, zone: { value: Mars } }',
      '2026-01-01',
      'MAPPING_VALUE_INVALID',
      /"Mars", expected a time zone/,
    ],
    ['an object to trim', '{ from: x, trim: true }', {}, 'MAPPING_TYPE_MISMATCH', /text for `trim`/],
    [
      'the same key twice',
      '{ each: x, key: k, item: k }',
      [{ k: 'a' }, { k: 'a' }],
      'MAPPING_KEY_TWICE',
      /a key no other entry has/,
    ],
    [
      'a key that is no key',
      '{ each: x, key: k, item: k }',
      [{ k: '__proto__' }],
      'MAPPING_VALUE_INVALID',
      /as key/,
    ],
  ])('names %s, with its place', (_name, rule, x, code, detail) => {
    const error = ruleRefusal(rule, { id: 1, x })
    expect(error.code).toBe(code)
    expect(error.message).toMatch(detail)
    expect(error.where).toMatchObject({ file: 'mappings/t.yaml', line: 6, column: 13 })
    expect(error.where?.path).toMatch(/^custom\.v/)
  })

  it('names the position in a list, with the path of the member', () => {
    const text = inText(
      'dimensions:\n  each: rows\n  fields:\n    key: { from: code, lookup: dims }\n    score: { from: s, as: number }',
    )
    const error = refusalOf(text, {
      id: 1,
      rows: [
        { code: 'a', s: 1 },
        { code: 'b', s: 1 },
      ],
    })
    expect(error.where).toEqual({ file: 'mappings/t.yaml', line: 9, column: 12, path: 'dimensions[1].key' })
  })

  it('names every position of nested lists', () => {
    const text = inText(
      'dimensions: { each: rows, fields: { evidence: { each: e, fields: { at: { from: at, as: number } } } } }',
    )
    const error = refusalOf(text, { id: 1, rows: [{ e: [] }, { e: [{ at: 1 }, { at: 'x' }] }] })
    expect(error.where?.path).toBe('dimensions[1].evidence[1].at')
  })

  it.each([
    ['phones: [{ from: p, as: phone }]', { id: 1, p: '13800138000x99999999' }, 'phones[0]'],
    ['phones: [{ from: p, as: phone }]', { id: 1, p: '12' }, 'phones[0]'],
    ['emails: [{ from: p, as: email }]', { id: 1, p: 'zhang.san at example.com' }, 'emails[0]'],
    ['name: { from: p, lookup: { x: y } }', { id: 1, p: '张三丰' }, 'name'],
  ])('masks personal data: %s', (rule, source, path) => {
    const error = refusalOf(inText(rule).replace('score_report', 'candidate'), source)
    expect(error.where?.path).toBe(path)
    expect(error.message).not.toContain(source.p)
    expect(error.message).toMatch(/\*\*\*/)
  })

  it('masks what looks personal also where no schema says so', () => {
    for (const x of ['13800138000', 'zhang@example.com', '310101199001011234']) {
      const error = ruleRefusal('{ from: x, lookup: { a: 1 } }', { id: 1, x })
      expect(error.message).not.toContain(x)
    }
  })

  it.each<[string, string, Json]>([
    ['text where a number belongs', 'overall: total', '85'],
    ['a number where text belongs', 'grade: total', 5],
    ['a word the kind does not have', 'conclusion: total', 'maybe'],
    ['an object where a list belongs', 'highlights: total', {}],
    ['a fraction where a whole number belongs', 'revision: total', 1.5],
    ['text that is no instant', 'reported_at: total', '2026-03-01'],
  ])('guards a record against %s, where no schema told before', (_name, fields, total) => {
    const error = refusalOf(inText(fields), { id: 1, total })
    expect(error.code).toBe('MAPPING_TYPE_MISMATCH')
    expect(error.where).toMatchObject({ line: 6, path: fields.split(':')[0] })
  })

  it('of a head rule has its place too', () => {
    const error = refusalOf(inText('grade: g', 'occurred_at: { from: at, as: datetime }\n'), {
      id: 1,
      at: 'x',
    })
    expect(error.where).toMatchObject({ line: 5, path: 'occurred_at' })
    expect(refusalOf(inText('grade: g'), { id: { a: 1 } }).code).toBe('MAPPING_TYPE_MISMATCH')
  })
})
