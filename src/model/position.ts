/** A position (vacancy) that people are hired for; in HR Open Standards PositionOpening. */

import Type from 'typebox'
import { atomic, defineKind, flag, integer, keyed, list, number, ref, state, text } from './kind.js'
import { inOrder } from './state-machine.js'

const STATES = ['draft', 'open', 'closed']

export const position = defineKind({
  kind: 'position',
  plural: 'positions',
  description: 'A position that people are sought for, with what is asked of them.',
  fields: {
    code: text('The company’s own code of the position.'),
    title: text('As shown to candidates.'),
    family: text('Position family; chooses interview provider and templates.'),
    department: text('Department that hires.'),
    location: text('Place of work.'),
    headcount: integer('People sought.', { minimum: 0 }),
    state: state(['draft', 'open', 'closed'], 'Whether people are sought now.'),
    description: text('What the work is.'),
    competencies: keyed(
      'key',
      {
        key: text('Key of the competency, the same in every report.'),
        name: text('As shown to people.'),
        weight: number('Share in the composite, 0 to 1.', { minimum: 0 }),
        focus: text('What an interviewer asks about.'),
      },
      'What is asked of a candidate, with weights.',
    ),
    assessment: atomic(
      {
        required: flag('Whether a written test is asked for.'),
        package: text('Test package.'),
        provider: text('Connection of the provider.'),
      },
      'The written test of this position.',
    ),
    hiring_team: list(
      Type.Object({ person: ref('person', 'Who.'), role: text('recruiter, manager, interviewer …') }),
      'HR staff and managers who hire.',
    ),
  },
  machines: { state: { order: inOrder(STATES), ends: [], free: true } },
})
