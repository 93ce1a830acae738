import { describe, expect, it } from 'vitest'
import { HubError } from '../../src/kernel/errors.js'
import type { Json } from '../../src/kernel/json.js'
import type { JsonSchema } from '../../src/kernel/json-schema.js'
import { bodyOf, contextOf, outEnv, outMapping, outText, problemsOf, viewOf } from './kit.js'

const RECORDS = {
  interview_1: {
    kind: 'interview',
    data: {
      candidate: 'candidate_1',
      application: 'application_1',
      organizer: 'person_9',
      state: 'scheduled',
      round: 2,
      title: '一面',
      schedule: { start: '2026-03-01T02:00:00Z', end: '2026-03-01T03:00:00Z', zone: 'Asia/Shanghai' },
      interviewers: [{ person: 'person_1', role: 'lead' }, { person: 'person_2' }],
      custom: { duration: 'PT1H' },
    } as Record<string, Json>,
  },
  candidate_1: {
    kind: 'candidate',
    data: { name: '张三', phones: ['+8613800138000'], available_from: '2026-04-01' } as Record<string, Json>,
  },
  application_1: {
    kind: 'application',
    data: { candidate: 'candidate_1', position: 'position_1' } as Record<string, Json>,
  },
  position_1: { kind: 'position', data: { title: '后端工程师' } as Record<string, Json> },
  person_1: { kind: 'person', data: { name: '李四' } as Record<string, Json> },
}
const view = viewOf('interview_1', RECORDS)
const write = (fields: string, env = outEnv(), shape?: JsonSchema) =>
  outMapping(outText(fields), contextOf(shape ? { 'v.thing': shape } : {})).write(view, env)
const valueFor = (rule: string, env = outEnv()) => bodyOf(write(`v: ${rule}`, env))['v']

describe('an .out mapping', () => {
  it.each<[string, Json | undefined]>([
    ['title', '一面'],
    ['id', 'interview_1'],
    ['candidate', 'candidate_1'],
    ['candidate.name', '张三'],
    ['candidate.phones[0]', '+8613800138000'],
    ['application.position.title', '后端工程师'],
    ['application.candidate.name', '张三'],
    ['organizer.name', undefined],
    ['interviewers[*].person.name', ['李四']],
    ['record.title', '一面'],
    ['source.title', '一面'],
    ['{ each: interviewers, item: person.name }', ['李四']],
    [
      '{ each: interviewers, item: { template: "{person} {parent.title}" } }',
      ['person_1 一面', 'person_2 一面'],
    ],
    ['{ cel: record.candidate.name + "!" }', '张三!'],
    ['{ settings: region }', 'cn'],
    ['{ cel: settings.region }', 'cn'],
    [
      '{ from: schedule.start, as: datetime, write: "yyyy-MM-dd HH:mm:ss", zone: Asia/Shanghai }',
      '2026-03-01 10:00:00',
    ],
    [
      '{ from: schedule.start, as: datetime, write: "M月d日 HH:mm", zone: { from: schedule.zone } }',
      '3月1日 10:00',
    ],
    ['{ from: schedule.start, as: datetime, write: epoch_ms }', 1772330400000],
    ['{ from: schedule.start, as: datetime, write: epoch_s, lookup: { a: 1 }, unmapped: keep }', 1772330400],
    ['{ from: schedule.start, as: datetime }', '2026-03-01T02:00:00Z'],
    ['{ from: schedule.start, as: datetime, zone: Asia/Shanghai }', '2026-03-01T10:00:00+08:00'],
    ['{ from: schedule.start, as: date, zone: Asia/Shanghai }', '2026-03-01'],
    ['{ from: candidate.available_from, as: date, write: yyyy年M月d日 }', '2026年4月1日'],
    ['{ from: candidate.phones, as: phone, write: national }', ['13800138000']],
    ['{ from: "candidate.phones[0]", as: phone, write: digits }', '8613800138000'],
    ['{ from: custom.duration, as: duration, write: min }', 60],
    ['{ from: round, as: string }', '2'],
    [
      '{ from: schedule, as: json }',
      '{"start":"2026-03-01T02:00:00Z","end":"2026-03-01T03:00:00Z","zone":"Asia/Shanghai"}',
    ],
    [
      '{ from: state, lookup: { 1: scheduled, 2: cancelled }, reverse: true, unmapped: null, as: integer }',
      1,
    ],
  ])('%s', (rule, expected) => {
    expect(valueFor(rule)).toEqual(expected)
  })

  it('writes numbers as text where the target takes text', () => {
    const shape: JsonSchema = {
      type: 'object',
      properties: { v: { type: 'string' }, n: { type: 'integer' } },
    }
    const rule = '{ from: schedule.start, as: datetime, write: epoch_s }'
    expect(bodyOf(write(`v: ${rule}\nn: ${rule}`, outEnv(), shape))).toEqual({
      v: '1772330400',
      n: 1772330400,
    })
  })

  it('sees the entry of the flow', () => {
    expect(valueFor('item.person', outEnv({}, { person: 'person_1' }))).toBe('person_1')
    expect(
      valueFor(
        '{ external: { of: item.person, resource: user } }',
        outEnv({ 'person_1/user': 'ou_1' }, { person: 'person_1' }),
      ),
    ).toBe('ou_1')
  })

  it('follows references of the entry where its head names the list', () => {
    const head = (each: string, fields: string) =>
      outText(fields).replace('fields:', `each: ${each}\nfields:`)
    const text = head('record.interviewers', 'a: item.person.name\nb: { cel: item.person.name + "!" }')
    const mapping = outMapping(text)
    const item = { person: 'person_1', role: 'lead' }
    expect(bodyOf(mapping.write(view, { ...outEnv(), item }))).toEqual({ a: '李四', b: '李四!' })
    expect(mapping.each).toBe('interviewers')
    expect(mapping.reads).toEqual(
      expect.arrayContaining([
        { via: [], path: 'interviewers' },
        { via: ['interviewers.person'], path: 'name' },
      ]),
    )
    expect(problemsOf(head('record.interviewers', 'a: item.persn')).map(({ message }) => message)).toEqual([
      '`item.persn`: there is no `persn`; did you mean `person`?',
    ])
    for (const wrong of ['interviewers', 'record', 'record.title', 'record.interviewer', '3'])
      expect(problemsOf(head(wrong, 'a: title')).map(({ line }) => line)).toEqual([4])
  })

  it('says what it reads, through references and for expressions, each and when alike', () => {
    const mapping = outMapping(
      outText(
        'a: candidate.name\nb: { each: interviewers, item: person.name }\nc: { cel: record.schedule.start, when: record.round > 1 }\nd: { template: "{application.position.title}" }',
      ),
    )
    expect(mapping.reads).toEqual([
      { via: [], path: 'candidate' },
      { via: ['candidate'], path: 'name' },
      { via: [], path: 'interviewers' },
      { via: ['interviewers.person'], path: 'name' },
      { via: [], path: 'round' },
      { via: [], path: 'schedule.start' },
      { via: [], path: 'application' },
      { via: ['application'], path: 'position' },
      { via: ['application', 'position'], path: 'title' },
    ])
  })
})

describe('external', () => {
  it('gives the ids a record has there', () => {
    expect(
      valueFor(
        '{ external: { of: candidate, resource: candidate } }',
        outEnv({ 'candidate_1/candidate': '88' }),
      ),
    ).toBe('88')
    expect(valueFor('{ external: self }', outEnv({ interview_1: 'E1' }))).toBe('E1')
    expect(
      valueFor(
        '{ external: { of: "interviewers[*].person", resource: user }, missing: ignore }',
        outEnv({ 'person_2/user': 'ou_2' }),
      ),
    ).toEqual(['ou_2'])
  })

  it('waits for all links at once, each named once', () => {
    const fields =
      'a: { external: { of: candidate, resource: c } }\nb: { external: { of: candidate, resource: c } }\nd: { external: { of: self } }'
    expect(write(fields)).toEqual({
      verdict: 'waits',
      for: [
        { record: 'candidate_1', resource: 'c' },
        { record: 'interview_1', resource: undefined },
      ],
    })
    expect(outMapping(outText(fields)).externals).toEqual([
      { of: 'candidate', resource: 'c', missing: 'wait' },
      { of: 'candidate', resource: 'c', missing: 'wait' },
      { of: 'self', resource: undefined, missing: 'wait' },
    ])
  })

  it('waits for a link that is required, instead of missing it', () => {
    expect(write('a: { external: { of: candidate, resource: c }, required: true }')).toEqual({
      verdict: 'waits',
      for: [{ record: 'candidate_1', resource: 'c' }],
    })
    expect(() => write('a: { external: { of: custom.nobody }, required: true }')).toThrow(/required/)
  })

  it('is left out or refused where the mapping says so', () => {
    expect(bodyOf(write('a: { external: candidate, missing: ignore }'))).toEqual({})
    expect(() => write('a: { external: { of: candidate, resource: user }, missing: refuse }')).toThrow(
      HubError,
    )
    expect(bodyOf(write('a: { external: { of: custom.nobody } }'))).toEqual({})
  })
})
