/** A course of the training catalogue. */
import { address, defineKind, integer, list, text } from './kind.js'

export const course = defineKind({
  kind: 'course',
  plural: 'courses',
  description: 'Something that can be learned.',
  fields: {
    code: text('Code in the catalogue.'),
    title: text('Name.'),
    url: address('Where to begin.'),
    duration: integer('Minutes.', { minimum: 0 }),
    dimensions: list(text('Key of a competency.'), 'Competencies it trains.'),
  },
})
