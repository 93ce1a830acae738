import { describe, expect, it } from 'vitest'
import { compileText, contextOf, inMapping, said } from './kit.js'

/** One mapping with most words of the language, as an integrator would write it. */
const EXAMPLE = `
mapping: acme-ai/report.in
from: acme-ai.report
to: score_report
when: source.status == "done"
identity: report_id
occurred_at: { from: finished_at, as: datetime, format: "yyyy-MM-dd HH:mm:ss", zone: Asia/Shanghai }
sequence: revision
unknown: wait
match: []
ours: client_ref
gone: source.deleted == true
refs:
  interview: { from: session_id, of: acme-ai.session, missing: wait }
fields:
  overall:     { from: total, scale: [100, 10] }
  conclusion:  { from: level, lookup: { A: recommend, B: recommend, C: hold, D: reject } }
  dimensions:
    each: items
    where: item.score != null
    fields:
      key:    { from: code, lookup: dimensions }
      name:   title
      score:  { from: score, scale: [full_marks, 10] }
      max:    { value: 10 }
  highlights:  { each: quotes, item: text }
  series.emotion: { each: emotion_curve, item: ["[0]", { from: "[1]", as: number }] }
  custom.summary: { template: "{name}：{when}", with: { when: { from: finished_at, as: datetime, format: "yyyy-MM-dd HH:mm:ss", write: "M月d日 HH:mm", zone: Asia/Shanghai } } }
  custom.keyword_rate: { cel: source.hits / source.total_keywords }
`
const TABLES = { dimensions: { LG: 'logic', CM: 'communication' } }
const context = contextOf({}, TABLES)
const INPUT = {
  report_id: 'R1',
  session_id: 'S1',
  status: 'done',
  revision: 1,
  finished_at: '2026-03-01 10:00:00',
  total: 85,
  level: 'A',
  items: [
    { code: 'LG', title: '逻辑', score: 43, full_marks: 50 },
    { code: 'CM', score: null },
  ],
  quotes: [{ text: '好' }, {}],
  name: '张三',
  hits: 3,
  total_keywords: 7,
  emotion_curve: [
    [0, '0.5'],
    [1, 0.75],
  ],
}

describe('a mapping with most words of the language', () => {
  it('compiles without a single problem', () => {
    expect(compileText(EXAMPLE, context).problems).toEqual([])
  })

  it('says what the document promises', () => {
    const result = said(inMapping(EXAMPLE, context).read(INPUT, { settings: {} }))
    expect(result).toEqual({
      verdict: 'said',
      identity: 'R1',
      identityRef: undefined,
      occurredAt: Date.parse('2026-03-01T02:00:00Z'),
      sequence: 1,
      gone: false,
      ours: undefined,
      match: {},
      skipped: [],
      fields: {
        interview: { $reference: { kind: 'interview', of: 'acme-ai.session', id: 'S1', missing: 'wait' } },
        overall: 8.5,
        conclusion: 'recommend',
        dimensions: [{ key: 'logic', name: '逻辑', score: 8.6, max: 10 }],
        highlights: ['好'],
        series: {
          emotion: [
            [0, 0.5],
            [1, 0.75],
          ],
        },
        custom: { summary: '张三：3月1日 10:00', keyword_rate: 3 / 7 },
      },
    })
  })

  it('ignores a report that is not done', () => {
    expect(inMapping(EXAMPLE, context).read({ ...INPUT, status: 'open' }, { settings: {} })).toEqual({
      verdict: 'ignored',
    })
  })
})
