/** A human interviewer’s judgement of one interview. */
import Type from 'typebox'
import { choice, defineKind, instant, list, number, ref, text } from './kind.js'

export const evaluation = defineKind({
  kind: 'evaluation',
  plural: 'evaluations',
  description: 'What an interviewer thought.',
  fields: {
    interview: ref('interview', 'Which interview.'),
    interviewer: ref('person', 'Who judged.'),
    overall: number('0 to 10.'),
    dimensions: list(
      Type.Partial(Type.Object({ key: text('Competency.'), score: number('Points.'), max: number('Of.') })),
      'Scores by competency.',
    ),
    conclusion: choice(['recommend', 'hold', 'reject'], 'What they advise.'),
    comment: text('In their words.', { 'x-personal': 'text' }),
    evaluated_at: instant('When.'),
  },
})
