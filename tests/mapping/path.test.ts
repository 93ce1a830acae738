import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { generateGet } from '../../src/mapping/generate.js'
import { formatPath, isPath, parsePath } from '../../src/mapping/path.js'

const SOURCE = {
  a: { b: 1, 'odd key': 2, nothing: null, 'b.c': 3 },
  list: [
    { name: 'Phone', value: '1' },
    { name: 'Email', value: 'x@y.cn' },
    { name: 'Email', value: 'second' },
    { name: 7, value: 'seven' },
  ],
  nested: [{ rows: [{ v: 1 }, {}] }, { rows: [{ v: 2 }] }, {}],
  text: 'abc',
  中文: { 姓名: '张三' },
  'sys01-level': 'P6',
}

function read(path: string, source: unknown = SOURCE): unknown {
  const parsed = parsePath(path)
  if ('problem' in parsed) throw new Error(parsed.problem)
  return generateGet(parsed.steps)(source)
}

describe('a path', () => {
  it.each([
    ['a.b', 1],
    ['a["odd key"]', 2],
    ["a['odd key']", 2],
    ['a["b.c"]', 3],
    ['a.nothing', null],
    ['a.nothing.deeper', undefined],
    ['a.missing.deeper', undefined],
    ['list[0].value', '1'],
    ['list[-1].value', 'seven'],
    ['list[9].value', undefined],
    ['list[name=Email].value', 'x@y.cn'],
    ['list[name="Email"].value', 'x@y.cn'],
    ['list[name=7].value', 'seven'],
    ['list[name=Fax].value', undefined],
    ['list[*].value', ['1', 'x@y.cn', 'second', 'seven']],
    ['nested[*].rows[*].v', [1, 2]],
    ['nested[*]', SOURCE.nested],
    ['a[0]', undefined],
    ['text.length', undefined],
    ['text[0]', undefined],
    ['list.length', undefined],
    ['list.map', undefined],
    ['a.constructor', undefined],
    ['a.toString', undefined],
    ['a.__proto__', undefined],
    ['中文.姓名', '张三'],
    ['sys01-level', 'P6'],
  ])('%s reads what it says', (path, expected) => {
    expect(read(path)).toEqual(expected)
  })

  it('may begin with a position', () => {
    expect(read('[1].x', [0, { x: 5 }])).toBe(5)
  })

  it('reads own members named like inherited ones', () => {
    const source = JSON.parse('{"constructor": {"length": 3}, "__proto__": 4}') as unknown
    expect(read('constructor.length', source)).toBe(3)
    expect(read('__proto__', source)).toBe(4)
  })

  it.each([
    '',
    'a..b',
    'a.',
    '.a',
    'a[',
    'a[]',
    'a[x]',
    'a b',
    'a == b',
    'source.x == 1',
    'a["x',
    'a[1.5]',
    '!a',
    'a]',
    'has(a)',
    'x'.repeat(501),
  ])('%j is no path', text => {
    expect(isPath(text)).toBe(false)
  })

  it('written out again is the same path', () => {
    const step = fc.oneof(
      fc.string({ minLength: 1, maxLength: 8 }).map(name => ({ step: 'name' as const, name })),
      fc.integer({ min: -99, max: 99 }).map(index => ({ step: 'index' as const, index })),
      fc.constant({ step: 'all' as const }),
    )
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 6 }), steps => {
        expect(parsePath(formatPath(steps))).toEqual({ steps })
      }),
    )
  })

  it('never throws and never takes long, whatever the text', () => {
    fc.assert(fc.property(fc.string({ maxLength: 600 }), text => void parsePath(text)))
  })
})
