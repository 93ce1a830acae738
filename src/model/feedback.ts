/** What a candidate, interviewer or department said about something. */
import { atomic, choice, defineKind, instant, number, text } from './kind.js'

export const feedback = defineKind({
  kind: 'feedback',
  plural: 'feedback',
  description: 'An opinion about an interview, a candidate, a process.',
  fields: {
    about: atomic({ kind: text('Kind of the record.'), id: text('Its id.') }, 'What it is about.'),
    from: choice(['candidate', 'interviewer', 'department'], 'Who says it.'),
    rating: number('1 to 5.'),
    text: text('In their words.', { 'x-personal': 'text' }),
    at: instant('When.'),
  },
})
