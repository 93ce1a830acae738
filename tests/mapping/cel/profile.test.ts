import { Environment } from '@marcbachmann/cel-js'
import { describe, expect, it } from 'vitest'
import type { Json } from '../../../src/kernel/json.js'
import { compileExpression, type ExpressionOptions } from '../../../src/mapping/expression.js'
import { contextOf, viewOf } from '../kit.js'

const context = contextOf()
const OPTIONS: ExpressionOptions = {
  roots: {
    record: { kind: 'interview' },
    item: {
      entryOf: { kind: 'interview', path: 'interviewers' },
      schema: { type: 'object', properties: { person: { type: 'string', 'x-ref': 'person' } } },
    },
    body: {},
    status: {},
    headers: {},
    operation: {},
  },
  schemaOf: kind => context.schemaOf(kind),
  stateOrder: (kind, word) => context.stateOrder(kind, word),
}
const RECORDS = {
  i1: {
    kind: 'interview',
    data: {
      state: 'scheduled',
      round: 2,
      candidate: 'c1',
      schedule: { start: '2026-12-01T02:00:00Z' },
      tags: ['vip'],
      interviewers: [{ person: 'p1', role: 'lead' }],
      custom: { score: 85 },
    } as Record<string, Json>,
  },
  c1: { kind: 'candidate', data: { name: '张三', phones: ['+8613800138000'] } as Record<string, Json> },
  p1: { kind: 'person', data: { name: '李四' } as Record<string, Json> },
}
const SCOPE = {
  record: viewOf('i1', RECORDS),
  item: { person: 'p1' },
  status: 200,
  operation: 'deleteSession',
  headers: { 'x-reset': '60' },
  body: {
    code: 40014,
    n: 8.5,
    half: 0.5,
    zero: 0,
    text: 'Hello',
    at: '2026-12-01T10:00:00+08:00',
    none: null,
    list: [3, 1, 2, 3],
    rows: [{ k: 'a', v: 2 }, { k: 'b', v: null }, { k: 'c' }],
    deep: { a: { b: 1 } },
    yes: true,
    naive: '2026-12-01T10:00:00',
  },
}

function evaluate(text: string): Json | undefined {
  const compiled = compileExpression(text, OPTIONS)
  if ('problems' in compiled) throw new Error(JSON.stringify(compiled.problems))
  return compiled.expression.evaluate(SCOPE)
}
const codeOf = (text: string): string => {
  try {
    evaluate(text)
  } catch (error) {
    return (error as { code?: string }).code ?? (error as Error).message
  }
  return 'nothing'
}
const problemOf = (text: string): string => {
  const compiled = compileExpression(text, OPTIONS)
  return 'problems' in compiled
    ? compiled.problems.map(problem => `${problem.code} ${problem.message}`).join('; ')
    : 'none'
}

describe('the profile, row by row', () => {
  it.each<[string, Json | undefined]>([
    ['record.schedule.start + duration("15m")', '2026-12-01T02:15:00Z'],
    ['record.schedule.start - duration("1h")', '2026-12-01T01:00:00Z'],
    ['body.at + duration("PT15M")', '2026-12-01T02:15:00Z'],
    ['record.custom.score / 10', 8.5],
    ['record.round * 10', 20],
    ['body.n + 1', 9.5],
    ['size(body.list) / 8', 0.5],
    ['7 / 2', 3.5],
    ['7 % 4', 3],
    ['body.n >= 8', true],
    ['body.n == 8', false],
    ['status == 200', true],
    ['status in [200, 201]', true],
    ['body.code in [42001, 40014]', true],
    ['operation == "deleteSession" && body.code == 40014', true],
    ["headers['x-reset']", '60'],
    ['headers[?"none"].orValue("0")', '0'],
    ['body.?missing.orValue(0.0)', 0],
    // Absent is null.
    ['body.missing >= 8', false],
    ['body.missing == 8', false],
    ['body.missing != 8', false],
    ['body.missing == null', true],
    ['body.missing != null', false],
    ['body.none == null', true],
    ['null == body.none', true],
    ['has(body.text)', true],
    ['has(body.missing)', false],
    ['has(body.none)', false],
    ['has(body.missing.deeper.still)', false],
    ['!has(body.missing)', true],
    ['body.missing + 1', undefined],
    ['body.missing.startsWith("x")', undefined],
    ['size(body.missing)', undefined],
    ['!body.missing', undefined],
    ['body.missing || status == 200', true],
    ['body.missing && status == 404', false],
    ['body.missing && status == 200', undefined],
    ['body.missing ? 1 : 2', undefined],
    ['body.none', null],
    ['body.missing', undefined],
    ['"x" in body.missing', false],
    ['body.missing.exists(x, x == 1)', undefined],
    // Mixed literals and branches.
    ['[status, "x"]', [200, 'x']],
    ['{"key": operation, "score": 1}', { key: 'deleteSession', score: 1 }],
    ['body.rows.map(r, r.v)', [2]],
    ['body.yes ? 1 : 2.5', 1],
    ['body.yes ? null : "x"', null],
    ['body.yes ? 1 : "x"', 1],
    ['[status, body.missing]', undefined],
    // Functions.
    ['duration("1d")', 'PT24H'],
    ['duration("P1D")', 'PT24H'],
    ['days(2)', 'PT48H'],
    ['string(record.schedule.start)', '2026-12-01T02:00:00Z'],
    ['string(8.0)', '8'],
    ['string(body.yes)', 'true'],
    ['int(8.9)', 8],
    ['int("12")', 12],
    ['double("1.5")', 1.5],
    ['bool("true")', true],
    ['timestamp("2026-12-01T10:00:00+08:00")', '2026-12-01T02:00:00Z'],
    ['date("2026-12-01", "Asia/Shanghai")', '2026-11-30T16:00:00Z'],
    ['record.schedule.start.format("M月d日 HH:mm", "Asia/Shanghai")', '12月1日 10:00'],
    ['record.schedule.start.getHours("Asia/Shanghai")', 10],
    ['record.schedule.start.getHours()', 2],
    ['timestamp("2026-03-08T07:30:00Z").getHours("America/New_York")', 3],
    ['timestamp("2026-03-08T06:30:00Z").getHours("America/New_York")', 1],
    ['record.schedule.start.getDate()', 1],
    ['record.schedule.start.getDayOfMonth()', 0],
    ['record.schedule.start.getMonth()', 11],
    ['record.schedule.start.getDayOfWeek()', 2],
    ['record.schedule.start.getDayOfYear()', 334],
    ['(timestamp("2026-12-01T10:00:00Z") - record.schedule.start).getMinutes()', 480],
    ['body.list.sum()', 9],
    ['body.list.avg()', 2.25],
    ['body.list.min()', 1],
    ['body.list.max()', 3],
    ['body.list.first()', 3],
    ['body.list.last()', 3],
    ['body.list.sort()', [1, 2, 3, 3]],
    ['body.list.distinct()', [3, 1, 2]],
    ['body.list.join("-")', '3-1-2-3'],
    ['body.text.replace("l", "L")', 'HeLLo'],
    ['body.text.split("l")', ['He', '', 'o']],
    ['body.text.substring(1, 3)', 'el'],
    ['body.text.lowerAscii()', 'hello'],
    ['body.text.contains("ell")', true],
    ['body.text.matches("^H.*o$")', true],
    ['body.text.indexOf("l")', 2],
    ['round(1.005, 2)', 1.01],
    ['round(-2.5)', -3],
    ['size("中文")', 2],
    ['body.rows.filter(r, has(r.v)).size()', 1],
    ['body.rows.all(r, has(r.k))', true],
    ['body.rows.exists(r, r.k == "b")', true],
    ['body.rows.exists_one(r, r.k == "b")', true],
    ['body.rows.map(r, has(r.v), r.k)', ['a']],
    ['body.rows.exists(r, body.list.exists(n, n == r.v))', true],
    // Records.
    ['reached(record.state, "invited")', true],
    ['reached(record.state, "completed")', false],
    ['record.candidate', 'c1'],
    ['record.candidate == "c1"', true],
    ['record.candidate.name', '张三'],
    ['record.candidate.id', 'c1'],
    ['item.person.name', '李四'],
    ['record.interviewers.map(i, i.person.name)', ['李四']],
    ['record.interviewers[0].person.name', '李四'],
    ['record', 'i1'],
    ['record.id', 'i1'],
    ['record.gone', false],
    ['[record.id, record.schedule.start]', ['i1', '2026-12-01T02:00:00Z']],
    ['"vip" in record.tags', true],
    ['record.state in ["invited", "scheduled"]', true],
    ['record.schedule.start == "2026-12-01T10:00:00+08:00"', true],
    ['record.schedule.start < timestamp("2026-12-01T10:00:01+08:00")', true],
    ['body.deep["a"].b', 1],
    ['body.list[0]', 3],
    ['body.list[99]', undefined],
  ])('%s', (text, expected) => {
    expect(evaluate(text)).toEqual(expected)
  })

  it.each([
    ['body.zero / body.zero', 'MAPPING_EXPRESSION_FAILED'],
    ['body.n / 0', 'MAPPING_EXPRESSION_FAILED'],
    ['body.text + 1', 'nothing'],
    ['body.text * 2', 'MAPPING_EXPRESSION_FAILED'],
    ['body.text > 1', 'MAPPING_EXPRESSION_FAILED'],
    ['timestamp(body.naive)', 'MAPPING_EXPRESSION_FAILED'],
    ['body.text.sum()', 'MAPPING_EXPRESSION_FAILED'],
    ['int(9007199254740993.0 * 10.0)', 'MAPPING_EXPRESSION_FAILED'],
    ['[].avg()', 'MAPPING_EXPRESSION_FAILED'],
    ['body.n ? 1 : 2', 'MAPPING_EXPRESSION_FAILED'],
  ])('%s fails, and nothing is guessed', (text, code) => {
    expect(codeOf(text)).toBe(text.includes('text + 1') ? 'MAPPING_EXPRESSION_FAILED' : code)
  })

  it.each([
    ['record.stat == "x"', /PATH_UNKNOWN there is no `stat`; did you mean `state`/],
    ['record.candidate.nam', /did you mean `name`/],
    ['record.interviewers.exists(i, i.rol == "x")', /did you mean `role`/],
    ['type == "finish"', /there is no `type` here/],
    ['schedule.start', /write `record.schedule`/],
    ['recrod.id', /did you mean `record`/],
    ['record.state == "canceled"', /ENUM_UNKNOWN "canceled".*did you mean `cancelled`/],
    ['record.state in ["invited", "schedled"]', /did you mean `scheduled`/],
    ['record.state >= "completed"', /no order of letters; use reached/],
    ['reached(record.state, "done")', /ENUM_UNKNOWN/],
    ['reached(body.state, "done")', /takes a state of a record/],
    ['timestamp("2026-12-01T10:00:00.000")', /needs its zone/],
    ['timestamp("December 1, 2026 10:00:00")', /needs its zone/],
    ['duration("soon")', /a duration is written/],
    ['body.text.matches("(?=x)")', /not one of RE2/],
    ['body.text.matches("(a)\\\\1")', /not one of RE2/],
    ['body.text.matches(body.text)', /a pattern is written as text/],
    ['body.a.all(x, body.b.all(y, body.c.all(z, z == 1)))', /nested 2 deep/],
    ['now()', /use `at:`/],
    ['record.round + "x"', /has no meaning/],
    ['record.round == "x"', /never equals/],
    ['record.round && true', /not bool/],
    ['record.round.startsWith("x")', /does not work on a number/],
    ['nofunction(1)', /there is no nofunction/],
    ['body.text.upper()', /there is no .upper\(\); did you mean/],
    ['round(1, 2, 3)', /another number of arguments/],
    ['has(1)', /takes one path/],
    ['', /empty/],
    ['record.x ==', /EXPRESSION_INVALID/],
    ['{"__proto__": 1}', /a key is written as text/],
    ['1u', /unsigned/],
    ['body.a '.padEnd(3000, '+ 1 '), /longer than/],
  ])('%s is found before anything runs', (text, pattern) => {
    expect(problemOf(text)).toMatch(pattern)
  })

  it('runs any pattern in linear time', () => {
    const compiled = compileExpression('body.x.matches("^(a+)+$")', OPTIONS)
    if ('problems' in compiled) throw new Error('no expression')
    const began = performance.now()
    expect(compiled.expression.evaluate({ body: { x: `${'a'.repeat(5000)}!` } })).toBe(false)
    expect(performance.now() - began).toBeLessThan(2000)
  })

  it('stops where an evaluation looks at too much', () => {
    const compiled = compileExpression('body.l.all(a, body.l.all(b, a == b || true))', OPTIONS)
    if ('problems' in compiled) throw new Error('no expression')
    const l = Array.from({ length: 400 }, (_, index) => index)
    expect(() => compiled.expression.evaluate({ body: { l } })).toThrow(/more than 100000/)
    expect(compiled.expression.evaluate({ body: { l: [1, 2] } })).toBe(true)
  })

  it('names what it reads, as written and through references', () => {
    const compiled = compileExpression('record.candidate.name == "x" && body.a.b > 1', OPTIONS)
    if ('problems' in compiled) throw new Error('no expression')
    expect(compiled.expression.reads).toEqual([
      { root: 'record', path: 'candidate.name' },
      { root: 'body', path: 'a.b' },
    ])
    expect(compiled.expression.records).toEqual([
      { via: [], path: 'candidate' },
      { via: ['candidate'], path: 'name' },
    ])
  })
})

describe('the library as oracle', () => {
  const library = new Environment({ unlistedVariablesAreDyn: true, homogeneousAggregateLiterals: false })
  const plain = (value: unknown): unknown =>
    typeof value === 'bigint' ? Number(value) : Array.isArray(value) ? value.map(plain) : value

  it.each([
    'body.code == 40014 && status == 200',
    'body.text.startsWith("He") || body.zero > 1.0',
    'body.list.exists(x, x > 2.0)',
    'body.list.filter(x, x > 1.0).map(y, y * 2.0)',
    'body.rows.exists_one(r, r.k == "a")',
    'body.text.contains("l") ? "yes" : "no"',
    'body.half + body.n * 2.0 - 1.0',
    'size(body.list) == 4',
    '!(body.yes && status == 404)',
    'body.text in ["Hello", "Bye"]',
    'body.text.lowerAscii().endsWith("lo")',
    'body.deep.a.b == 1.0',
    '[body.n, body.half]',
  ])('agrees on %s', text => {
    expect(evaluate(text)).toEqual(plain(library.evaluate(text, SCOPE as never)))
  })
})
