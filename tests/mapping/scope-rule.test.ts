import { describe, expect, it } from 'vitest'
import type { Json } from '../../src/kernel/json.js'
import { parseYaml } from '../../src/kernel/yaml.js'
import { compileRule } from '../../src/mapping/scope-rule.js'
import { contextOf } from './kit.js'

const ROOTS = Object.fromEntries(
  [
    'settings',
    'id',
    'token',
    'body',
    'sent',
    'kept',
    'record',
    'step',
    'since',
    'until',
    'cursor',
    'page',
    'event',
    'item',
    'status',
    'headers',
  ].map(name => [name, {}]),
)
const SCOPE = {
  settings: { calendar: 'cal_1' },
  id: 'E1',
  token: 'T',
  since: 1772330400000,
  cursor: null,
  headers: { 'x-reset': '60' },
  body: { code: 0, mobile: '138', list: [{ a: 1 }, { a: 2 }] },
  step: { byMobile: { body: { userid: 'u1' } } },
  item: { ref: 'T' },
}

function compile(rule: string) {
  const file = parseYaml(`with:\n  x: ${rule}\n`, 'connectors/v/connector.yaml')
  const node = (file.value as { with: { x: Json } }).with.x
  return compileRule(node, { file, at: ['with', 'x'], roots: ROOTS, context: contextOf(), connector: 'v' })
}
function evaluate(rule: string): Json | undefined {
  const compiled = compile(rule)
  if (!compiled.rule) throw new Error(JSON.stringify(compiled.problems))
  return compiled.rule.evaluate(SCOPE)
}

describe('a rule of a manifest', () => {
  it.each<[string, Json | undefined]>([
    ['id', 'E1'],
    ['settings.calendar', 'cal_1'],
    ['{ settings: calendar }', 'cal_1'],
    ['step.byMobile.body.userid', 'u1'],
    ['"headers[\'x-reset\']"', '60'],
    ['{ value: open_id }', 'open_id'],
    ['{ from: since, as: datetime, write: epoch_ms }', 1772330400000],
    [
      '{ from: since, as: datetime, write: "yyyy-MM-dd HH:mm:ss", zone: Asia/Shanghai }',
      '2026-03-01 10:00:00',
    ],
    ['{ template: "Bearer {token}" }', 'Bearer T'],
    ['{ cel: body.code == 0 }', true],
    ['[id]', ['E1']],
    ['{ fields: { user: body.mobile, deep: { fields: { t: token } } } }', { user: '138', deep: { t: 'T' } }],
    [
      '{ each: body.list, fields: { n: a, t: token } }',
      [
        { n: 1, t: 'T' },
        { n: 2, t: 'T' },
      ],
    ],
    ['{ each: body.list, item: item.a }', [1, 2]],
    ['{ first: [kept.room, cursor, id] }', 'E1'],
    ['cursor', null],
    ['kept.room', undefined],
    ['item.ref', 'T'],
    ['{ from: body.mobile, default: none, when: has(body.mobile) }', '138'],
  ])('%s', (rule, expected) => {
    expect(evaluate(rule)).toEqual(expected)
  })

  it.each([
    ['open_id', /there is no `open_id` here.*a constant is written \{ value/],
    ['setings.calendar', /did you mean `settings`/],
    ['{ cel: bdy.x == 1 }', /did you mean `body`/],
    ['{ external: self }', /\.out/],
    ['{ settings: secret }', /no setting `secret`/],
  ])('%s is found wrong, with file, line and column', (rule, message) => {
    const { rule: made, problems } = compile(rule.replace('settings: secret', 'settings: secrets'))
    expect(made).toBeUndefined()
    expect(problems[0]).toMatchObject({ file: 'connectors/v/connector.yaml', line: 2 })
    expect(problems[0]?.message).toMatch(rule.includes('secret') ? /no setting/ : message)
  })

  it('refuses at run time with its place', () => {
    const compiled = compile('{ from: body.mobile, as: datetime, write: epoch_s }')
    expect(() => compiled.rule?.evaluate(SCOPE)).toThrow(
      expect.objectContaining({
        code: 'MAPPING_VALUE_INVALID',
        where: expect.objectContaining({ line: 2, column: 6 }) as object,
      }) as Error,
    )
  })
})
