/**
 * Runs the tests that stand in a mapping file, and tells which rules no test exercises. The grammar of a test is
 * in docs/mapping.md; every failure is a problem with the place of its test.
 */
import { isHubError, type Problem } from '../kernel/errors.js'
import { isObject, type Json, type JsonObject } from '../kernel/json.js'
import type { YamlFile, YamlPath } from '../kernel/yaml.js'
import { compileProbed } from './compile.js'
import { createProblemList, type ProblemList } from './problems.js'
import type { Probe, ProbedRule } from './rule/context.js'
import { didYouMean } from './suggest.js'
import { checkIncoming, checkOutgoing, checkRefusal } from './test-expect.js'
import { testInput, testView } from './test-input.js'
import type { CompileContext, Mapping } from './types.js'

export interface TestOutcome {
  readonly name: string
  readonly passed: boolean
  /** Why not; empty where it passed. */
  readonly because: readonly string[]
}

export interface UntestedRule {
  readonly target: string
  readonly rule: string
  readonly line: number
  readonly column: number
}

export interface TestReport {
  readonly tests: readonly TestOutcome[]
  /** Rules that some test gave a value, or had refused. */
  readonly coverage: { readonly exercised: number; readonly rules: number }
  /** Rules that no test gives a value or has refused, in the order of the file. */
  readonly untested: readonly UntestedRule[]
  /** Compile problems, failed tests, rules without a test. */
  readonly problems: readonly Problem[]
}

const WORDS = [
  'name',
  'given',
  'settings',
  'records',
  'external',
  'item',
  'expect',
  'refuse',
  'at',
  'ignored',
  'waits',
  'skipped',
  'identity',
  'occurred_at',
  'sequence',
  'gone',
  'ours',
]

/** Compiles the file with every rule watched, runs its tests, and reports. */
export function runMappingTests(file: YamlFile, context: CompileContext): TestReport {
  const probe = coverageProbe()
  const { mapping, problems } = compileProbed(file, context, probe)
  if (!mapping) return { tests: [], coverage: probe.coverage(), untested: [], problems }
  const list = createProblemList({ ...file, problems: [] })
  const tests = isObject(file.value) ? file.value['tests'] : undefined
  if (!Array.isArray(tests) || tests.length === 0) {
    list.add(
      'MAPPING_RULE_UNTESTED',
      ['mapping'],
      'the file has no tests: add `tests:` with `given` and `expect`',
    )
    return {
      tests: [],
      coverage: probe.coverage(),
      untested: untestedOf(probe),
      problems: [...problems, ...list.all],
    }
  }
  const outcomes = tests.map((test: Json, index) => runTest(test, ['tests', index], mapping, list))
  const missed = probe.missed().map(({ site, text }): Problem => {
    const message = `no test exercises the rule of \`${site.target}\`: ${text}`
    return { code: 'MAPPING_RULE_UNTESTED', severity: 'error', message, ...site.place }
  })
  return {
    tests: outcomes,
    coverage: probe.coverage(),
    untested: untestedOf(probe),
    problems: [...problems, ...list.all, ...missed],
  }
}

const untestedOf = (probe: CoverageProbe): UntestedRule[] =>
  probe
    .missed()
    .map(({ site, text }) => ({
      target: site.target,
      rule: text,
      line: site.place.line,
      column: site.place.column,
    }))
    .sort((a, b) => a.line - b.line || a.column - b.column)

function runTest(test: Json, at: YamlPath, mapping: Mapping, list: ProblemList): TestOutcome {
  if (!isObject(test)) {
    list.add('MAPPING_FILE_INVALID', at, 'a test is { name, given, expect }')
    return { name: '', passed: false, because: ['no test'] }
  }
  const spec = test as JsonObject
  for (const word of Object.keys(spec))
    if (!WORDS.includes(word))
      list.add('MAPPING_WORD_UNKNOWN', [...at, word], `a test has no \`${word}\`${didYouMean(word, WORDS)}`, {
        key: true,
      })
  const name = String(spec['name'] ?? `test ${Number(at.at(-1)) + 1}`)
  const because = judge(spec, mapping)
  for (const reason of because) list.add('MAPPING_TEST_FAILED', at, `${name}: ${reason}`)
  return { name, passed: because.length === 0, because }
}

function judge(spec: JsonObject, mapping: Mapping): readonly string[] {
  const checks = [
    'expect',
    'refuse',
    'ignored',
    'waits',
    'identity',
    'gone',
    'occurred_at',
    'sequence',
    'ours',
    'skipped',
  ]
  if (!checks.some(word => spec[word] !== undefined))
    return ['the test expects nothing: add `expect`, `refuse` or `ignored`']
  try {
    if (mapping.direction === 'out') {
      const { record, env } = testView(spec, mapping.from)
      return checkOutgoing(spec, mapping.write(record, env))
    }
    const { source, env } = testInput(spec, mapping)
    return checkIncoming(spec, mapping.read(source, env))
  } catch (error) {
    if (!isHubError(error)) throw error
    return checkRefusal(spec, error)
  }
}

interface CoverageProbe extends Probe {
  missed(): readonly ProbedRule[]
  coverage(): TestReport['coverage']
}

function coverageProbe(): CoverageProbe {
  const rules = new Set<ProbedRule>()
  const exercised = new Set<ProbedRule>()
  return {
    declare: rule => rules.add(rule),
    gave: (rule, value) => {
      if (value !== undefined) exercised.add(rule)
    },
    refused: rule => exercised.add(rule),
    missed: () => [...rules].filter(rule => !exercised.has(rule)),
    coverage: () => ({ exercised: exercised.size, rules: rules.size }),
  }
}
