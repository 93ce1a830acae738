import { Decimal } from 'decimal.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Json } from '../../src/kernel/json.js'
import { exactScale } from '../../src/mapping/modifier/scale.js'
import { readFields } from './kit.js'

const TABLES = { grades: { '01': 'A', '1': 'B', no: null, list: ['x'] } }
/** custom takes anything, so that the value itself is what is looked at. */
const value = (rule: string, source: Json) =>
  (readFields(`custom.v: ${rule}`, source, { tables: TABLES })['custom'] as { v?: Json } | undefined)?.v

const S = {
  id: 1,
  n: 5,
  text: ' Abc ',
  empty: '',
  none: null,
  list: ['a', 'b'],
  obj: { x: 1, y: 2 },
  yes: true,
  big: '9007199254740993',
  rows: [{ k: 'a', v: 1, ok: true }, { k: 'b', v: null }, { k: 'c' }],
  csv: 'a,b,,c',
  at: '2026-03-01 10:00:00',
  json: '{"a":[1]}',
}

describe('sources', () => {
  it.each<[string, string, Json | undefined]>([
    ['a path alone', 'n', 5],
    ['from', '{ from: n }', 5],
    ['an absent path', 'missing', undefined],
    ['a null', 'none', null],
    ['a path through null', 'none.x', undefined],
    ['value', '{ value: 7 }', 7],
    ['a null value', '{ value: null }', null],
    ['a value that is an object', '{ value: { a: [1] } }', { a: [1] }],
    ['cel', '{ cel: source.n * 2 }', 10],
    ['cel of something absent', '{ cel: source.missing * 2 }', undefined],
    ['template', '{ template: "<{n}/{yes}>" }', '<5/true>'],
    ['template with braces', '{ template: "{{{n}}}" }', '{5}'],
    ['template with a part', '{ template: "{p}!", with: { p: { from: text, trim: true } } }', 'Abc!'],
    ['template with an absent part', '{ template: "{n}{missing}" }', undefined],
    ['template with a null part', '{ template: "{n}{none}" }', undefined],
    ['first', '{ first: [missing, none, n, { value: 1 }] }', 5],
    ['first of nulls', '{ first: [missing, none] }', null],
    ['first of nothing', '{ first: [missing, gone] }', undefined],
    ['concat', '{ concat: [[n], list, { each: rows, item: k }] }', [5, 'a', 'b', 'a', 'b', 'c']],
    ['concat with absent and null parts', '{ concat: [missing, none, list] }', ['a', 'b']],
    ['concat of nulls', '{ concat: [missing, none] }', null],
    ['concat of nothing', '{ concat: [missing, gone] }', undefined],
    ['a list of rules', '[n, missing, { value: x }, none]', [5, 'x', null]],
    ['each with item', '{ each: rows, item: k }', ['a', 'b', 'c']],
    ['each with the entry itself', '{ each: list, item: item }', ['a', 'b']],
    ['each leaves absent results out', '{ each: rows, item: v }', [1, null]],
    ['each with where', '{ each: rows, where: item.v != null, item: k }', ['a']],
    [
      'each with fields',
      '{ each: rows, fields: { key: k, score: v } }',
      [{ key: 'a', score: 1 }, { key: 'b', score: null }, { key: 'c' }],
    ],
    [
      'each over an object',
      '{ each: obj, fields: { k: key, v: value } }',
      [
        { k: 'x', v: 1 },
        { k: 'y', v: 2 },
      ],
    ],
    ['each with key makes an object', '{ each: rows, where: item.v != null, key: k, item: v }', { a: 1 }],
    ['each of nothing', '{ each: missing, item: k }', undefined],
    ['each of null', '{ each: none, item: k }', null],
    ['each of an empty list', '{ each: "rows[9].list", item: k }', undefined],
    ['parent inside each', '{ each: rows, item: { template: "{k}{parent.n}" } }', ['a5', 'b5', 'c5']],
    ['source inside each', '{ each: rows, item: { template: "{k}{source.n}" } }', ['a5', 'b5', 'c5']],
    ['parent in CEL', '{ each: rows, item: { cel: item.k + string(parent.n) } }', ['a5', 'b5', 'c5']],
    ['fields', '{ fields: { a: n, b.c: text } }', { a: 5, b: { c: ' Abc ' } }],
    ['fields of nothing', '{ fields: { a: missing } }', undefined],
    ['settings', '{ settings: app }', 'A1'],
    ['settings in CEL', '{ cel: settings.app + "!" }', 'A1!'],
    ['source as a whole', '{ from: source.obj }', { x: 1, y: 2 }],
  ])('%s', (_name, rule, expected) => {
    expect(value(rule, S)).toEqual(expected)
  })
})

describe('modifiers', () => {
  it.each<[string, string, Json | undefined]>([
    ['when true', '{ from: n, when: source.yes }', 5],
    ['when false', '{ from: n, when: source.n > 9 }', undefined],
    ['when of something absent', '{ from: n, when: source.missing > 1 }', undefined],
    ['split', '{ from: csv, split: "," }', ['a', 'b', 'c']],
    ['split of empty text is an empty list', '{ from: empty, split: "," }', []],
    ['trim, lower', '{ from: text, trim: true, lower: true }', 'abc'],
    ['upper on a list', '{ from: list, upper: true }', ['A', 'B']],
    ['as string', '{ from: n, as: string }', '5'],
    ['as number', '{ value: "8.50", as: number }', 8.5],
    ['as integer', '{ value: "8", as: integer }', 8],
    ['as boolean', '{ value: "1", as: boolean }', true],
    ['as date', '{ value: 2026/3/1, as: date, format: yyyy/M/d }', '2026-03-01'],
    [
      'as datetime',
      '{ from: at, as: datetime, format: "yyyy-MM-dd HH:mm:ss", zone: Asia/Shanghai }',
      '2026-03-01T02:00:00Z',
    ],
    [
      'as datetime with a zone from the source',
      '{ from: at, as: datetime, format: "yyyy-MM-dd HH:mm:ss", zone: { value: UTC } }',
      '2026-03-01T10:00:00Z',
    ],
    [
      'as datetime and write',
      '{ from: at, as: datetime, format: "yyyy-MM-dd HH:mm:ss", zone: Asia/Shanghai, write: "M月d日" }',
      '3月1日',
    ],
    ['as duration', '{ value: 90, as: duration, format: min }', 'PT1H30M'],
    ['as json', '{ from: json, as: json }', { a: [1] }],
    ['scale', '{ value: 85, scale: [100, 10] }', 8.5],
    ['scale of a decimal', '{ value: 8.64, scale: [10, 100] }', 86.4],
    ['scale by paths', '{ value: 3, scale: [n, { value: 10 }] }', 6],
    ['scale of a third', '{ value: 1, scale: [3, 1] }', 1 / 3],
    ['lookup', '{ value: b, lookup: { a: 1, b: 2 } }', 2],
    ['lookup by name, keys as written', '{ value: "01", lookup: grades }', 'A'],
    ['lookup of a number as text', '{ value: 1, lookup: grades }', 'B'],
    ['lookup of true', '{ from: yes, lookup: { "true": ja } }', 'ja'],
    ['lookup to null', '{ value: no, lookup: grades }', null],
    ['lookup of each entry', '{ from: list, lookup: { a: 1, b: 2 } }', [1, 2]],
    ['lookup reversed', '{ value: B, lookup: { x: A, y: B }, reverse: true }', 'y'],
    ['unmapped keep', '{ value: z, lookup: { a: 1 }, unmapped: keep }', 'z'],
    ['unmapped null', '{ value: z, lookup: { a: 1 }, unmapped: null }', null],
    ['unmapped value', '{ value: z, lookup: { a: 1 }, unmapped: { value: 9 } }', 9],
    ['join', '{ from: list, join: "、" }', 'a、b'],
    ['default for absent', '{ from: missing, default: 3 }', 3],
    ['default for null', '{ from: none, default: 3 }', 3],
    ['required with a value', '{ from: n, required: true }', 5],
    ['on_error skip', '{ from: text, as: number, on_error: skip }', undefined],
    ['on_error default', '{ from: text, as: number, on_error: default, default: 0 }', 0],
    [
      'on_error inside each drops the entry',
      '{ each: rows, on_error: skip, fields: { k: { from: k, lookup: { a: A, c: C } } } }',
      [{ k: 'A' }, { k: 'C' }],
    ],
    [
      'on_error default inside each',
      '{ each: rows, on_error: default, default: "?", item: { from: k, lookup: { a: A, c: C } } }',
      ['A', '?', 'C'],
    ],
    [
      'null goes through every modifier',
      '{ from: none, trim: true, as: number, scale: [1, 2], lookup: { a: 1 } }',
      null,
    ],
    [
      'the order is fixed, not the order of writing',
      '{ lookup: { a: x, b: y }, lower: true, split: ",", from: order }',
      ['x', 'y'],
    ],
  ])('%s', (_name, rule, expected) => {
    expect(value(rule, { ...S, order: 'A,B' })).toEqual(expected)
  })

  it('keeps 64-bit ids as they came', () => {
    expect(value('{ from: big, as: string }', S)).toBe('9007199254740993')
  })
})

describe('scale', () => {
  it('is what decimals give, for any grade of any range', () => {
    const grade = fc.record({
      value: fc.integer({ min: 0, max: 10_000 }),
      places: fc.integer({ min: 0, max: 4 }),
    })
    fc.assert(
      fc.property(
        grade,
        fc.integer({ min: 1, max: 1000 }),
        fc.integer({ min: 1, max: 1000 }),
        ({ value, places }, from, to) => {
          const given = value / 10 ** places
          expect(exactScale(given, from, to)).toBe(new Decimal(given).times(to).div(from).toNumber())
        },
      ),
    )
  })
})
