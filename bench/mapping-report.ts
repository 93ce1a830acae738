/** A score report three ways: the mapping, the same by hand, and in JSONata. */
import type { JsonSchema } from '../src/kernel/json-schema.js'

const TEXT: JsonSchema = { type: 'string' }
const NUMBER: JsonSchema = { type: 'number' }
const object = (properties: Record<string, JsonSchema>): JsonSchema => ({ type: 'object', properties })
const list = (items: JsonSchema): JsonSchema => ({ type: 'array', items })

/** As the vendor's document describes it. */
export const reportShape = object({
  report_id: TEXT,
  session_id: TEXT,
  status: TEXT,
  revision: { type: 'integer' },
  total: NUMBER,
  level: TEXT,
  hits: NUMBER,
  total_keywords: NUMBER,
  model: object({ vendor: TEXT, name: TEXT, version: TEXT }),
  items: list(object({ code: TEXT, title: TEXT, score: NUMBER, full_marks: NUMBER, weight: NUMBER })),
  quotes: list(object({ text: TEXT })),
  emotion_curve: list(list(NUMBER)),
})

export const TABLES = {
  dimensions: {
    LG: 'logic',
    CM: 'communication',
    TW: 'teamwork',
    LD: 'leadership',
    EX: 'expertise',
    ST: 'stress',
  },
}

export const reportYaml = `
mapping: acme/report.in
from: acme.report
to: score_report
when: source.status == "done"
identity: report_id
sequence: revision
refs:
  interview: { from: session_id, of: acme.session }
fields:
  revision: revision
  overall: { from: total, scale: [100, 10] }
  conclusion: { from: level, lookup: { A: recommend, B: recommend, C: hold, D: reject } }
  grade: level
  dimensions:
    each: items
    where: item.score != null
    fields:
      key: { from: code, lookup: dimensions }
      name: title
      score: { from: score, scale: [full_marks, 10] }
      max: { value: 10 }
      weight: weight
  highlights: { each: quotes, item: text }
  series.emotion: { each: emotion_curve, item: ["[0]", "[1]"] }
  ai: { fields: { provider: model.vendor, model: model.name, version: model.version } }
  custom.summary: { template: "{level}：{model.name}" }
  custom.keyword_rate: { cel: source.hits / source.total_keywords }
`

const items = Object.keys(TABLES.dimensions).map((code, index) => ({
  code,
  title: `维度${index}`,
  score: 30 + index,
  full_marks: 50,
  weight: 0.1 + index / 100,
}))

export const reportInput = {
  report_id: 'R1',
  session_id: 'S1',
  status: 'done',
  revision: 3,
  total: 85,
  level: 'A',
  hits: 3,
  total_keywords: 8,
  model: { vendor: 'acme', name: 'm1', version: '2.1' },
  items,
  quotes: [{ text: '我做过这个项目' }, { text: '压力下先拆问题' }, { text: '复盘之后改了流程' }],
  emotion_curve: Array.from({ length: 12 }, (_, index) => [index * 5, index / 12]),
}

type Report = typeof reportInput
const CONCLUSIONS = new Map([
  ['A', 'recommend'],
  ['B', 'recommend'],
  ['C', 'hold'],
  ['D', 'reject'],
])
const DIMENSIONS = new Map(Object.entries(TABLES.dimensions))

function looked(table: Map<string, string>, word: string): string {
  const found = table.get(word)
  if (found === undefined) throw new Error(`unknown ${word}`)
  return found
}

/** Exact for the integers that reports carry. */
function scale(value: number, from: number, to: number): number {
  if (value < 0 || value > from) throw new Error(`${value} is not within ${from}`)
  return (value * to) / from
}

function text(value: unknown): string {
  if (typeof value !== 'string') throw new Error('no text')
  return value
}
function number(value: unknown): number {
  if (typeof value !== 'number') throw new Error('no number')
  return value
}

/** What an integrator would write: the same checks, the same result. */
export function reportByHand(source: Report): object {
  if (source.status !== 'done') return { verdict: 'ignored' }
  const dimensions = []
  for (const item of source.items) {
    if (item.score === null || item.score === undefined) continue
    dimensions.push({
      key: looked(DIMENSIONS, item.code),
      name: text(item.title),
      score: scale(item.score, item.full_marks, 10),
      max: 10,
      weight: number(item.weight),
    })
  }
  const highlights = []
  for (const quote of source.quotes) if (quote.text !== undefined) highlights.push(text(quote.text))
  const emotion = []
  for (const point of source.emotion_curve) emotion.push([point[0], point[1]])
  const { model } = source
  return {
    verdict: 'said',
    identity: String(source.report_id),
    identityRef: undefined,
    occurredAt: undefined,
    sequence: number(source.revision),
    gone: undefined,
    ours: undefined,
    match: {},
    fields: {
      interview: {
        $reference: { kind: 'interview', of: 'acme.session', id: String(source.session_id), missing: 'wait' },
      },
      revision: number(source.revision),
      overall: scale(source.total, 100, 10),
      conclusion: looked(CONCLUSIONS, source.level),
      grade: text(source.level),
      dimensions,
      highlights,
      series: { emotion },
      ai: { provider: text(model.vendor), model: text(model.name), version: text(model.version) },
      custom: {
        summary: `${text(source.level)}：${text(model.name)}`,
        keyword_rate: number(source.hits) / number(source.total_keywords),
      },
    },
    skipped: [],
  }
}

export const reportJsonata = `status = "done" ? {
  "identity": report_id, "sequence": revision,
  "fields": {
    "interview": { "kind": "interview", "of": "acme.session", "id": session_id },
    "revision": revision, "overall": total * 10 / 100,
    "conclusion": $lookup({ "A": "recommend", "B": "recommend", "C": "hold", "D": "reject" }, level), "grade": level,
    "dimensions": items[score != null].{
      "key": $lookup({ "LG": "logic", "CM": "communication", "TW": "teamwork", "LD": "leadership", "EX": "expertise", "ST": "stress" }, code),
      "name": title, "score": score * 10 / full_marks, "max": 10, "weight": weight },
    "highlights": quotes.text,
    "series": { "emotion": emotion_curve.[$[0], $[1]] },
    "ai": { "provider": model.vendor, "model": model.name, "version": model.version },
    "custom": { "summary": level & "：" & model.name, "keyword_rate": hits / total_keywords } } }`
