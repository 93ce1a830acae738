import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isHubError } from '../../src/kernel/errors.js'
import type { Json } from '../../src/kernel/json.js'
import { parseYaml } from '../../src/kernel/yaml.js'
import { compileMapping } from '../../src/mapping/compile.js'
import { compileExpression } from '../../src/mapping/expression.js'
import { compileText, contextOf, inMapping, inText } from './kit.js'

/** A mapping that uses every word of the language once. */
const EVERYTHING = inText(
  `overall: { from: a, as: number, scale: [100, 10], on_error: skip }
conclusion: { from: b, lookup: { x: hold }, unmapped: { value: reject } }
dimensions: { each: rows, where: item.v != null, fields: { key: { from: k, as: string }, score: { cel: item.v * 2.0, on_error: skip } } }
highlights: { each: list, on_error: skip, item: { from: item, as: string, trim: true } }
reported_at: { from: at, as: datetime, format: "yyyy-MM-dd HH:mm:ss", zone: Asia/Shanghai, on_error: skip }
custom.t: { template: "{a}-{b}", on_error: skip }
custom.f: { first: [a.b.c, "list[-1]", "rows[k=x].v", "rows[*].k"] }
custom.o: { each: obj, key: { from: key, as: string }, item: value, on_error: skip }
custom.s: { from: b, split: ",", upper: true, join: ";", on_error: skip }
custom.j: { from: b, as: json, on_error: skip }
custom.d: { from: a, as: duration, on_error: skip }`,
  'when: source.skip != true\nsequence: seq\ngone: source.gone == true\noccurred_at: { from: seq, as: datetime, format: epoch_s }\nours: ours\nrefs: { interview: ref }\n',
)

const KEYS = [
  'a',
  'b',
  'rows',
  'list',
  'obj',
  'at',
  'k',
  'v',
  'x',
  'id',
  'seq',
  'ref',
  'ours',
  'skip',
  '__proto__',
  'constructor',
  'toString',
  'length',
  'hasOwnProperty',
]
const leaf = fc.oneof(
  fc.constantFrom<Json>(
    null,
    true,
    false,
    0,
    -0,
    1e308,
    '',
    '1',
    'x',
    '__proto__',
    '2026-03-01 10:00:00',
    'a,b',
    '{"a":1}',
    '{',
    'PT1H',
  ),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.string({ maxLength: 30 }),
)
const { json } = fc.letrec<{ json: Json }>(tie => ({
  json: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf,
    fc.array(tie('json'), { maxLength: 4 }),
    fc.array(fc.tuple(fc.constantFrom(...KEYS), tie('json')), { maxLength: 8 }).map(entries => {
      const out: Record<string, Json> = {}
      for (const [key, value] of entries)
        Object.defineProperty(out, key, { value, enumerable: true, configurable: true, writable: true })
      return out
    }),
  ),
}))

describe('a mapping, whatever comes', () => {
  const mapping = inMapping(EVERYTHING)

  it('gives a result or a HubError, and never pollutes a prototype', () => {
    fc.assert(
      fc.property(json, source => {
        try {
          const result = mapping.read(source, { settings: {} })
          if (result.verdict === 'said') expect(Object.getPrototypeOf(result.fields)).toBe(Object.prototype)
        } catch (error) {
          if (!isHubError(error)) throw error
          expect(error.code).not.toBe('HUB_DEFECT')
          expect(error.where?.line).toBeGreaterThan(0)
        }
        expect(Object.keys(Object.prototype)).toEqual([])
        expect(({} as Record<string, unknown>)['a']).toBeUndefined()
      }),
      { numRuns: 3000 },
    )
  })

  it('leaves its input as it was, and says the same each time', () => {
    fc.assert(
      fc.property(json, source => {
        const before = JSON.stringify(source)
        const once = () => {
          try {
            return JSON.stringify(mapping.read(source, { settings: {} }))
          } catch (error) {
            return (error as Error).message
          }
        }
        expect(once()).toBe(once())
        expect(JSON.stringify(source)).toBe(before)
      }),
      { numRuns: 500 },
    )
  })

  it('refuses lists that are too long', () => {
    const list = Array.from({ length: 50_001 }, () => 'x')
    expect(() =>
      inMapping(inText('highlights: { each: list, item: item }')).read({ id: 1, list }, { settings: {} }),
    ).toThrow(expect.objectContaining({ code: 'MAPPING_VALUE_LARGE' }) as Error)
  })
})

describe('the compiler, whatever is written', () => {
  const words = [
    'from',
    'value',
    'cel',
    'template',
    'with',
    'first',
    'each',
    'fields',
    'item',
    'key',
    'external',
    'settings',
    'when',
    'where',
    'split',
    'trim',
    'as',
    'format',
    'zone',
    'scale',
    'lookup',
    'reverse',
    'unmapped',
    'join',
    'default',
    'required',
    'on_error',
    'missing',
    'of',
    '__proto__',
  ]
  const text = fc.constantFrom(
    'a',
    'a.b',
    'a[*].b',
    'a[',
    '',
    'source.a == 1',
    'item.x',
    'datetime',
    'skip',
    'constructor',
    'A,B',
    '{a}',
    '{',
    'x'.repeat(600),
  )
  const { rule } = fc.letrec<{ rule: Json }>(tie => ({
    rule: fc.oneof(
      { depthSize: 'small' },
      text,
      fc.constantFrom<Json>(null, true, 5, [], {}),
      fc.array(tie('rule'), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom(...words.filter(word => word !== '__proto__')), tie('rule'), {
        maxKeys: 4,
      }),
    ),
  }))

  it('finds problems or gives a mapping, and never throws', () => {
    fc.assert(
      fc.property(rule, json, (node, source) => {
        const file = { mapping: 'v/t.in', from: 'v.t', to: 'score_report', fields: { 'custom.v': node } }
        const { mapping, problems } = compileMapping(parseYaml(JSON.stringify(file), 't.yaml'), contextOf())
        if (!mapping) expect(problems.length).toBeGreaterThan(0)
        else if (mapping.direction === 'in')
          try {
            mapping.read(source, { settings: {} })
          } catch (error) {
            if (!isHubError(error) || error.code === 'HUB_DEFECT') throw error
          }
      }),
      { numRuns: 3000 },
    )
  })

  it('takes any text for a file', () => {
    fc.assert(fc.property(fc.string({ maxLength: 200 }), source => void compileText(source)))
  })

  it('takes any text for an expression', () => {
    const token = fc.constantFrom(
      'record',
      '.',
      'a',
      '(',
      ')',
      '[',
      ']',
      '"x"',
      '1',
      '2.5',
      ' && ',
      ' || ',
      '!',
      ' == ',
      ' + ',
      ' in ',
      'has',
      'size',
      ',',
      '{',
      '}',
      ':',
      ' ? ',
      'matches',
      'map',
      'x',
      'null',
      '-',
      'duration',
      'format',
    )
    fc.assert(
      fc.property(fc.array(token, { maxLength: 14 }), json, (tokens, record) => {
        const compiled = compileExpression(tokens.join(''), { roots: { record: {} } })
        if ('problems' in compiled) return
        try {
          compiled.expression.evaluate({ record })
        } catch (error) {
          if (!isHubError(error)) throw error
        }
      }),
      { numRuns: 5000 },
    )
  })
})
