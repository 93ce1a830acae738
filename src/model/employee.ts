/** An employee who once was a candidate: what hiring turned out to be. */

import Type from 'typebox'
import { day, defineKind, instant, keyed, list, number, ref, text } from './kind.js'

export const employee = defineKind({
  kind: 'employee',
  plural: 'employees',
  description: 'Someone who was hired.',
  fields: {
    candidate: ref('candidate', 'Who they were.'),
    number: text('Staff number.'),
    hired_at: day('First day.'),
    left_at: day('Last day.'),
    leave_reason: text('Why they left.'),
    performance: keyed(
      'period',
      { period: text('2026H1.'), score: number('Points.') },
      'Performance by period.',
    ),
    promotions: list(
      Type.Partial(Type.Object({ at: instant('When.'), title: text('To what.') })),
      'Promotions.',
    ),
  },
})
