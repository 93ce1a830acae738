/** A business system’s demand for people. */
import { day, defineKind, integer, keyed, number, ref, text } from './kind.js'

export const demand = defineKind({
  kind: 'demand',
  plural: 'demands',
  description: 'People a department needs.',
  fields: {
    position: ref('position', 'The position that answers it.'),
    department: text('Who needs them.'),
    position_family: text('What family of positions.'),
    headcount: integer('How many.', { minimum: 0 }),
    needed_by: day('By when.'),
    requirements: keyed(
      'key',
      { key: text('Competency.'), name: text('As shown.'), weight: number('Share, 0 to 1.') },
      'What they must be able to do.',
    ),
  },
})
