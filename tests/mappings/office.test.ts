/**
 * The mappings of calendars, mail, short messages and approvals: each passes the tests in its own file, with every
 * rule exercised and a refusal shown.
 */
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { isObject } from '../../src/kernel/json.js'
import { runMappingTests } from '../../src/mapping/test-file.js'
import { Catalog } from '../../src/pipeline/config/catalog.js'
import { readShelf } from '../../src/pipeline/config/shelf.js'

const ROOT = join(import.meta.dirname, '../..')
const shipped = new Catalog(await readShelf(ROOT))
const catalog = new Catalog(await readShelf(join(ROOT, 'config/sandbox')), shipped)
const names = catalog.mappingNames.filter(name => /^(feishu|dingtalk|aliyun-sms|mail)\//.test(name))
/** They read what a vendor answers to a create, not what it says of its own accord. */
const ANSWERS = ['feishu/approval-made.in', 'dingtalk/approval-made.in', 'aliyun-sms/message-sent.in']
const useOf = (name: string) => (ANSWERS.includes(name) ? 'answer' : catalog.useOf(name))

describe.each(names)('%s', name => {
  const source = catalog.source(name)
  if (!source) throw new Error(`there is no ${name}`)
  const report = runMappingTests(source.yaml, catalog.context(useOf(name)))

  it('passes its own tests, with every rule exercised', () => {
    expect(report.problems.map(({ line, code, message }) => `${line} ${code} ${message}`)).toEqual([])
    expect(report.coverage.exercised).toBe(report.coverage.rules)
  })

  it('shows a refusal beside what it does', () => {
    const tests = (isObject(source.yaml.value) && source.yaml.value['tests']) as readonly object[]
    expect(tests.length).toBeGreaterThan(1)
    expect(tests.some(test => 'refuse' in test)).toBe(true)
  })
})
