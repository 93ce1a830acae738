import { describe, expect, it } from 'vitest'
import { isHubError } from '../../../src/kernel/errors.js'
import { expressionsFor } from '../../../src/pipeline/config/expressions.js'

const tables = { levels: { A: 'good' } }
const expressions = expressionsFor({
  tables,
  schemaOf: () => undefined,
  isKind: () => false,
  stateOrder: () => undefined,
})
const ROOTS = ['body', 'headers', 'settings', 'since']
const scope = {
  body: {
    data: [{ id: 'x1', 'odd.key': 2 }, { id: 'x2' }],
    fields: [{ name: 'Email', value: 'a@b.c' }],
    code: 0,
  },
  headers: { 'x-reset': '30' },
  settings: { app: 'A1' },
  since: undefined,
}

describe('expressions of manifests', () => {
  it.each([
    ['body.code == 0', true],
    ['body.data[0].id', 'x1'],
    ["headers['x-reset']", '30'],
    ['headers.x-reset', '30'],
    ['body.data[-1].id', 'x2'],
    ['body.data[*].id', ['x1', 'x2']],
    ['body.fields[name=Email].value', 'a@b.c'],
    ['body.data[0]["odd.key"]', 2],
    ['body.code in [0, 1] && size(body.data) > 1', true],
    ['body.nothing.there', undefined],
    ['since', undefined],
  ])('reads %s', (text, value) => {
    expect(expressions.expression(text, ROOTS).evaluate(scope)).toEqual(value)
  })

  it.each([
    ['settings.app', 'A1'],
    [{ value: 3 }, 3],
    [{ template: '{settings.app}-{body.code}' }, 'A1-0'],
    [{ value: 'A', lookup: 'levels' }, 'good'],
    [
      ['settings.app', { value: 1 }],
      ['A1', 1],
    ],
  ])('works out the rule %j', (rule, value) => {
    expect(expressions.rule(rule, ROOTS).evaluate(scope)).toEqual(value)
  })

  it.each(['body.', 'status == 200', 'body.code ==', 'nobody.code'])('refuses %s', text => {
    expect(() => expressions.expression(text, ROOTS)).toThrow(
      expect.toSatisfy((error: unknown) => isHubError(error) && error.code === 'CONNECTOR_EXPRESSION_BROKEN'),
    )
  })

  it('refuses a rule that is none', () => {
    expect(() => expressions.rule({ form: 'body.code' }, ROOTS)).toThrow(
      expect.toSatisfy((error: unknown) => isHubError(error) && error.code === 'CONNECTOR_EXPRESSION_BROKEN'),
    )
  })
})
