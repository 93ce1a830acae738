import { describe, expect, it } from 'vitest'
import { parseYaml } from '../../src/kernel/yaml.js'
import { explainMapping } from '../../src/mapping/explain.js'
import { runMappingTests } from '../../src/mapping/test-file.js'
import { contextOf, viewOf } from './kit.js'

const run = (text: string) => runMappingTests(parseYaml(text, 'mappings/t.yaml'), contextOf())

const IN = `mapping: v/report.in
from: v.report
to: score_report
identity: id
occurred_at: { from: at, as: datetime }
refs:
  interview: { from: session, of: v.session }
fields:
  overall: { from: total, scale: [100, 10] }
  conclusion: { from: level, lookup: { A: recommend, B: hold, C: reject } }
tests:
`

describe('tests in a mapping file', () => {
  it('pass, with every rule exercised', () => {
    const report = run(`${IN}  - name: a report
    given: { id: R1, at: "2026-03-01T10:00:00+08:00", session: S1, total: 85, level: A }
    expect: { overall: 8.5, conclusion: recommend, interview: S1 }
    identity: R1
    occurred_at: "2026-03-01T02:00:00Z"
  - name: head references may be left out
    given: { id: R1, session: S1, total: 85 }
    expect: { overall: 8.5 }
  - name: an unknown level
    given: { id: R1, level: Z }
    refuse: MAPPING_VALUE_UNKNOWN
    at: conclusion
`)
    expect(report.problems).toEqual([])
    expect(report.tests.map(test => test.passed)).toEqual([true, true, true])
    expect(report.coverage).toEqual({ exercised: 5, rules: 5 })
  })

  it('fail with what differs, at the place of the test', () => {
    const report = run(`${IN}  - name: wrong
    given: { id: R1, session: S1, total: 85, level: A, at: "2026-03-01T10:00:00Z" }
    expect: { overall: 8, conclusion: recommend, grade: A }
    identity: R2
`)
    expect(report.tests[0]?.because).toEqual([
      'overall is 8.5, expected 8',
      'grade is nothing, expected "A"',
      'identity is "R1", expected "R2"',
    ])
    expect(report.problems[0]).toMatchObject({ code: 'MAPPING_TEST_FAILED', line: 12 })
  })

  it.each([
    [
      'a rule no test exercises',
      '  - { given: { id: 1, at: "2026-03-01T10:00:00Z", session: S, total: 1 }, expect: { overall: 0.1 } }\n',
      'MAPPING_RULE_UNTESTED',
      /rule of `conclusion`/,
    ],
    [
      'a refusal that does not come',
      '  - { given: { id: 1 }, refuse: MAPPING_VALUE_UNKNOWN }\n',
      'MAPPING_TEST_FAILED',
      /refuses nothing/,
    ],
    [
      'a refusal that was not expected',
      '  - { given: { id: 1, level: Z }, expect: {} }\n',
      'MAPPING_TEST_FAILED',
      /refused with MAPPING_VALUE_UNKNOWN/,
    ],
    [
      'another refusal',
      '  - { given: { id: 1, level: Z }, refuse: MAPPING_VALUE_RANGE, at: overall }\n',
      'MAPPING_TEST_FAILED',
      /expected MAPPING_VALUE_RANGE/,
    ],
    ['a test that expects nothing', '  - { given: { id: 1 } }\n', 'MAPPING_TEST_FAILED', /expects nothing/],
    [
      'a word no test has',
      '  - { gven: { id: 1 }, expect: {} }\n',
      'MAPPING_WORD_UNKNOWN',
      /did you mean `given`/,
    ],
    [
      'a message that is not ignored',
      '  - { given: { id: 1 }, ignored: true }\n',
      'MAPPING_TEST_FAILED',
      /does not ignore/,
    ],
    ['no test at all', '', 'MAPPING_RULE_UNTESTED', /no tests/],
  ])('tell of %s', (_name, tests, code, message) => {
    const found = run(IN + tests).problems.filter(problem => problem.code === code)
    expect(found.map(problem => problem.message).join('; ')).toMatch(message)
  })

  it('give records, links, settings and the flow’s entry to .out mappings', () => {
    const report = run(`mapping: v/event.out
from: interview
to: v.event
fields:
  summary: { template: "{application.position.title} {app}", with: { app: { settings: app } } }
  attendee: { external: { of: item.person, resource: user } }
  owner: { external: organizer, missing: ignore }
tests:
  - name: an event
    given: { id: interview_1, application: application_1, organizer: person_2 }
    records: { application_1: { position: position_1 }, position_1: { title: 后端 } }
    external: { person_1: { user: ou_1 }, person_2: 77 }
    settings: { app: X }
    item: { person: person_1 }
    expect: { summary: 后端 X, attendee: ou_1, owner: "77" }
  - name: waits for the attendee
    given: { id: interview_1 }
    item: { person: person_1 }
    waits: [person_1]
`)
    expect(report.problems).toEqual([])
    expect(report.tests.every(test => test.passed)).toBe(true)
  })

  it('give a record to a hub mapping', () => {
    const report = run(`mapping: hub/offer
from: application
to: hub.offer
identity: { ref: application }
refs: { application: id, candidate: candidate }
fields: { state: { value: draft } }
tests:
  - given: { id: application_1, candidate: candidate_1 }
    expect: { application: application_1, candidate: candidate_1, state: draft }
    identity: application_1
`)
    expect(report.problems).toEqual([])
  })
})

describe('explaining a run', () => {
  const file = parseYaml(`${IN}  - { given: {}, expect: {} }\n`, 'mappings/t.yaml')

  it('shows each rule with its place, what it read and what came out', () => {
    const { lines, result } = explainMapping(file, contextOf(), {
      source: { id: 'R1', total: 85, level: 'A' },
      env: { settings: {} },
    })
    expect(lines).toContainEqual({
      target: 'overall',
      rule: '{"from":"total","scale":[100,10]}',
      file: 'mappings/t.yaml',
      line: 9,
      column: 12,
      from: '85',
      result: '8.5',
      refused: undefined,
    })
    expect(lines.find(line => line.target === 'interview')).toMatchObject({
      from: 'nothing',
      result: 'nothing',
    })
    expect(result).toMatchObject({ verdict: 'said' })
  })

  it('shows what was refused and goes no further', () => {
    const { lines, refused, result } = explainMapping(file, contextOf(), {
      source: { id: 'R1', level: 'Z' },
      env: { settings: {} },
    })
    expect(lines.at(-1)).toMatchObject({
      target: 'conclusion',
      from: '"Z"',
      refused: 'MAPPING_VALUE_UNKNOWN',
    })
    expect(refused?.code).toBe('MAPPING_VALUE_UNKNOWN')
    expect(result).toBeUndefined()
  })

  it('explains .out mappings and masks personal data', () => {
    const out = parseYaml(
      'mapping: v/c.out\nfrom: candidate\nto: v.c\nfields: { phone: "phones[0]", people: { each: tags, item: item } }\n',
      't.yaml',
    )
    const view = viewOf('c', {
      c: { kind: 'candidate', data: { phones: ['+8613800138000'], tags: ['a', 'b'] } },
    })
    const { lines } = explainMapping(out, contextOf(), {
      record: view,
      env: { settings: {}, external: () => undefined },
    })
    expect(lines.map(line => `${line.target} ${line.from} ${line.result}`)).toEqual([
      'phone "+***0" "+***0"',
      'people[0] "a" "a"',
      'people[1] "b" "b"',
      'people a list of 2 a list of 2',
    ])
  })
})
