/** Result of a written test. */
import { address, defineKind, instant, number, ref } from './kind.js'

export const examResult = defineKind({
  kind: 'exam_result',
  plural: 'exam_results',
  description: 'What a written test found.',
  fields: {
    candidate: ref('candidate', 'Whose.'),
    application: ref('application', 'For which application.'),
    score: number('Points.'),
    max: number('Points that could be had.'),
    reported_at: instant('When.'),
    url: address('The provider’s page.'),
  },
})
