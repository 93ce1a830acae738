/** What a measurement found: dimensions with evidence, media, series. One per provider’s report; revisions are sayings. */
import { Decimal } from 'decimal.js'
import Type from 'typebox'
import type { Json, JsonObject } from '../kernel/json.js'
import {
  atomic,
  choice,
  day,
  defineKind,
  instant,
  integer,
  keyed,
  list,
  map,
  number,
  ref,
  text,
} from './kind.js'

interface Dimension {
  readonly score?: number
  readonly max?: number
  readonly weight?: number
}

/** Weighted mean of the dimensions on a scale of 10; a person’s override stands above it. Two decimals. */
function composite(dimensions: Json | undefined, override: Json | undefined): JsonObject {
  const overridden = (override as { overall?: unknown } | undefined)?.overall
  if (typeof overridden === 'number') return { composite: overridden }
  if (!Array.isArray(dimensions)) return {}
  let sum = new Decimal(0)
  let weights = new Decimal(0)
  for (const { score, max, weight } of dimensions as readonly Dimension[]) {
    if (score === undefined || !max || !weight) continue
    sum = sum.plus(new Decimal(score).times(10).div(max).times(weight))
    weights = weights.plus(weight)
  }
  return weights.isZero() ? {} : { composite: sum.div(weights).toDecimalPlaces(2).toNumber() }
}

export const scoreReport = defineKind({
  kind: 'score_report',
  plural: 'score_reports',
  description: 'The result of an AI interview or another measurement.',
  fields: {
    interview: ref('interview', 'Which interview.'),
    application: ref('application', 'For which application.'),
    candidate: ref('candidate', 'About whom.'),
    position: ref('position', 'For what.'),
    revision: integer('The provider’s number of this statement.'),
    scale: number('Points that overall can reach; 10 in the canonical form.'),
    overall: number('0 to 10, as the provider judged.'),
    composite: number('0 to 10, the dimensions weighted; a person’s override stands above it.'),
    grade: text('The provider’s grade.'),
    conclusion: choice(['recommend', 'hold', 'reject'], 'What the provider advises.'),
    dimensions: keyed(
      'key',
      {
        key: text('Key of the competency.'),
        name: text('As shown to people.'),
        score: number('Points.'),
        max: number('Points that could be had.'),
        weight: number('Share, 0 to 1.'),
        evidence: list(
          Type.Partial(
            Type.Object({
              quote: text('What was said.', { 'x-personal': 'text' }),
              at: number('Seconds into the recording.'),
              clip: text('Hash of the clip.'),
            }),
          ),
          'What the score rests on.',
        ),
      },
      'Scores by competency.',
    ),
    highlights: list(text('A sentence.', { 'x-personal': 'text' }), 'Sentences worth reading.'),
    media: list(
      Type.Partial(
        Type.Object({
          type: text('video, audio, image, pdf.'),
          blob: text('Hash in the blob store.'),
          url: text('Where the provider keeps it.', { 'x-personal': 'url' }),
          title: text('Name.'),
        }),
      ),
      'Recordings.',
    ),
    series: map(
      { type: 'array', items: { type: 'array', items: { type: 'number' } } },
      'Curves: name → [[seconds, value]].',
    ),
    keyword_match_rate: number('0 to 1.'),
    ai: atomic(
      { provider: text('Who.'), model: text('Which model.'), version: text('Which version.') },
      'What judged.',
    ),
    rubric: text('The rubric used.'),
    override: atomic(
      { by: ref('person', 'Who.'), reason: text('Why.'), overall: number('0 to 10.') },
      'A person’s judgement above the machine’s.',
    ),
    reported_at: instant('When the provider finished it.'),
    valid_until: day('Last day it may be used.'),
  },
  derive: data => composite(data['dimensions'], data['override']),
})
