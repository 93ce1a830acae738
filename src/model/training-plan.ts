/** What a candidate should learn, and why: courses against weak dimensions. */
import { atomic, day, defineKind, keyed, number, ref, state, text } from './kind.js'
import { inOrder } from './state-machine.js'

const ITEM = ['recommended', 'enrolled', 'started', 'completed']
const PLAN = ['draft', 'active', 'completed']

export const trainingPlan = defineKind({
  kind: 'training_plan',
  plural: 'training_plans',
  description: 'Courses recommended to a candidate.',
  fields: {
    candidate: ref('candidate', 'For whom.'),
    application: ref('application', 'From which application.'),
    items: keyed(
      'course',
      {
        course: ref('course', 'Which course.'),
        due: day('By when.'),
        state: state(['recommended', 'enrolled', 'started', 'completed', 'dropped'], 'How far.'),
        reason: atomic(
          {
            dimension: text('Weak competency.'),
            score: number('Points it got.'),
            threshold: number('Points it should have.'),
            text: text('Why, for a person.'),
          },
          'Why this course.',
        ),
      },
      'Courses with reasons.',
    ),
    state: state(['draft', 'active', 'completed', 'cancelled'], 'How far the plan is.'),
  },
  machines: {
    state: { order: { ...inOrder(PLAN), cancelled: 90 }, ends: ['cancelled'] },
    'items.state': { order: { ...inOrder(ITEM), dropped: 90 }, ends: ['dropped'] },
  },
})
