import { describe, expect, it } from 'vitest'
import type { Json } from '../../src/kernel/json.js'
import { contextOf, inMapping, inText, problemsOf, said, viewOf } from './kit.js'

const read = (text: string, source: Json) => said(inMapping(text).read(source, { settings: {} }))
const candidate = (fields: string, head = '') => inText(fields, head).replace('score_report', 'candidate')

describe('the head of an .in mapping', () => {
  it('gives identity, time, order and our own reference', () => {
    const text = inText(
      'grade: g',
      'sequence: seq\nours: token\ngone: removed\nunknown: wait\noccurred_at: { from: at, as: datetime, format: epoch_ms }\n',
    )
    const mapping = inMapping(text)
    expect(mapping.unknown).toBe('wait')
    expect(mapping.writes).toEqual(['grade'])
    const result = said(
      mapping.read({ id: 7, g: 'A', seq: 3, token: 'T', removed: true, at: 1772330400000 }, { settings: {} }),
    )
    expect(result).toMatchObject({
      identity: '7',
      sequence: 3,
      ours: 'T',
      gone: true,
      occurredAt: 1772330400000,
    })
  })

  it('leaves out what is not there', () => {
    const text = inText(
      'grade: g',
      'sequence: seq\nours: token\ngone: removed\noccurred_at: { from: at, as: datetime }\n',
    )
    expect(read(text, {})).toEqual({
      verdict: 'said',
      identity: undefined,
      identityRef: undefined,
      occurredAt: undefined,
      sequence: undefined,
      gone: undefined,
      ours: undefined,
      match: {},
      fields: {},
      skipped: [],
    })
  })

  it('keeps 64-bit ids and refuses what is no id', () => {
    expect(read(inText('grade: g'), { id: '9007199254740993' }).identity).toBe('9007199254740993')
  })

  it('collects match values as mapped', () => {
    const text = candidate(
      'phones: [{ from: p, as: phone }]\nemails: { from: e, as: email }',
      'match: [phones, emails]\n',
    )
    expect(read(text, { p: '13800138000', e: ['A@b.cn'] }).match).toEqual({
      phones: ['+8613800138000'],
      emails: ['a@b.cn'],
    })
    expect(read(text, { p: '13800138000' }).match).toEqual({ phones: ['+8613800138000'] })
  })

  it('says which of the match fields merge at once', () => {
    const fields = 'emails: { from: e, as: email }'
    const sure = candidate(fields, 'match: [emails]\nauto_merge: [emails]\n')
    expect(read(sure, { e: ['a@b.cn'] }).autoMerge).toEqual(['emails'])
    expect(read(candidate(fields, 'match: [emails]\n'), { e: ['a@b.cn'] }).autoMerge).toBeUndefined()
  })

  it('counts what on_error skipped, with its place', () => {
    const text = candidate(
      'emails: { each: e, on_error: skip, item: { from: item, as: email } }\nname: { from: n, as: string, on_error: skip }',
    )
    const result = read(text, { e: ['a@b.cn', 'nonsense'], n: {} })
    expect(result.fields).toEqual({ emails: ['a@b.cn'] })
    expect(result.skipped).toEqual([
      { path: 'emails[1]', code: 'MAPPING_VALUE_INVALID' },
      { path: 'name', code: 'MAPPING_VALUE_INVALID' },
    ])
  })

  it('tells null, absent and empty apart', () => {
    expect(read(inText('grade: a\nhighlights: b\nrubric: c'), { a: null, b: [] }).fields).toEqual({
      grade: null,
      highlights: [],
    })
  })
})

describe('references', () => {
  const interview = (fields: string, head = '') => inText(fields, head).replace('score_report', 'interview')

  it('hold the vendor’s ids until the fold resolves them', () => {
    const text = interview(
      'title: t',
      'refs: { candidate: cid, application: { from: aid, of: ehr.application, missing: create } }\n',
    )
    expect(read(text, { cid: 12, aid: 'A' }).fields).toEqual({
      candidate: { $reference: { kind: 'candidate', of: undefined, id: '12', missing: 'wait' } },
      application: { $reference: { kind: 'application', of: 'ehr.application', id: 'A', missing: 'create' } },
    })
  })

  it('are marked inside lists as well', () => {
    const text = interview(
      'interviewers: { each: who, fields: { person: { from: uid, of: feishu.user, missing: ignore }, role: role } }',
    )
    expect(
      read(text, { who: [{ uid: 'ou_1', role: 'lead' }, { role: 'member' }, { uid: null }] }).fields,
    ).toEqual({
      interviewers: [
        {
          person: { $reference: { kind: 'person', of: 'feishu.user', id: 'ou_1', missing: 'ignore' } },
          role: 'lead',
        },
        { role: 'member' },
        { person: null },
      ],
    })
  })

  it('can be the identity: the message is about that record', () => {
    const text = `mapping: v/thing.in\nfrom: v.thing\nto: application\nidentity: { ref: application }\nrefs: { application: { from: app, of: ehr.application } }\nfields: { stage: { value: interview } }\n`
    const result = read(text, { app: 5 })
    expect(result.identityRef).toEqual({
      $reference: { kind: 'application', of: 'ehr.application', id: '5', missing: 'wait' },
    })
    expect(result.fields).toEqual({ stage: 'interview' })
  })

  it('of and missing belong to reference fields', () => {
    expect(
      problemsOf(interview('title: { from: t, of: x, missing: wait }')).map(problem => problem.message),
    ).toEqual(['`of` belongs to reference fields', '`missing` belongs to reference fields and `external`'])
  })
})

describe('a mapping from the hub to the hub', () => {
  const RECORDS = {
    r1: {
      kind: 'score_report',
      data: {
        application: 'a1',
        overall: 8.5,
        reported_at: '2026-03-01T02:00:00Z',
        composite: 8.2,
      } as Record<string, Json>,
    },
    a1: { kind: 'application', data: { candidate: 'c1', stage: 'interview' } as Record<string, Json> },
    c1: { kind: 'candidate', data: { name: '张三' } as Record<string, Json> },
  }
  const TEXT = `
mapping: hub/application-from-report
from: score_report
to: hub.application
identity: { ref: application }
occurred_at: reported_at
fields:
  assessments: [{ fields: { report: id, source: { value: ai }, score: overall } }]
`
  it('reads a record, follows its references and names them', () => {
    const mapping = inMapping(TEXT)
    expect(mapping.reads).toEqual([
      { via: [], path: 'application' },
      { via: [], path: 'reported_at' },
      { via: [], path: 'id' },
      { via: [], path: 'overall' },
    ])
    const result = said(mapping.read(viewOf('r1', RECORDS), { settings: {} }))
    expect(result.identityRef).toBe('a1')
    expect(result.occurredAt).toBe(Date.parse('2026-03-01T02:00:00Z'))
    expect(result.fields).toEqual({ assessments: [{ report: 'r1', source: 'ai', score: 8.5 }] })
  })

  it('may use CEL over the record', () => {
    const text = `mapping: hub/offer\nfrom: application\nto: hub.offer\nidentity: { ref: application }\nrefs: { application: id, candidate: candidate }\nfields:\n  state: { value: draft, when: record.stage == "interview" }\n  reason: { cel: '"for " + record.candidate.id' }\n`
    const result = said(inMapping(text).read(viewOf('a1', RECORDS), { settings: {} }))
    expect(result.identityRef).toBe('a1')
    expect(result.fields).toEqual({ application: 'a1', candidate: 'c1', state: 'draft', reason: 'for c1' })
  })

  it('may name a vendor’s id where it knows no record', () => {
    const text = `mapping: hub/plan\nfrom: score_report\nto: hub.training_plan\nidentity: { ref: application }\nrefs: { application: application }\nfields:\n  items: [{ fields: { course: { value: C-101, of: lms.course, missing: wait } } }]\n`
    const result = said(inMapping(text).read(viewOf('r1', RECORDS), { settings: {} }))
    expect(result.fields).toEqual({
      application: 'a1',
      items: [{ course: { $reference: { kind: 'course', of: 'lms.course', id: 'C-101', missing: 'wait' } } }],
    })
  })
})

describe('the version of a mapping', () => {
  it('changes with a rule or a table, not with a test', () => {
    const text = inText('grade: { from: g, lookup: t }')
    const version = (more: string, table: Record<string, Json>) =>
      inMapping(text + more, contextOf({}, { t: table, other: { a: 1 } })).version
    const base = version('', { a: 'A' })
    expect(version('tests: []\n', { a: 'A' })).toBe(base)
    expect(version('sequence: s\n', { a: 'A' })).not.toBe(base)
    expect(version('', { a: 'B' })).not.toBe(base)
  })
})
