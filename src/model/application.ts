/** One candidate’s application for one position, with its stage and everything that was measured on the way. */
import { Decimal } from 'decimal.js'
import type { Json, JsonObject } from '../kernel/json.js'
import { choice, defineKind, instant, keyed, number, ref, state, text } from './kind.js'
import { inOrder } from './state-machine.js'

const STAGES = ['applied', 'screened', 'ai_interview', 'interview', 'assessment', 'offer', 'hired']

/** Mean of all assessments, each brought to 10, where no flow wrote a weighted composite. Two decimals. */
function composite(assessments: Json | undefined): JsonObject {
  if (!Array.isArray(assessments)) return {}
  const scores = assessments.flatMap(entry => {
    const { score, max } = entry as { score?: unknown; max?: unknown }
    return typeof score === 'number' && typeof max === 'number' && max > 0
      ? [new Decimal(score).times(10).div(max)]
      : []
  })
  if (scores.length === 0) return {}
  return {
    composite: Decimal.sum(...scores)
      .div(scores.length)
      .toDecimalPlaces(2)
      .toNumber(),
  }
}

export const application = defineKind({
  kind: 'application',
  plural: 'applications',
  description: 'A candidate’s application for a position.',
  fields: {
    candidate: ref('candidate', 'Who applies.'),
    position: ref('position', 'For what.'),
    stage: state(
      [
        'applied',
        'screened',
        'ai_interview',
        'interview',
        'assessment',
        'offer',
        'hired',
        'rejected',
        'withdrawn',
      ],
      'Where the application stands.',
    ),
    stage_source: text('The stage in the source’s own word.'),
    stage_at: instant('Since when.'),
    reject_reason: text('Why not.'),
    assessments: keyed(
      'report',
      {
        report: ref('score_report', 'The report.'),
        source: choice(['ai', 'exam', 'human', 'background'], 'What kind of measurement.'),
        score: number('Points.'),
        max: number('Points that could be had.'),
        reported_at: instant('When.'),
      },
      'Every measurement of this application; the newest of each report.',
    ),
    composite: number('0 to 10, over all assessments.'),
  },
  machines: { stage: { order: { ...inOrder(STAGES), rejected: 90, withdrawn: 91 }, ends: [], free: true } },
  derive: data => (data['composite'] === undefined ? composite(data['assessments']) : {}),
})
