import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { formatProblem } from '../../src/kernel/errors.js'
import type { Json } from '../../src/kernel/json.js'
import { parseYaml } from '../../src/kernel/yaml.js'
import { runMappingTests } from '../../src/mapping/test-file.js'
import { contextOf } from './kit.js'

const FOLDER = join(import.meta.dirname, 'cases')
const TABLES: Record<string, Record<string, Json>> = {
  dimensions: { LG: 'logic', CM: 'communication' },
  approvals: { 'finish/agree': 'approved', 'finish/refuse': 'rejected', 'terminate/': 'withdrawn' },
}

/** The twelve cases that shaped the language, each in YAML alone, each with its own tests. */
describe('a real vendor', () => {
  const files = readdirSync(FOLDER).filter(name => name.endsWith('.yaml'))

  it('of each case is there', () => {
    expect([...new Set(files.map(name => name[0]))].join('')).toBe('abcdefghijkl')
  })

  it.each(files)('%s can be said', name => {
    const file = parseYaml(readFileSync(join(FOLDER, name), 'utf8'), name)
    const report = runMappingTests(file, contextOf({}, TABLES))
    expect(report.problems.map(formatProblem)).toEqual([])
    expect(report.tests.length).toBeGreaterThan(0)
  })
})
