/** An interview of any type, from draft to evaluated. Schedule and window follow iCalendar (RFC 5545). */
import Type from 'typebox'
import { address, atomic, choice, defineKind, instant, integer, keyed, ref, state, text } from './kind.js'
import { inOrder } from './state-machine.js'

const WALK = [
  'draft',
  'invited',
  'link_opened',
  'scheduled',
  'started',
  'interrupted',
  'completed',
  'evaluated',
]
const ENDS = ['cancelled', 'no_show', 'expired']

export const interview = defineKind({
  kind: 'interview',
  plural: 'interviews',
  description: 'An interview: with an AI, a person, by phone, or an exam.',
  fields: {
    application: ref('application', 'For which application.'),
    candidate: ref('candidate', 'With whom.'),
    position: ref('position', 'For what.'),
    type: choice(['ai', 'human', 'phone', 'exam'], 'Who asks.'),
    provider: text('Connection that runs it.'),
    round: integer('1, 2 …', { minimum: 1 }),
    title: text('As shown in calendars; it may name the candidate.', { 'x-personal': 'text' }),
    schedule: atomic(
      { start: instant('Begin.'), end: instant('End.'), zone: text('IANA zone for people’s eyes.') },
      'When it takes place.',
    ),
    window: atomic(
      { opens: instant('First moment.'), closes: instant('Last moment.') },
      'When the candidate may begin by themself.',
    ),
    join_url: address('Where to join; whoever has it may enter.', { 'x-personal': 'url' }),
    organizer: ref('person', 'Who invites.'),
    interviewers: keyed(
      'person',
      {
        person: ref('person', 'Who asks.'),
        role: text('lead, member, observer.'),
        response: choice(
          ['needs_action', 'accepted', 'declined', 'tentative'],
          'Answer to the invitation (iCalendar PARTSTAT).',
        ),
        response_at: instant('When they answered.'),
      },
      'Who asks, with their answers.',
    ),
    questions: Type.Array(
      Type.Partial(
        Type.Object({
          key: text('Key.'),
          text: text('The question.'),
          type: text('open, code, choice.'),
          focus: text('Competency key.'),
        }),
      ),
      { description: 'Questions and their focus.', 'x-merge': 'keyed(key)' },
    ),
    state: state(
      [
        'draft',
        'invited',
        'link_opened',
        'scheduled',
        'started',
        'interrupted',
        'completed',
        'evaluated',
        'cancelled',
        'no_show',
        'expired',
      ],
      'How far it is.',
    ),
    state_source: text('The state in the source’s own word.'),
  },
  machines: {
    state: {
      order: { ...inOrder(WALK, [['started', 'interrupted']]), cancelled: 90, no_show: 91, expired: 92 },
      ends: ENDS,
      endsBefore: { cancelled: 'completed', no_show: 'started', expired: 'started' },
      exceptions: [
        { from: 'interrupted', to: 'started' },
        { from: 'cancelled', to: 'scheduled', owner: 'schedule' },
      ],
    },
  },
})
