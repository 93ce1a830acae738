/** An offer from draft to the candidate’s answer. */
import { atomic, day, defineKind, instant, number, ref, state, text } from './kind.js'
import { inOrder } from './state-machine.js'

const WALK = ['draft', 'in_approval', 'approved', 'sent', 'accepted']

export const offer = defineKind({
  kind: 'offer',
  plural: 'offers',
  description: 'What a candidate is offered.',
  fields: {
    application: ref('application', 'For which application.'),
    candidate: ref('candidate', 'To whom.'),
    position: ref('position', 'For what.'),
    salary: number('Per month.', { 'x-personal': 'salary' }),
    currency: text('ISO 4217.'),
    start_date: day('First day of work.'),
    state: state(
      ['draft', 'in_approval', 'approved', 'sent', 'accepted', 'rejected', 'declined', 'withdrawn'],
      'How far it is.',
    ),
    approval: atomic(
      { id: text('The office suite’s id.'), at: instant('When it was decided.') },
      'The approval.',
    ),
    reason: text('Why this offer.'),
  },
  machines: {
    state: {
      order: { ...inOrder(WALK), rejected: 90, declined: 91, withdrawn: 92 },
      ends: ['accepted', 'rejected', 'declined', 'withdrawn'],
      endsBefore: { rejected: 'approved', accepted: 'accepted', declined: 'accepted' },
      exceptions: [{ from: 'rejected', to: 'draft' }],
    },
  },
})
